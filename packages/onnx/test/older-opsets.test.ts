import { setBackend, tensor, type Backend, type Tensor } from '@unfoldjs/core';
import { cpu } from '@unfoldjs/backend-cpu';
import { expect } from 'chai';
import { floats, imported, info, ints, node, run, smallTensor, type ModelParts } from './support/model.js';

// Forms that operators had until some opset, against the same in the form of today.

interface Pair {
  readonly what: string;
  readonly old: ModelParts;
  readonly now: ModelParts;
  readonly x: Tensor;
}

const images = smallTensor([2, 3, 4, 5]);

const pairs: readonly Pair[] = [
  { what: 'Clip with its limits as attributes', old: { opset: 7, nodes: [node('Clip', 'x', 'y', { min: { float: -2 }, max: { float: 3 } })] }, now: { nodes: [node('Clip', 'x a b', 'y')], initializers: [floats('a', [], [-2]), floats('b', [], [3])] }, x: images },
  { what: 'Clip with one limit', old: { opset: 10, nodes: [node('Clip', 'x', 'y', { max: { float: 1 } })] }, now: { nodes: [node('Clip', 'x _ b', 'y')], initializers: [floats('b', [], [1])] }, x: images },
  { what: 'Pad with amounts and a value as attributes', old: { opset: 10, nodes: [node('Pad', 'x', 'y', { pads: [0, 0, 1, 2, 0, 0, 3, -1], value: { float: 2 } })] }, now: { nodes: [node('Pad', 'x p v', 'y')], initializers: [ints('p', [8], [0, 0, 1, 2, 0, 0, 3, -1]), floats('v', [], [2])] }, x: images },
  { what: 'Slice with attributes', old: { opset: 9, nodes: [node('Slice', 'x', 'y', { starts: [1, -4], ends: [2 ** 31, -1], axes: [1, 3] })] }, now: { nodes: [node('Slice', 'x s e a', 'y')], initializers: [ints('s', [2], [1, -4]), ints('e', [2], [2 ** 31, -1]), ints('a', [2], [1, 3])] }, x: images },
  { what: 'Squeeze with attributes', old: { opset: 11, nodes: [node('Squeeze', 'x', 'y', { axes: [0, 2] })] }, now: { nodes: [node('Squeeze', 'x a', 'y')], initializers: [ints('a', [2], [0, 2])] }, x: smallTensor([1, 3, 1, 1]) },
  { what: 'Unsqueeze with attributes', old: { opset: 11, nodes: [node('Unsqueeze', 'x', 'y', { axes: [0, 3] })] }, now: { nodes: [node('Unsqueeze', 'x a', 'y')], initializers: [ints('a', [2], [0, 3])] }, x: smallTensor([2, 3]) },
  { what: 'ReduceSum with attributes', old: { opset: 11, nodes: [node('ReduceSum', 'x', 'y', { axes: [1, -1], keepdims: 0 })] }, now: { nodes: [node('ReduceSum', 'x a', 'y', { keepdims: 0 })], initializers: [ints('a', [2], [1, 3])] }, x: images },
  { what: 'ReduceMean with attributes', old: { opset: 17, nodes: [node('ReduceMean', 'x', 'y', { axes: [2, 3] })] }, now: { opset: 18, nodes: [node('ReduceMean', 'x a', 'y')], initializers: [ints('a', [2], [2, 3])] }, x: images },
  { what: 'TopK with k as an attribute', old: { opset: 7, nodes: [node('TopK', 'x', 'y i', { k: 2, axis: 1 })] }, now: { nodes: [node('TopK', 'x k', 'y i', { axis: 1 })], initializers: [ints('k', [1], [2])] }, x: images },
  { what: 'Upsample with scales as an attribute', old: { opset: 7, nodes: [node('Upsample', 'x', 'y', { scales: { floats: [1, 1, 2, 3] } })] }, now: { nodes: [node('Resize', 'x _ s', 'y', { coordinate_transformation_mode: 'asymmetric', nearest_mode: 'floor' })], initializers: [floats('s', [4], [1, 1, 2, 3])] }, x: images },
  { what: 'Upsample with scales as an input, linear', old: { opset: 9, nodes: [node('Upsample', 'x s', 'y', { mode: 'linear' })], initializers: [floats('s', [4], [1, 1, 2, 2])] }, now: { nodes: [node('Resize', 'x _ s', 'y', { coordinate_transformation_mode: 'asymmetric', mode: 'linear' })], initializers: [floats('s', [4], [1, 1, 2, 2])] }, x: images },
  { what: 'Resize of opset 10', old: { opset: 10, nodes: [node('Resize', 'x s', 'y')], initializers: [floats('s', [4], [1, 1, 2, 0.5])] }, now: { nodes: [node('Resize', 'x _ s', 'y', { coordinate_transformation_mode: 'asymmetric', nearest_mode: 'floor' })], initializers: [floats('s', [4], [1, 1, 2, 0.5])] }, x: images },
  { what: 'Softmax over all axes from the second on', old: { opset: 12, nodes: [node('Flatten', 'x', 'f'), node('Softmax', 'f', 'y')] }, now: { nodes: [node('Flatten', 'x', 'f'), node('Softmax', 'f', 'y')] }, x: images },
  { what: 'BatchNormalization with `spatial`', old: { opset: 8, nodes: [node('BatchNormalization', 'x s b m v', 'y', { spatial: 1 })], initializers: ['s', 'b', 'm', 'v'].map((name, i) => floats(name, [3], [i + 1, 2, 3])) }, now: { nodes: [node('BatchNormalization', 'x s b m v', 'y')], initializers: ['s', 'b', 'm', 'v'].map((name, i) => floats(name, [3], [i + 1, 2, 3])) }, x: images },
  { what: 'Dropout with its ratio as an attribute', old: { opset: 7, nodes: [node('Dropout', 'x', 'y', { ratio: { float: 0.3 } })] }, now: { nodes: [node('Identity', 'x', 'y')] }, x: images },
];

describe('operators of older opsets', () => {
  let backend: Backend;
  before(async () => (backend = await setBackend(cpu())));
  after(() => backend.dispose());

  for (const { what, old, now, x } of pairs) {
    it(`${what} is what it is today`, async () => expect(await run(old, x)).to.deep.equal(await run(now, x)));
  }

  it('Softmax on each axis: one axis from opset 13 on, before it all from there on', async () => {
    const exps = (values: readonly number[]): number[] => {
      const all = values.map(Math.exp);
      const sum = all.reduce((a, b) => a + b);
      return all.map((value) => value / sum);
    };
    const shape = [2, 3, 4, 5];
    const x = Array.from(await images.data());
    const expected = (group: (i: number) => number): number[] => {
      const groups = new Map<number, number[]>();
      x.forEach((_, i) => groups.set(group(i), [...(groups.get(group(i)) ?? []), i]));
      const result = x.map(() => 0);
      for (const places of groups.values()) exps(places.map((i) => x[i]!)).forEach((value, k) => (result[places[k]!] = value));
      return result;
    };
    const stride = (axis: number): number => shape.slice(axis + 1).reduce((a, b) => a * b, 1);
    for (const [op, of] of [['Softmax', (value: number) => value], ['LogSoftmax', Math.log]] as const) {
      for (const given of [null, 1, 2, 3, -1]) {
        for (const opset of [11, 17]) {
          const axis = given === null ? (opset < 13 ? 1 : 3) : given < 0 ? given + 4 : given;
          const group = opset < 13 ? (i: number) => Math.floor(i / stride(axis - 1)) : (i: number) => Math.floor(i / stride(axis - 1)) * stride(axis) + (i % stride(axis));
          const { data } = await run({ opset, nodes: [node(op, 'x', 'y', given === null ? {} : { axis: given })] }, images);
          const wanted = expected(group).map(of);
          // Sums of 60 exponentials at most, each within a few roundings.
          data.forEach((value, i) => expect(value, `${op} ${opset} ${given}`).to.be.closeTo(wanted[i]!, 64 * 2 ** -24 * Math.max(1, Math.abs(wanted[i]!))));
        }
      }
    }
  });

  it('Split with sizes as an attribute', async () => {
    const model = await imported({ opset: 11, nodes: [node('Split', 'x', 'a b', { axis: 0, split: [1, 2] })], outputs: [info('a', null), info('b', null)] });
    const [a, b] = model.apply(model.params, [tensor([1, 2, 3])]);
    expect([await a!.array(), await b!.array()]).to.deep.equal([[1], [2, 3]]);
  });
});
