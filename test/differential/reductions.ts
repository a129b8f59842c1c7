import { axesOf, positiveDim, shape } from '@unfoldjs/backend-testkit/arbitraries';
import * as u from '@unfoldjs/core';
import type { DType, Shape, Tensor } from '@unfoldjs/core';
import * as tf from '@tensorflow/tfjs-core';
import * as fc from 'fast-check';
import { composed, exact, operand, row, type Config, type Row, type Tolerance } from './row.js';

interface Reducing {
  readonly axes: number[];
  readonly keepDims: boolean;
}

const numeric = ['float32', 'int32'] as const;

/** Axes, negative ones included; at least one, because [] means "all" to TensorFlow.js. */
const axes = (of: Shape): fc.Arbitrary<Reducing> =>
  fc.record({
    axes: axesOf(of.length)
      .filter((list) => list.length > 0)
      .chain((list) => fc.boolean().map((fromEnd) => (fromEnd ? list.map((axis) => axis - of.length) : list))),
    keepDims: fc.boolean(),
  });

const reducing = (dtypes: readonly DType[], of = positiveDim, fill: 'integers' | 'reals' = 'integers'): fc.Arbitrary<Config<Reducing>> =>
  fc.tuple(shape({ minRank: 1, of }), fc.constantFrom(...dtypes)).chain(([x, dtype]) => axes(x).map((options) => ({ operands: [operand(x, dtype, fill)], options })));

const reduction = (
  name: string,
  ours: (x: Tensor, options: Reducing) => Tensor,
  theirs: (x: tf.Tensor, axes: number[], keepDims: boolean) => tf.Tensor,
  configs: fc.Arbitrary<Config<Reducing>>,
  tolerance: Tolerance = exact,
): Row => row({ name, configs, ours: ([x], options) => ours(x!, options), theirs: ([x], options) => theirs(x!, options.axes, options.keepDims), tolerance });

const meanBySum = (x: tf.Tensor, list: number[], keepDims: boolean): tf.Tensor => {
  const sum = tf.sum(tf.cast(x, 'float32'), list, keepDims);
  return tf.div(sum, Math.max(1, x.size / Math.max(1, sum.size)));
};

interface AlongAxis {
  readonly axis: number;
}

const alongAxis = (dtypes: readonly DType[]): fc.Arbitrary<Config<AlongAxis>> =>
  fc
    .tuple(shape({ minRank: 1, of: positiveDim }), fc.constantFrom(...dtypes))
    .chain(([x, dtype]) => fc.integer({ min: -x.length, max: x.length - 1 }).map((axis) => ({ operands: [operand(x, dtype)], options: { axis } })));

const smallDim = fc.integer({ min: 1, max: 3 });

export const reductionRows: readonly Row[] = [
  reduction('sum', u.sum, tf.sum, reducing(['float32', 'int32', 'bool'])),
  reduction('max', u.max, tf.max, reducing(numeric)),
  reduction('min', u.min, tf.min, reducing(numeric)),
  reduction('prod', u.prod, tf.prod, reducing(numeric, smallDim)),
  reduction('all', u.all, tf.all, reducing(['bool'])),
  reduction('any', u.any, tf.any, reducing(['bool'])),
  // Their mean rounds every quotient before it sums, so the oracle is their sum, which is exact: then one division here (or a
  // reciprocal and a product), and one there.
  reduction('mean', u.mean, meanBySum, reducing(numeric), { roundings: 6 }),
  // Values up to 4 + log(1500), each step of which rounds: exp, sum, log, add.
  reduction('logSumExp', u.logSumExp, tf.logSumExp, reducing(['float32'], positiveDim, 'reals'), { ...composed, absolute: 2 ** -19 }),
  // Squares of differences up to 8, less than 64 on average: the mean's own error of 8 roundings comes in twice.
  row({
    name: 'moments',
    configs: reducing(['float32'], fc.integer({ min: 1, max: 5 })),
    ours: ([x], options) => {
      const { mean, variance } = u.moments(x!, options);
      return [mean, variance];
    },
    theirs: ([x], { axes: list, keepDims }) => {
      const { mean, variance } = tf.moments(x!, list, keepDims);
      return [mean, variance];
    },
    tolerance: { roundings: 64, absolute: 2 ** -16 },
  }),
  row({
    name: 'variance',
    configs: reducing(['float32'], fc.integer({ min: 1, max: 5 })),
    ours: ([x], options) => u.variance(x!, options),
    theirs: ([x], { axes: list, keepDims }) => tf.moments(x!, list, keepDims).variance,
    tolerance: { roundings: 64, absolute: 2 ** -16 },
  }),
  row({ name: 'argMax', configs: alongAxis(numeric), ours: ([x], { axis }) => u.argMax(x!, { axis }), theirs: ([x], { axis }) => tf.argMax(x!, axis), tolerance: exact }),
  row({ name: 'argMin', configs: alongAxis(numeric), ours: ([x], { axis }) => u.argMin(x!, { axis }), theirs: ([x], { axis }) => tf.argMin(x!, axis), tolerance: exact }),
  row({
    name: 'cumsum',
    // TensorFlow.js gives a wrong shape for a negative axis.
    configs: alongAxis(numeric).chain(({ operands, options: { axis } }) =>
      fc.record({ exclusive: fc.boolean(), reverse: fc.boolean() }).map((flags) => ({ operands, options: { axis: axis < 0 ? axis + operands[0]!.shape.length : axis, ...flags } })),
    ),
    ours: ([x], options) => u.cumsum(x!, options),
    theirs: ([x], { axis, exclusive, reverse }) => tf.cumsum(x!, axis, exclusive, reverse),
    tolerance: exact,
  }),
  row({
    name: 'topk',
    configs: shape({ minRank: 1, maxRank: 3, of: positiveDim }).chain((x) => fc.integer({ min: 1, max: x.at(-1)! }).map((k) => ({ operands: [operand(x)], options: { k } }))),
    ours: ([x], { k }) => {
      const { values, indices } = u.topk(x!, { k });
      return [values, indices];
    },
    theirs: ([x], { k }) => {
      const { values, indices } = tf.topk(x!, k, true);
      return [values, indices];
    },
    tolerance: exact,
  }),
];
