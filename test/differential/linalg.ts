import { positiveDim } from '@unfoldjs/backend-testkit/arbitraries';
import * as u from '@unfoldjs/core';
import * as tf from '@tensorflow/tfjs-core';
import * as fc from 'fast-check';
import { exact, operand, row, type Row } from './row.js';

/** Leading axes of which one side repeats at most: with both, TensorFlow.js is wrong. */
const leading = fc.oneof(
  fc.constant([[], []] as number[][]),
  fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 1, maxLength: 2 }).chain((whole) => fc.constantFrom([whole, whole], [whole, []], [[], whole], [whole, whole.map(() => 1)], [whole.map(() => 1), whole])),
);

const size = fc.oneof(positiveDim, fc.constant(1));

export const linalgRows: readonly Row[] = [
  row({
    name: 'matmul',
    configs: fc.record({ lead: leading, m: size, k: size, n: size, transposeA: fc.boolean(), transposeB: fc.boolean() }).map(({ lead: [a, b], m, k, n, ...options }) => ({
      operands: [operand([...a!, ...(options.transposeA ? [k, m] : [m, k])]), operand([...b!, ...(options.transposeB ? [n, k] : [k, n])])],
      options,
    })),
    ours: ([a, b], options) => u.matmul(a!, b!, options),
    theirs: ([a, b], { transposeA, transposeB }) => tf.matMul(a!, b!, transposeA, transposeB),
    tolerance: exact,
  }),
  row({
    name: 'dot',
    configs: fc.tuple(size, size, size, fc.boolean(), fc.boolean()).map(([m, k, n, isRow, isColumn]) => ({ operands: [operand(isRow ? [k] : [m, k]), operand(isColumn ? [k] : [k, n])], options: null })),
    ours: ([a, b]) => u.dot(a!, b!),
    theirs: ([a, b]) => tf.dot(a!, b!),
    tolerance: exact,
  }),
  row({
    name: 'outer',
    configs: fc.tuple(size, size).map(([m, n]) => ({ operands: [operand([m]), operand([n])], options: null })),
    ours: ([a, b]) => u.outer(a!, b!),
    theirs: ([a, b]) => tf.outerProduct(a! as tf.Tensor1D, b! as tf.Tensor1D),
    tolerance: exact,
  }),
];
