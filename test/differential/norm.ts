import { positiveDim, shape } from '@unfoldjs/backend-testkit/arbitraries';
import * as u from '@unfoldjs/core';
import * as tf from '@tensorflow/tfjs-core';
import * as fc from 'fast-check';
import { composed, operand, plain, row, type Row } from './row.js';

const lines = plain(shape({ minRank: 1, of: positiveDim }).map((of) => [operand(of, 'float32', 'reals')]));

export const normRows: readonly Row[] = [
  // Differences up to 6 carry 6 roundings into exp; the sum of up to 33 terms is positive.
  row({ name: 'softmax', configs: lines, ours: ([x]) => u.softmax(x!), theirs: ([x]) => tf.softmax(x!), tolerance: { roundings: 96 } }),
  row({ name: 'logSoftmax', configs: lines, ours: ([x]) => u.logSoftmax(x!), theirs: ([x]) => tf.logSoftmax(x!), tolerance: { ...composed, absolute: 2 ** -18 } }),
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
