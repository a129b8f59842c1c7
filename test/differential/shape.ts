import { axesOf, dim, positiveDim, shape } from '@unfoldjs/backend-testkit/arbitraries';
import * as u from '@unfoldjs/core';
import type { DType } from '@unfoldjs/core';
import * as tf from '@tensorflow/tfjs-core';
import * as fc from 'fast-check';
import { exact, operand, row, type Config, type Row } from './row.js';

const dtype = fc.constantFrom<DType>('float32', 'int32', 'bool');
const upTo = (max: number): fc.Arbitrary<number> => fc.integer({ min: 0, max });

/** One operand of a shape, and options that depend on it. */
const on = <Options>(shapes: fc.Arbitrary<number[]>, options: (of: number[]) => fc.Arbitrary<Options>): fc.Arbitrary<Config<Options>> =>
  fc.tuple(shapes, dtype).chain(([of, type]) => options(of).map((each) => ({ operands: [operand(of, type)], options: each })));

const perm = (of: number[]): fc.Arbitrary<number[]> => fc.shuffledSubarray(of.map((_, axis) => axis), { minLength: of.length, maxLength: of.length });

const extents = (of: number[]): fc.Arbitrary<{ begin: number[]; size: number[] }> =>
  fc.tuple(...of.map((size) => upTo(size).chain((begin) => upTo(size - begin).map((length) => [begin, length] as const)))).map((pairs) => ({
    begin: pairs.map(([begin]) => begin),
    size: pairs.map(([, length]) => length),
  }));

interface Strided {
  readonly begin: number[];
  readonly end: number[];
  readonly strides: number[];
  readonly beginMask: number;
  readonly endMask: number;
}

/** Elements along an axis that a begin, an end and a stride choose. */
function countOf({ begin, end, strides, beginMask, endMask }: Strided, axis: number, size: number): number {
  const stride = strides[axis]!;
  const [low, high] = stride > 0 ? [0, size] : [-1, size - 1];
  const place = (at: number): number => Math.min(high, Math.max(low, at < 0 ? at + size : at));
  const from = (beginMask >> axis) & 1 ? (stride > 0 ? 0 : size - 1) : place(begin[axis]!);
  const to = (endMask >> axis) & 1 ? (stride > 0 ? size : -1) : place(end[axis]!);
  return Math.max(0, Math.ceil((to - from) / stride));
}

/** Never an empty result: TensorFlow.js fails on it. */
const strided = (of: number[]): fc.Arbitrary<Strided> => {
  const each = (from: number, to: number): fc.Arbitrary<number[]> => fc.tuple(...of.map((size) => fc.integer({ min: from * size - 1, max: to * size + 1 }))).map((list) => [...list]);
  return fc.record({
    begin: each(-1, 1),
    end: each(-1, 1),
    strides: fc.tuple(...of.map(() => fc.constantFrom(1, 2, 3, -1, -2))).map((list) => [...list]),
    beginMask: upTo(2 ** of.length - 1),
    endMask: upTo(2 ** of.length - 1),
  }).filter((each) => of.every((size, axis) => countOf(each, axis, size) > 0));
};

const paddings = (of: number[], most: (size: number) => number): fc.Arbitrary<[number, number][]> => fc.tuple(...of.map((size) => fc.tuple(upTo(most(size)), upTo(most(size))))).map((list) => [...list]);

const mirror = (mode: 'reflect' | 'symmetric'): Row =>
  row({
    name: `pad, ${mode}`,
    configs: fc.tuple(shape({ minRank: 1, maxRank: 3, of: fc.integer({ min: 1, max: 5 }) }), fc.constantFrom<DType>('float32', 'int32')).chain(([of, type]) =>
      paddings(of, (size) => (mode === 'reflect' ? size - 1 : size)).map((pairs) => ({ operands: [operand(of, type)], options: pairs })),
    ),
    ours: ([x], pairs) => u.pad(x!, pairs, { mode }),
    theirs: ([x], pairs) => tf.mirrorPad(x!, pairs, mode),
    tolerance: exact,
  });

/** Several operands that differ along one axis. */
const pieces = (vary: boolean): fc.Arbitrary<Config<{ axis: number }>> =>
  fc.tuple(shape({ minRank: 1, maxRank: 3 }), dtype).chain(([of, type]) =>
    fc.record({ axis: upTo(of.length - 1), sizes: fc.array(upTo(4), { minLength: 1, maxLength: 4 }) }).map(({ axis, sizes }) => ({
      operands: sizes.map((size) => operand(vary ? of.with(axis, size) : of, type)),
      options: { axis },
    })),
  );

export const shapeRows: readonly Row[] = [
  row({ name: 'reshape', configs: on(shape({ minRank: 1, of: positiveDim }), (of) => fc.constantFrom([-1], [of.reduce((a, b) => a * b, 1)], [...of].reverse(), [1, -1, of[0]!], [of[0]!, -1])), ours: ([x], to) => u.reshape(x!, to), theirs: ([x], to) => tf.reshape(x!, to), tolerance: exact }),
  row({ name: 'flatten', configs: on(shape(), () => fc.constant(null)), ours: ([x]) => u.flatten(x!), theirs: ([x]) => tf.reshape(x!, [x!.size]), tolerance: exact }),
  row({ name: 'squeeze', configs: on(shape({ minRank: 1 }), (of) => fc.subarray(of.flatMap((size, axis) => (size === 1 ? [axis] : [])))), ours: ([x], axes) => (axes.length === 0 ? u.squeeze(x!) : u.squeeze(x!, axes)), theirs: ([x], axes) => (axes.length === 0 ? tf.squeeze(x!) : tf.squeeze(x!, axes)), tolerance: exact }),
  row({ name: 'transpose', configs: on(shape(), perm), ours: ([x], p) => u.transpose(x!, p), theirs: ([x], p) => tf.transpose(x!, p), tolerance: exact }),
  row({ name: 'slice', configs: on(shape({ minRank: 1 }), extents), ours: ([x], { begin, size }) => u.slice(x!, begin, size), theirs: ([x], { begin, size }) => tf.slice(x!, begin, size), tolerance: exact }),
  row({
    name: 'stridedSlice',
    configs: on(shape({ minRank: 1, maxRank: 3, of: fc.integer({ min: 1, max: 6 }) }), strided),
    ours: ([x], { begin, end, strides, ...masks }) => u.stridedSlice(x!, begin, end, strides, masks),
    theirs: ([x], { begin, end, strides, beginMask, endMask }) => tf.stridedSlice(x!, begin, end, strides, beginMask, endMask),
    tolerance: exact,
  }),
  row({ name: 'flip', configs: on(shape({ minRank: 1 }), (of) => axesOf(of.length).filter((axes) => axes.length > 0)), ours: ([x], axes) => u.flip(x!, axes), theirs: ([x], axes) => tf.reverse(x!, axes), tolerance: exact }),
  row({
    name: 'broadcastTo',
    configs: on(shape({ maxRank: 3 }), (of) => fc.tuple(fc.array(positiveDim, { maxLength: 1 }), fc.array(upTo(3), { minLength: of.length, maxLength: of.length })).map(([lead, to]) => [...lead, ...of.map((size, i) => (size === 1 ? Math.max(1, to[i]!) : size))])),
    ours: ([x], to) => u.broadcastTo(x!, to),
    theirs: ([x], to) => tf.broadcastTo(x!, to),
    tolerance: exact,
  }),
  row({ name: 'tile', configs: on(shape({ minRank: 1, maxRank: 3, of: fc.integer({ min: 1, max: 4 }) }), (of) => fc.tuple(...of.map(() => fc.integer({ min: 1, max: 3 }))).map((reps) => [...reps])), ours: ([x], reps) => u.tile(x!, reps), theirs: ([x], reps) => tf.tile(x!, reps), tolerance: exact }),
  row({ name: 'concat', configs: pieces(true), ours: (all, { axis }) => u.concat(all, axis), theirs: (all, { axis }) => tf.concat([...all], axis), tolerance: exact }),
  row({ name: 'stack', configs: pieces(false), ours: (all, { axis }) => u.stack(all, axis), theirs: (all, { axis }) => tf.stack([...all], axis), tolerance: exact }),
  row({ name: 'unstack', configs: on(shape({ minRank: 1, maxRank: 3, of: fc.integer({ min: 1, max: 4 }) }), (of) => upTo(of.length - 1)), ours: ([x], axis) => u.unstack(x!, axis), theirs: ([x], axis) => tf.unstack(x!, axis), tolerance: exact }),
  row({
    name: 'split',
    configs: fc.tuple(shape({ minRank: 1, maxRank: 3 }), dtype).chain(([of, type]) =>
      fc.record({ axis: upTo(of.length - 1), sizes: fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 4 }) }).map(({ axis, sizes }) => ({
        operands: [operand(of.with(axis, sizes.reduce((sum, size) => sum + size, 0)), type)],
        options: { axis, sizes },
      })),
    ),
    ours: ([x], { axis, sizes }) => u.split(x!, sizes, axis),
    theirs: ([x], { axis, sizes }) => tf.split(x!, sizes, axis),
    tolerance: exact,
  }),
  row({
    name: 'pad',
    configs: fc.tuple(shape({ minRank: 1, of: fc.integer({ min: 0, max: 5 }) }), fc.constantFrom<DType>('float32', 'int32')).chain(([of, type]) =>
      fc.tuple(paddings(of, () => 3), fc.constantFrom(0, -3)).map(([pairs, value]) => ({ operands: [operand(of, type)], options: { pairs, value } })),
    ),
    ours: ([x], { pairs, value }) => u.pad(x!, pairs, { value }),
    theirs: ([x], { pairs, value }) => tf.pad(x!, pairs, value),
    tolerance: exact,
  }),
  mirror('reflect'),
  mirror('symmetric'),
  row({
    name: 'gather',
    configs: fc.tuple(shape({ minRank: 1, maxRank: 3, of: positiveDim }), dtype).chain(([of, type]) =>
      upTo(of.length - 1).chain((axis) =>
        fc.tuple(upTo(axis), shape({ maxRank: 2, of: fc.integer({ min: 1, max: 4 }) })).map(([batchDims, own]) => ({
          operands: [operand(of, type), operand([...of.slice(0, batchDims), ...own], 'int32', 'integers', (random) => random.integer(0, of[axis]! - 1))],
          options: { axis, batchDims },
        })),
      ),
    ),
    ours: ([x, indices], options) => u.gather(x!, indices!, options),
    theirs: ([x, indices], { axis, batchDims }) => tf.gather(x!, indices! as tf.Tensor1D, axis, batchDims),
    tolerance: exact,
  }),
  row({
    name: 'oneHot',
    configs: fc.tuple(shape({ maxRank: 3 }), fc.integer({ min: 2, max: 5 })).map(([of, depth]) => ({ operands: [operand(of, 'int32', 'integers', (random) => random.integer(-1, depth))], options: { depth } })),
    ours: ([x], { depth }) => u.oneHot(x!, depth, { onValue: 3, offValue: -1, dtype: 'int32' }),
    theirs: ([x], { depth }) => tf.oneHot(x!, depth, 3, -1),
    tolerance: exact,
  }),
  row({
    name: 'depthToSpace',
    configs: fc.record({ n: fc.integer({ min: 1, max: 2 }), h: positiveDim, w: fc.integer({ min: 1, max: 4 }), c: fc.integer({ min: 1, max: 3 }), block: fc.integer({ min: 2, max: 3 }) }).map(({ n, h, w, c, block }) => ({ operands: [operand([n, h, w, c * block * block])], options: { block } })),
    ours: ([x], { block }) => u.depthToSpace(x!, block),
    theirs: ([x], { block }) => tf.depthToSpace(x! as tf.Tensor4D, block),
    tolerance: exact,
  }),
  row({
    name: 'spaceToDepth',
    configs: fc.record({ n: fc.integer({ min: 1, max: 2 }), h: fc.integer({ min: 1, max: 4 }), w: fc.integer({ min: 1, max: 4 }), c: fc.integer({ min: 1, max: 3 }), block: fc.integer({ min: 2, max: 3 }) }).map(({ n, h, w, c, block }) => ({ operands: [operand([n, h * block, w * block, c])], options: { n, h, w, c, block } })),
    ours: ([x], { block }) => u.spaceToDepth(x!, block),
    theirs: ([x], { n, h, w, c, block }) => tf.reshape(tf.transpose(tf.reshape(x!, [n, h, block, w, block, c]), [0, 1, 3, 2, 4, 5]), [n, h, w, block * block * c]),
    tolerance: exact,
  }),
  row({ name: 'expandDims', configs: on(shape({ maxRank: 3, of: dim }), (of) => fc.integer({ min: -of.length - 1, max: of.length })), ours: ([x], axis) => u.expandDims(x!, axis), theirs: ([x], axis) => tf.expandDims(x!, axis), tolerance: exact }),
];
