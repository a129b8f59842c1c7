import { setBackend, tensor, type Backend, type Tensor } from '@unfoldjs/core';
import { cpu } from '@unfoldjs/backend-cpu';
import { expect } from 'chai';
import { floats, imported, info, ints, node, run, small, smallTensor, type Attributes } from './support/model.js';

// What came after opset 17, where the stored tests of node-tests.test.ts end.

const image = (height: number, width: number): Tensor => tensor(Float32Array.from({ length: height * width }, (_, i) => i + 1), [1, 1, height, width]);

/** Within the eight digits with which the documentation prints results of float32. */
function expectPrinted(actual: readonly number[], expected: readonly number[]): void {
  expect(actual).to.have.length(expected.length);
  actual.forEach((value, i) => expect(value, `element ${i}`).to.be.closeTo(expected[i]!, 1e-6 * Math.abs(expected[i]!)));
}

describe('operators of opsets after 17', () => {
  let backend: Backend;
  before(async () => (backend = await setBackend(cpu())));
  after(() => backend.dispose());

  describe('Resize', () => {
    const byScales = (scales: readonly number[], attributes: Attributes, opset = 18) => ({ opset, nodes: [node('Resize', 'x _ s', 'y', attributes)], initializers: [floats('s', [scales.length], scales)] });
    const bySizes = (sizes: readonly number[], attributes: Attributes, opset = 18) => ({ opset, nodes: [node('Resize', 'x _ _ s', 'y', attributes)], initializers: [ints('s', [sizes.length], sizes)] });

    // https://github.com/onnx/onnx/blob/v1.17.0/docs/Operators.md#resize
    it('averages over more pixels with antialias, as the documentation has it', async () => {
      expectPrinted((await run(byScales([1, 1, 0.6, 0.6], { mode: 'linear', antialias: 1 }), image(4, 4))).data, [2.875, 4.5, 9.375, 11]);
      expectPrinted((await run(byScales([1, 1, 0.6, 0.6], { mode: 'cubic', antialias: 1 }), image(4, 4))).data, [2.5180721, 4.2858863, 9.589329, 11.357142]);
      const linear = await run(bySizes([1, 1, 3, 3], { mode: 'linear', antialias: 1 }), image(4, 4));
      expectPrinted(linear.data, [2.3636363, 3.590909, 4.818182, 7.2727275, 8.5, 9.727273, 12.181818, 13.409091, 14.636364]);
      const cubic = await run(bySizes([1, 1, 3, 3], { mode: 'cubic', antialias: 1 }), image(4, 4));
      expectPrinted(cubic.data, [1.7750092, 3.1200073, 4.4650054, 7.1550016, 8.5, 9.844998, 12.534994, 13.8799925, 15.224991]);
    });

    it('keeps the ratio of the sides where it is told to, and takes sizes of some axes alone', async () => {
      const sized = (sizes: readonly number[], policy: string) => bySizes(sizes, { axes: [2, 3], keep_aspect_ratio_policy: policy });
      const larger = await run(sized([7, 8], 'not_larger'), image(2, 2));
      expect(larger).to.deep.equal({ shape: [1, 1, 7, 7], data: [...Array<number[]>(4).fill([1, 1, 1, 1, 2, 2, 2]), ...Array<number[]>(3).fill([3, 3, 3, 3, 4, 4, 4])].flat() });
      const smaller = await run(sized([7, 8], 'not_smaller'), image(2, 2));
      expect(smaller).to.deep.equal({ shape: [1, 1, 8, 8], data: [...Array<number[]>(4).fill([1, 1, 1, 1, 2, 2, 2, 2]), ...Array<number[]>(4).fill([3, 3, 3, 3, 4, 4, 4, 4])].flat() });
      expect(await run(sized([1, 3], 'not_larger'), image(2, 4))).to.deep.equal({ shape: [1, 1, 1, 2], data: [1, 3] });
      expect(await run(sized([1, 3], 'not_smaller'), image(2, 4))).to.deep.equal({ shape: [1, 1, 2, 3], data: [1, 2, 4, 5, 6, 8] });
    });

    it('takes axes in any order, also from the end', async () => {
      const turned = await run(byScales([2, 3], { axes: [3, 2] }), image(1, 2));
      const plain = await run(byScales([1, 1, 3, 2], {}), image(1, 2));
      expect(turned).to.deep.equal(plain);
      expect(await run(byScales([3, 2], { axes: [-2, -1] }), image(1, 2))).to.deep.equal(plain);
    });

    it('is symmetric with half_pixel_symmetric, as the documentation has it', async () => {
      const { shape, data } = await run(byScales([1, 1, 2.3, 2.94], { mode: 'linear', coordinate_transformation_mode: 'half_pixel_symmetric' }, 19), image(2, 2));
      expect(shape).to.deep.equal([1, 1, 4, 5]);
      const row = [0, 0.15986395, 0.5, 0.84013605, 1];
      expectPrinted(data, [1, 1.56521738, 2.43478262, 3].flatMap((first) => row.map((more) => first + more)));
    });
  });

  it('GroupNormalization has a scale for each group in opset 18, and for each channel in 21', async () => {
    const [groups, channels, pixels, epsilon] = [2, 4, 6, 0.25];
    const x = small(2 * channels * pixels);
    const expected = (scale: readonly number[], offset: readonly number[]): number[] =>
      x.map((value, i) => {
        const channel = Math.floor(i / pixels) % channels;
        const size = (channels / groups) * pixels;
        const group = x.slice(Math.floor(i / size) * size, (Math.floor(i / size) + 1) * size);
        const mean = group.reduce((a, b) => a + b) / size;
        const variance = group.reduce((sum, each) => sum + (each - mean) ** 2, 0) / size;
        return ((value - mean) / Math.sqrt(variance + epsilon)) * scale[channel]! + offset[channel]!;
      });
    const cases = [
      [18, [2, -1], [1, 3], [2, 2, -1, -1], [1, 1, 3, 3]],
      [21, [2, -1, 3, 1], [1, 3, 0, -2], [2, -1, 3, 1], [1, 3, 0, -2]],
    ] as const;
    for (const [opset, scale, offset, eachScale, eachOffset] of cases) {
      for (const shape of [[2, channels, pixels], [2, channels, 2, 3]]) {
        const parts = { opset, nodes: [node('GroupNormalization', 'x s b', 'y', { num_groups: groups, epsilon: { float: epsilon } })], initializers: [floats('s', [scale.length], scale), floats('b', [offset.length], offset)] };
        const { data } = await run(parts, tensor(Float32Array.from(x), shape));
        // Twelve values of at most 4: the mean and the variance err by 12 roundings, the root and the products by a few more; 32 of the largest result (12).
        data.forEach((value, i) => expect(value).to.be.closeTo(expected(eachScale, eachOffset)[i]!, 32 * 2 ** -24 * 12));
      }
    }
  });

  it('Gelu and Mish are what their definitions give', async () => {
    const values = [-3, -1, 0, 0.5, 1, 3];
    const x = tensor(Float32Array.from(values));
    const expectClose = (actual: readonly number[], expected: readonly number[]): void => actual.forEach((value, i) => expect(value).to.be.closeTo(expected[i]!, 1e-6));
    // Values of the normal distribution: https://en.wikipedia.org/wiki/Standard_normal_table
    const phi = [0.0013498980316301, 0.158655253931457, 0.5, 0.691462461274013, 0.841344746068543, 0.99865010196837];
    expectClose((await run({ opset: 20, nodes: [node('Gelu', 'x', 'y')] }, x)).data, values.map((value, i) => value * phi[i]!));
    const byTanh = values.map((value) => 0.5 * value * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (value + 0.044715 * value ** 3))));
    expectClose((await run({ opset: 20, nodes: [node('Gelu', 'x', 'y', { approximate: 'tanh' })] }, x)).data, byTanh);
    expectClose((await run({ opset: 18, nodes: [node('Mish', 'x', 'y')] }, x)).data, values.map((value) => value * Math.tanh(Math.log1p(Math.exp(value)))));
  });

  it('Pad takes the axes that it pads from opset 18 on, and wraps from 19 on', async () => {
    const pad = (mode: string, amounts: readonly number[], axes: readonly number[]) => ({ opset: 19, nodes: [node('Pad', 'x p _ a', 'y', { mode })], initializers: [ints('p', [amounts.length], amounts), ints('a', [axes.length], axes)] });
    expect((await run(pad('wrap', [2, 1], [-1]), image(2, 3))).data).to.deep.equal([2, 3, 1, 2, 3, 1, 5, 6, 4, 5, 6, 4]);
    expect((await run(pad('constant', [1, 0, 0, 2], [3, 2]), image(1, 2))).data).to.deep.equal([0, 1, 2, 0, 0, 0, 0, 0, 0]);
    expect((await run(pad('edge', [0, 1, 1, 0], [2, 3]), image(2, 2))).data).to.deep.equal([1, 1, 2, 3, 3, 4, 3, 3, 4]);
  });

  it('Split gives so many outputs, of which the last may be shorter', async () => {
    const model = await imported({ opset: 18, nodes: [node('Split', 'x', 'a b c d', { axis: 0, num_outputs: 4 })], outputs: ['a', 'b', 'c', 'd'].map((name) => info(name, null)) });
    const parts = model.apply(model.params, [tensor([1, 2, 3, 4, 5, 6, 7])]);
    expect(await Promise.all(parts.map((part) => part.array()))).to.deep.equal([[1, 2], [3, 4], [5, 6], [7]]);
  });

  it('every reduction takes its axes as an input from opset 18 on, and does nothing with none where it says so', async () => {
    const definitions: Record<string, (values: readonly number[]) => number> = {
      ReduceSum: (values) => values.reduce((a, b) => a + b),
      ReduceProd: (values) => values.reduce((a, b) => a * b),
      ReduceMax: (values) => Math.max(...values),
      ReduceMin: (values) => Math.min(...values),
      ReduceMean: (values) => values.reduce((a, b) => a + b) / values.length,
      ReduceL1: (values) => values.reduce((sum, value) => sum + Math.abs(value), 0),
      ReduceL2: (values) => Math.hypot(...values),
      ReduceSumSquare: (values) => values.reduce((sum, value) => sum + value ** 2, 0),
      ReduceLogSum: (values) => Math.log(values.reduce((a, b) => a + b)),
      ReduceLogSumExp: (values) => Math.log(values.reduce((sum, value) => sum + Math.exp(value), 0)),
    };
    const x = Array.from({ length: 24 }, (_, i) => (i % 5) + 1);
    const columns = [0, 1].flatMap((n) => [0, 1, 2, 3].map((w) => [0, 1, 2].map((h) => x[n * 12 + h * 4 + w]!)));
    for (const [op, define] of Object.entries(definitions)) {
      const { shape, data } = await run({ opset: 18, nodes: [node(op, 'x a', 'y', { keepdims: 0 })], initializers: [ints('a', [1], [-2])] }, tensor(Float32Array.from(x), [2, 3, 4]));
      expect(shape, op).to.deep.equal([2, 4]);
      columns.forEach((column, i) => expect(data[i], op).to.be.closeTo(define(column), 4 * 2 ** -23 * Math.abs(define(column))));
      const same = await run({ opset: 18, nodes: [node(op, 'x a', 'y', { noop_with_empty_axes: 1 })], initializers: [ints('a', [0], [])] }, tensor(Float32Array.of(1, 2)));
      const alone = [1, 2].map((value) => define([value]));
      same.data.forEach((value, i) => expect(value, `${op} of nothing`).to.be.closeTo(alone[i]!, 4 * 2 ** -23 * Math.abs(alone[i]!)));
    }
  });

  it('AveragePool has windows with gaps from opset 19 on', async () => {
    const [size, kernel, gap, stride] = [7, 3, 2, 2];
    const x = small(size * size);
    for (const includes of [0, 1]) {
      const pool = { opset: 19, nodes: [node('AveragePool', 'x', 'y', { kernel_shape: [kernel, kernel], dilations: [gap, gap], strides: [stride, stride], pads: [1, 2, 1, 2], count_include_pad: includes })] };
      const { shape, data } = await run(pool, tensor(Float32Array.from(x), [1, 1, size, size]));
      const [rows, columns] = shape.slice(2) as [number, number];
      expect([rows, columns]).to.deep.equal([3, 4]);
      const expected = Array.from({ length: rows * columns }, (_, i) => {
        const found: number[] = [];
        for (let a = 0; a < kernel; a++) {
          for (let b = 0; b < kernel; b++) {
            const [h, w] = [Math.floor(i / columns) * stride - 1 + a * gap, (i % columns) * stride - 2 + b * gap];
            if (h >= 0 && h < size && w >= 0 && w < size) found.push(x[h * size + w]!);
          }
        }
        return found.reduce((sum, value) => sum + value, 0) / (includes ? kernel * kernel : found.length);
      });
      // The sum is exact; the quotient is rounded, or the product with a rounded reciprocal.
      data.forEach((value, i) => expect(value).to.be.closeTo(expected[i]!, 2 ** -22 * Math.abs(expected[i]!)));
    }
  });

  it('ReduceMax and ReduceMin take truth values from opset 20 on', async () => {
    const x = tensor([[true, false], [false, false]]);
    const { data } = await run({ opset: 20, nodes: [node('ReduceMax', 'x a', 'y', { keepdims: 0 })], initializers: [ints('a', [1], [1])] }, x);
    expect(data).to.deep.equal([1, 0]);
    expect((await run({ opset: 20, nodes: [node('ReduceMin', 'x a', 'y', { keepdims: 0 })], initializers: [ints('a', [1], [0])] }, x)).data).to.deep.equal([0, 0]);
  });

  it('Swish of opset 24 is x sigmoid(alpha x)', async () => {
    const { data } = await run({ opset: 24, nodes: [node('Swish', 'x', 'y', { alpha: { float: 2 } })] }, tensor([-1, 0, 2]));
    [-1, 0, 2].forEach((value, i) => expect(data[i]).to.be.closeTo(value / (1 + Math.exp(-2 * value)), 1e-6));
  });

  it('convolutions and products of the newest opset are what they were', async () => {
    const [x, w] = [smallTensor([1, 2, 5, 5]), floats('w', [3, 2, 3, 3], small(54))];
    const conv = (opset: number) => run({ opset, nodes: [node('Conv', 'x w', 'y')], initializers: [w] }, x);
    expect(await conv(27)).to.deep.equal(await conv(11));
  });
});
