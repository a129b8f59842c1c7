import { dim, shape } from '@unfoldjs/backend-testkit/arbitraries';
import * as u from '@unfoldjs/core';
import type { DType } from '@unfoldjs/core';
import * as tf from '@tensorflow/tfjs-core';
import * as fc from 'fast-check';
import { exact, operand, row, type Config, type Row } from './row.js';

const dtype = fc.constantFrom<DType>('float32', 'int32', 'bool');
const none = <Options>(options: fc.Arbitrary<Options>): fc.Arbitrary<Config<Options>> => options.map((each) => ({ operands: [], options: each }));
const shaped = none(fc.record({ of: shape(), dtype }));
const alike = fc.tuple(shape(), dtype).map(([of, type]) => ({ operands: [operand(of, type)], options: null }));

export const createRows: readonly Row[] = [
  row({ name: 'zeros', configs: shaped, ours: (_, { of, dtype: type }) => u.zeros(of, type), theirs: (_, { of, dtype: type }) => tf.zeros(of, type), tolerance: exact }),
  row({ name: 'ones', configs: shaped, ours: (_, { of, dtype: type }) => u.ones(of, type), theirs: (_, { of, dtype: type }) => tf.ones(of, type), tolerance: exact }),
  row({ name: 'full', configs: none(fc.record({ of: shape(), value: fc.constantFrom(-2.5, 0, 7) })), ours: (_, { of, value }) => u.full(of, value), theirs: (_, { of, value }) => tf.fill(of, value), tolerance: exact }),
  row({ name: 'zerosLike', configs: alike, ours: ([x]) => u.zerosLike(x!), theirs: ([x]) => tf.zerosLike(x!), tolerance: exact }),
  row({ name: 'onesLike', configs: alike, ours: ([x]) => u.onesLike(x!), theirs: ([x]) => tf.onesLike(x!), tolerance: exact }),
  row({
    name: 'eye',
    configs: none(fc.record({ rows: fc.integer({ min: 1, max: 9 }), columns: fc.integer({ min: 1, max: 9 }) })),
    ours: (_, { rows, columns }) => u.eye(rows, { columns }),
    theirs: (_, { rows, columns }) => tf.eye(rows, columns),
    tolerance: exact,
  }),
  row({
    name: 'arange',
    configs: none(fc.record({ start: fc.integer({ min: -9, max: 9 }), count: dim, step: fc.constantFrom(1, 2, -3) })),
    ours: (_, { start, count, step }) => u.arange(start, start + count * step, step),
    theirs: (_, { start, count, step }) => (count === 0 ? tf.tensor1d([], 'float32') : tf.range(start, start + count * step, step)),
    tolerance: exact,
  }),
  // Both compute start + i * step in doubles, or round once more on the way: values up to 9.
  row({
    name: 'linspace',
    configs: none(fc.record({ start: fc.integer({ min: -9, max: 9 }), stop: fc.integer({ min: -9, max: 9 }), num: fc.integer({ min: 1, max: 33 }) })),
    ours: (_, { start, stop, num }) => u.linspace(start, stop, num),
    theirs: (_, { start, stop, num }) => tf.linspace(start, stop, num),
    tolerance: { roundings: 0, absolute: 36 * 9 * 2 ** -24 },
  }),
];
