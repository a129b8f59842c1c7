import { setBackend, tensor, type Backend } from '@unfoldjs/core';
import { cpu } from '@unfoldjs/backend-cpu';
import { expect } from 'chai';
import { convOf, convTransposeOf, poolOf, type Image, type Windows } from './support/naive-windows.js';
import { floats, ints, node, run, small, smallTensor, type Attributes, type ModelParts } from './support/model.js';

const image = (channels: number, height: number, width: number): Image => ({ channels, height, width, data: small(channels * height * width) });
const filtersOf = (dims: readonly [number, number, number, number]): { dims: readonly [number, number, number, number]; data: number[] } => ({ dims, data: small(dims.reduce((a, b) => a * b), 3) });
const windowed = { strides: [1, 1], dilations: [1, 1], pads: [0, 0, 0, 0], groups: 1 } satisfies Windows;

/** The attributes of a file, and what they mean. */
interface Case {
  readonly what: string;
  readonly x: Image;
  readonly dims: readonly [number, number, number, number];
  readonly attributes?: Attributes;
  readonly means?: Partial<Windows>;
  readonly hasBias?: boolean;
}

const convolutions: readonly Case[] = [
  { what: 'without bias and without kernel_shape', x: image(2, 5, 6), dims: [3, 2, 3, 3] },
  { what: 'with a bias, and NOTSET written out', x: image(2, 5, 6), dims: [3, 2, 3, 3], attributes: { auto_pad: 'NOTSET', kernel_shape: [3, 3], pads: [1, 1, 1, 1], group: 1 }, means: { pads: [1, 1, 1, 1] }, hasBias: true },
  { what: 'with an even kernel and SAME_UPPER', x: image(1, 5, 6), dims: [2, 1, 2, 4], attributes: { auto_pad: 'SAME_UPPER' }, means: { pads: [0, 1, 1, 2] } },
  { what: 'with an even kernel and SAME_LOWER', x: image(1, 5, 6), dims: [2, 1, 2, 4], attributes: { auto_pad: 'SAME_LOWER' }, means: { pads: [1, 2, 0, 1] } },
  { what: 'with VALID', x: image(1, 5, 6), dims: [2, 1, 3, 3], attributes: { auto_pad: 'VALID' } },
  { what: 'of 3x1', x: image(2, 6, 5), dims: [2, 2, 3, 1], attributes: { pads: [1, 0, 1, 0] }, means: { pads: [1, 0, 1, 0] } },
  { what: 'of 8x8', x: image(2, 12, 11), dims: [3, 2, 8, 8], attributes: { strides: [4, 4], pads: [2, 2, 2, 2] }, means: { strides: [4, 4], pads: [2, 2, 2, 2] } },
  { what: 'of 6x20', x: image(1, 9, 30), dims: [2, 1, 6, 20], attributes: { pads: [3, 0, 2, 9] }, means: { pads: [3, 0, 2, 9] } },
  { what: 'by strides of 2 and 1', x: image(2, 9, 8), dims: [2, 2, 3, 3], attributes: { strides: [2, 1], pads: [1, 0, 0, 2] }, means: { strides: [2, 1], pads: [1, 0, 0, 2] } },
  { what: 'with gaps of 64', x: image(1, 70, 67), dims: [1, 1, 3, 3], attributes: { dilations: [64, 64], pads: [64, 64, 64, 64] }, means: { dilations: [64, 64], pads: [64, 64, 64, 64] } },
  { what: 'in groups', x: image(4, 5, 5), dims: [6, 2, 3, 3], attributes: { group: 2 }, means: { groups: 2 }, hasBias: true },
  { what: 'of each channel alone', x: image(3, 5, 5), dims: [3, 1, 3, 3], attributes: { group: 3, pads: [1, 1, 1, 1], strides: [2, 2] }, means: { groups: 3, pads: [1, 1, 1, 1], strides: [2, 2] } },
];

const transposed: readonly (Case & { readonly more?: readonly [number, number] })[] = [
  { what: 'with output_padding', x: image(2, 3, 4), dims: [2, 3, 3, 3], attributes: { strides: [2, 2], pads: [1, 1, 1, 1], output_padding: [1, 1] }, means: { strides: [2, 2], pads: [1, 1, 1, 1] }, more: [1, 1] },
  { what: 'with asymmetric pads', x: image(2, 3, 4), dims: [2, 1, 4, 4], attributes: { strides: [2, 3], pads: [0, 2, 1, 1] }, means: { strides: [2, 3], pads: [0, 2, 1, 1] }, hasBias: true },
  { what: 'with output_shape', x: image(1, 3, 3), dims: [1, 2, 3, 3], attributes: { strides: [2, 2], output_shape: [6, 5] }, means: { strides: [2, 2], pads: [1, 1, 0, 1] } },
  { what: 'with output_shape and SAME_UPPER', x: image(1, 3, 3), dims: [1, 2, 3, 3], attributes: { strides: [2, 2], output_shape: [6, 5], auto_pad: 'SAME_UPPER' }, means: { strides: [2, 2], pads: [0, 1, 1, 1] } },
  { what: 'with gaps and groups', x: image(4, 3, 3), dims: [4, 2, 3, 2], attributes: { dilations: [2, 3], group: 2 }, means: { dilations: [2, 3], groups: 2 }, hasBias: true },
];

function partsOf(op: string, { x, dims, attributes = {}, means, hasBias }: Case): { parts: ModelParts; filters: ReturnType<typeof filtersOf>; bias: number[]; windows: Windows; input: ReturnType<typeof tensor> } {
  const windows: Windows = { ...windowed, ...means };
  const filters = filtersOf(dims);
  const count = op === 'Conv' ? dims[0] : dims[1] * windows.groups;
  const bias = hasBias ? small(count, 2) : Array<number>(count).fill(0);
  const initializers = [floats('w', dims, filters.data), ...(hasBias ? [floats('b', [count], bias)] : [])];
  return { parts: { nodes: [node(op, hasBias ? 'x w b' : 'x w', 'y', attributes)], initializers }, filters, bias, windows, input: tensor(Float32Array.from(x.data), [1, x.channels, x.height, x.width]) };
}

describe('windows in files in the wild', () => {
  let backend: Backend;
  before(async () => (backend = await setBackend(cpu())));
  after(() => backend.dispose());

  for (const each of convolutions) {
    it(`convolutions ${each.what} are plain loops`, async () => {
      const { parts, filters, bias, windows, input } = partsOf('Conv', each);
      const expected = convOf(each.x, filters, bias, windows);
      expect(await run(parts, input)).to.deep.equal({ shape: [1, expected.channels, expected.height, expected.width], data: expected.data });
    });
  }

  for (const { more, ...each } of transposed) {
    it(`transposed convolutions ${each.what} are plain loops`, async () => {
      const { parts, filters, bias, windows, input } = partsOf('ConvTranspose', each);
      const expected = convTransposeOf(each.x, filters, bias, windows, more ?? [0, 0]);
      expect(await run(parts, input)).to.deep.equal({ shape: [1, expected.channels, expected.height, expected.width], data: expected.data });
    });
  }

  it('pools have windows of 65x65, and strides of 6 and 7', async () => {
    const large = image(1, 70, 66);
    const few = image(2, 20, 23);
    const pools: readonly (readonly [Image, Windows['strides'], Windows['strides'], Windows['pads']])[] = [
      [large, [65, 65], [1, 1], [0, 0, 0, 0]],
      [few, [5, 8], [6, 7], [0, 0, 0, 0]],
      [few, [3, 3], [2, 2], [1, 0, 0, 1]],
    ];
    for (const [x, kernel, strides, pads] of pools) {
      const attributes: Attributes = { kernel_shape: kernel, strides, pads };
      const input = tensor(Float32Array.from(x.data), [1, x.channels, x.height, x.width]);
      const largest = poolOf(x, kernel, { ...windowed, strides, pads }, (values) => Math.max(...values));
      expect(await run({ nodes: [node('MaxPool', 'x', 'y', attributes)] }, input)).to.deep.equal({ shape: [1, x.channels, largest.height, largest.width], data: largest.data });
      const average = poolOf(x, kernel, { ...windowed, strides, pads }, (values) => values.reduce((a, b) => a + b, 0) / values.length);
      const { data } = await run({ nodes: [node('AveragePool', 'x', 'y', attributes)] }, input);
      // The sums are exact; the quotient is rounded, or the product with a rounded reciprocal.
      data.forEach((value, i) => expect(value).to.be.closeTo(average.data[i]!, 2 ** -22 * Math.abs(average.data[i]!)));
    }
  });

  it('inputs are channels last with transposes around the network, and flattened in that order', async () => {
    const x = smallTensor([2, 3, 4, 2]);
    const initializers = [floats('w', [1, 2, 1, 1], [1, 10])];
    const { shape, data } = await run({ nodes: [node('Transpose', 'x', 'c', { perm: [0, 3, 1, 2] }), node('Conv', 'c w', 'd'), node('Transpose', 'd', 'e', { perm: [0, 2, 3, 1] }), node('Flatten', 'e', 'y')], initializers }, x);
    const values = small(48);
    expect(shape).to.deep.equal([2, 12]);
    expect(data).to.deep.equal(Array.from({ length: 24 }, (_, i) => values[2 * i]! + 10 * values[2 * i + 1]!));
  });

  it('Pad pads channels, nothing, or by reflection', async () => {
    const pad = (pads: readonly number[], mode = 'constant'): ModelParts => ({ nodes: [node('Pad', 'x p', 'y', { mode })], initializers: [ints('p', [8], pads)] });
    const x = smallTensor([1, 2, 2, 2]);
    expect(await run(pad([0, 1, 0, 0, 0, 2, 0, 0]), x)).to.deep.equal({ shape: [1, 5, 2, 2], data: [0, 0, 0, 0, ...small(8), 0, 0, 0, 0, 0, 0, 0, 0] });
    expect(await run(pad([0, 0, 0, 0, 0, 0, 0, 0]), x)).to.deep.equal({ shape: [1, 2, 2, 2], data: small(8) });
    expect((await run(pad([0, 0, 0, 2, 0, 0, 0, 1], 'reflect'), tensor([[[[1, 2, 3]]]]))).data).to.deep.equal([3, 2, 1, 2, 3, 2]);
  });

  it('Resize takes sizes that the graph computes, and a region of interest that is an empty tensor or an empty name', async () => {
    const x = smallTensor([1, 2, 2, 3]);
    const modes: readonly Attributes[] = [
      { coordinate_transformation_mode: 'asymmetric', nearest_mode: 'floor' },
      { coordinate_transformation_mode: 'half_pixel', nearest_mode: 'round_prefer_ceil' },
      { mode: 'linear' },
      { mode: 'linear', coordinate_transformation_mode: 'align_corners' },
      { mode: 'cubic' },
    ];
    for (const attributes of modes) {
      const bySizes = await run({ nodes: [node('Resize', 'x _ _ s', 'y', attributes)], initializers: [ints('s', [4], [1, 2, 4, 6])] }, x);
      expect(bySizes.shape).to.deep.equal([1, 2, 4, 6]);
      const byScales = { nodes: [node('Resize', 'x r s', 'y', attributes)], initializers: [floats('r', [0], []), floats('s', [4], [1, 1, 2, 2])] };
      expect(await run(byScales, x)).to.deep.equal(bySizes);
      const computed = [node('Shape', 'x', 'all'), node('Slice', 'all a b', 'front'), node('Slice', 'all b c', 'size'), node('Cast', 'size', 'f', { to: 1 }), node('Mul', 'f two', 'g'), node('Floor', 'g', 'h'), node('Cast', 'h', 'i', { to: 7 }), node('Concat', 'front i', 's', { axis: 0 })];
      const constants = [ints('a', [1], [0]), ints('b', [1], [2]), ints('c', [1], [4]), floats('two', [], [2])];
      expect(await run({ nodes: [...computed, node('Resize', 'x r _ s', 'y', attributes)], initializers: [...constants, floats('r', [0], [])] }, x)).to.deep.equal(bySizes);
    }
  });

  it('Resize of nearest pixels repeats them', async () => {
    const { data } = await run({ nodes: [node('Resize', 'x _ s', 'y', { coordinate_transformation_mode: 'asymmetric', nearest_mode: 'floor' })], initializers: [floats('s', [4], [1, 1, 2, 3])] }, tensor([[[[1, 2]]]]));
    expect(data).to.deep.equal([1, 1, 1, 2, 2, 2, 1, 1, 1, 2, 2, 2]);
  });

  it('instance normalisation is spelled out in primitives', async () => {
    const x = smallTensor([2, 3, 4, 5]);
    const [scale, offset] = [[2, -1, 3], [1, 0, -2]];
    const axes = { axes: [2, 3], keepdims: 1 };
    const nodes = [node('ReduceMean', 'x', 'm', axes), node('Sub', 'x m', 'd'), node('Mul', 'd d', 'q'), node('ReduceMean', 'q', 'v', axes), node('Add', 'v e', 'w'), node('Sqrt', 'w', 'r'), node('Div', 'd r', 'n'), node('Mul', 'n s', 't'), node('Add', 't b', 'y')];
    const spelled = await run({ nodes, initializers: [floats('e', [], [1e-5]), floats('s', [3, 1, 1], scale), floats('b', [3, 1, 1], offset)] }, x);
    const whole = await run({ nodes: [node('InstanceNormalization', 'x s b', 'y')], initializers: [floats('s', [3], scale), floats('b', [3], offset)] }, x);
    expect(spelled.shape).to.deep.equal(whole.shape);
    // Twenty values of at most 4 in each sum, on both sides; results are below 12.
    spelled.data.forEach((value, i) => expect(value).to.be.closeTo(whole.data[i]!, 64 * 2 ** -24 * 12));
  });
});
