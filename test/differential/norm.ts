import { positiveDim, shape } from '@unfoldjs/backend-testkit/arbitraries';
import * as u from '@unfoldjs/core';
import * as tf from '@tensorflow/tfjs-core';
import * as fc from 'fast-check';
import { composed, operand, plain, row, type Row } from './row.js';

const lines = plain(shape({ minRank: 1, of: positiveDim }).map((of) => [operand(of, 'float32', 'reals')]));

/** (x - mean) / sqrt(variance + epsilon) along some axes, by their own functions. */
function normalised(x: tf.Tensor, axes: number[], epsilon: number): tf.Tensor {
  const { mean, variance } = tf.moments(x, axes, true);
  return tf.div(tf.sub(x, mean), tf.sqrt(tf.add(variance, epsilon)));
}

/** Values up to 3 with an epsilon of 0.25: |x - mean| <= 6 over 0.5, each with the errors of a mean and a variance of up to 64 terms. */
const normTolerance = { roundings: 0, absolute: 64 * 2 ** -24 * 12 * 3 };
const epsilon = 0.25;
const small = fc.integer({ min: 1, max: 4 });

export const normRows: readonly Row[] = [
  // Differences up to 6 carry 6 roundings into exp; the sum of up to 33 terms is positive.
  row({ name: 'softmax', configs: lines, ours: ([x]) => u.softmax(x!), theirs: ([x]) => tf.softmax(x!), tolerance: { roundings: 96 } }),
  row({ name: 'logSoftmax', configs: lines, ours: ([x]) => u.logSoftmax(x!), theirs: ([x]) => tf.logSoftmax(x!), tolerance: { ...composed, absolute: 2 ** -18 } }),
  row({
    name: 'layerNorm',
    configs: fc.tuple(fc.array(small, { minLength: 1, maxLength: 3 }), fc.integer({ min: 1, max: 3 })).map(([of, last]) => {
      const axes = of.map((_, axis) => axis).slice(-last);
      return { operands: [operand(of, 'float32', 'reals'), operand(axes.map((axis) => of[axis]!), 'float32', 'reals')], options: { axes } };
    }),
    ours: ([x, scale], { axes }) => u.layerNorm(x!, { axes, scale: scale!, offset: scale!, epsilon }),
    theirs: ([x, scale], { axes }) => tf.add(tf.mul(normalised(x!, axes, epsilon), scale!), scale!),
    tolerance: normTolerance,
  }),
  row({
    name: 'instanceNorm',
    configs: plain(fc.tuple(small, small, small, small).map((of) => [operand(of, 'float32', 'reals')])),
    ours: ([x]) => u.instanceNorm(x!, { epsilon }),
    theirs: ([x]) => normalised(x!, [1, 2], epsilon),
    tolerance: normTolerance,
  }),
  row({
    name: 'groupNorm',
    configs: fc.tuple(small, small, small, small, small).map(([n, h, w, groups, each]) => ({ operands: [operand([n, h, w, groups * each], 'float32', 'reals')], options: { groups } })),
    ours: ([x], { groups }) => u.groupNorm(x!, { groups, epsilon }),
    theirs: ([x], { groups }) => {
      const [n, h, w, c] = x!.shape as [number, number, number, number];
      return tf.reshape(normalised(tf.reshape(x!, [n, h, w, groups, c / groups]), [1, 2, 4], epsilon), [n, h, w, c]);
    },
    tolerance: normTolerance,
  }),
  row({
    name: 'batchNorm',
    configs: plain(
      fc.tuple(shape({ minRank: 1, maxRank: 3, of: positiveDim }), positiveDim, fc.boolean()).map(([lead, channels, affine]) => [
        operand([...lead, channels], 'float32', 'reals'),
        operand([channels], 'float32', 'reals'),
        operand([channels], 'float32', 'reals', (random) => random.real(0.25, 4)),
        ...(affine ? [operand([channels], 'float32', 'reals'), operand([channels], 'float32', 'reals')] : []),
      ]),
    ),
    ours: ([x, mean, variance, offset, scale]) => u.batchNorm(x!, mean!, variance!, { offset, scale, epsilon: 0.001 }),
    theirs: ([x, mean, variance, offset, scale]) => tf.batchNorm(x!, mean! as tf.Tensor1D, variance! as tf.Tensor1D, offset as tf.Tensor1D, scale as tf.Tensor1D, 0.001),
    // |x - mean| <= 6, times 1 / sqrt(0.25), times 3, plus 3: terms up to 39 that may cancel, some 24 roundings.
    tolerance: { roundings: 0, absolute: 24 * 2 ** -24 * 39 },
  }),
];
