import { broadcastTogether, shape, type Draw } from '@unfoldjs/backend-testkit/arbitraries';
import * as u from '@unfoldjs/core';
import type { DType, Tensor } from '@unfoldjs/core';
import * as tf from '@tensorflow/tfjs-core';
import * as fc from 'fast-check';
import { composed, exact, library, operand, plain, row, type Row, type Tolerance } from './row.js';

type Binary = (a: Tensor, b: Tensor) => Tensor;
type TheirBinary = (a: tf.Tensor, b: tf.Tensor) => tf.Tensor;

const numeric = fc.constantFrom<DType>('float32', 'int32');
const any = fc.constantFrom<DType>('float32', 'int32', 'bool');
const only = (dtype: DType): fc.Arbitrary<DType> => fc.constant(dtype);

const binary = (name: string, ours: Binary, theirs: TheirBinary, dtypes: fc.Arbitrary<DType>, tolerance: Tolerance = exact, draws: readonly (Draw | undefined)[] = []): Row =>
  row({
    name,
    configs: plain(fc.tuple(broadcastTogether(2), dtypes).map(([[a, b], dtype]) => [operand(a!, dtype, 'integers', draws[0]), operand(b!, dtype, 'integers', draws[1])])),
    ours: ([a, b]) => ours(a!, b!),
    theirs: ([a, b]) => theirs(a!, b!),
    tolerance,
  });

type Unary = (x: Tensor) => Tensor;
type TheirUnary = (x: tf.Tensor) => tf.Tensor;

const unary = (name: string, ours: Unary, theirs: TheirUnary, draw: Draw | undefined, tolerance: Tolerance): Row =>
  row({
    name,
    configs: plain(shape().map((of) => [operand(of, 'float32', 'reals', draw)])),
    ours: ([x]) => ours(x!),
    theirs: ([x]) => theirs(x!),
    tolerance,
  });

const within =
  (min: number, max: number): Draw =>
  (random) =>
    random.real(min, max);
const halves: Draw = (random) => random.integer(-9, 9) / 2;
const nonzero: Draw = (random) => (random.unit() < 0.5 ? -1 : 1) * random.integer(1, 4);
const special: Draw = (random) => random.pick([NaN, Infinity, -Infinity, 0, -0, 1, -2.5]);

/** One division, which a shader may give within 2.5 ulps. */
const quotient: Tolerance = { roundings: 6 };
/** The inverse functions lose digits where they are steep: their ranges keep the slope below 8, and their values below 4. */
const inverse: Tolerance = { roundings: 0, absolute: 2 ** -19 };

export const elementwiseRows: readonly Row[] = [
  binary('add', u.add, tf.add, numeric),
  binary('sub', u.sub, tf.sub, numeric),
  binary('mul', u.mul, tf.mul, numeric),
  binary('div', u.div, tf.div, only('float32'), quotient, [undefined, nonzero]),
  binary('div of integers', u.div, tf.floorDiv, only('int32'), exact, [undefined, nonzero]),
  binary('floorDiv', u.floorDiv, tf.floorDiv, numeric, exact, [undefined, nonzero]),
  binary('divNoNan', u.divNoNan, tf.divNoNan, only('float32'), quotient),
  binary('mod', u.mod, tf.mod, numeric, exact, [undefined, nonzero]),
  binary('pow', u.pow, tf.pow, only('float32'), { roundings: 64 }, [within(0.1, 4), within(-3, 3)]),
  binary('maximum', u.maximum, tf.maximum, numeric),
  binary('minimum', u.minimum, tf.minimum, numeric),
  binary('maximum of NaN and infinities', u.maximum, tf.maximum, only('float32'), exact, [special, special]),
  binary('squaredDifference', u.squaredDifference, tf.squaredDifference, numeric),
  binary('atan2', u.atan2, tf.atan2, only('float32'), inverse, [nonzero, nonzero]),
  binary('prelu', u.prelu, tf.prelu, only('float32')),
  binary('equal', u.equal, tf.equal, any),
  binary('notEqual', u.notEqual, tf.notEqual, any),
  binary('less', u.less, tf.less, numeric),
  binary('lessEqual', u.lessEqual, tf.lessEqual, numeric),
  binary('greater', u.greater, tf.greater, numeric),
  binary('greaterEqual', u.greaterEqual, tf.greaterEqual, numeric),
  binary('logicalAnd', u.logicalAnd, tf.logicalAnd, only('bool')),
  binary('logicalOr', u.logicalOr, tf.logicalOr, only('bool')),
  binary('logicalXor', u.logicalXor, tf.logicalXor, only('bool')),
  row({ name: 'logicalNot', configs: plain(shape().map((of) => [operand(of, 'bool')])), ours: ([x]) => u.logicalNot(x!), theirs: ([x]) => tf.logicalNot(x!), tolerance: exact }),
  row({
    name: 'where',
    // TensorFlow.js gives an operand of size 1 for a result of size 0.
    configs: plain(fc.tuple(broadcastTogether(3).filter((shapes) => shapes.flat().every((size) => size > 0)), numeric).map(([[c, a, b], dtype]) => [operand(c!, 'bool'), operand(a!, dtype), operand(b!, dtype)])),
    ours: ([c, a, b]) => u.where(c!, a!, b!),
    theirs: ([c, a, b]) => tf.where(c!, a!, b!),
    tolerance: exact,
  }),
  unary('abs', u.abs, tf.abs, undefined, exact),
  unary('neg', u.neg, tf.neg, undefined, exact),
  unary('sign', u.sign, tf.sign, halves, exact),
  unary('floor', u.floor, tf.floor, halves, exact),
  unary('ceil', u.ceil, tf.ceil, halves, exact),
  unary('round', u.round, tf.round, halves, exact),
  unary('square', u.square, tf.square, undefined, { roundings: 1 }),
  unary('reciprocal', u.reciprocal, tf.reciprocal, nonzero, quotient),
  unary('sqrt', u.sqrt, tf.sqrt, within(0, 9), library),
  unary('rsqrt', u.rsqrt, tf.rsqrt, within(0.1, 9), { roundings: 16 }),
  unary('exp', u.exp, tf.exp, undefined, library),
  unary('expm1', u.expm1, tf.expm1, undefined, composed),
  unary('log', u.log, tf.log, within(0.1, 9), library),
  unary('log1p', u.log1p, tf.log1p, within(-0.9, 9), composed),
  unary('sin', u.sin, tf.sin, undefined, { roundings: 0, absolute: 2 ** -21 }),
  unary('cos', u.cos, tf.cos, undefined, { roundings: 0, absolute: 2 ** -21 }),
  // Slope 1 / cos^2, below 3.5 there.
  unary('tan', u.tan, tf.tan, within(-1, 1), { roundings: 8, absolute: 2 ** -19 }),
  unary('asin', u.asin, tf.asin, within(-0.99, 0.99), inverse),
  unary('acos', u.acos, tf.acos, within(-0.99, 0.99), inverse),
  unary('atan', u.atan, tf.atan, within(-9, 9), inverse),
  unary('sinh', u.sinh, tf.sinh, undefined, composed),
  unary('cosh', u.cosh, tf.cosh, undefined, composed),
  unary('tanh', u.tanh, tf.tanh, undefined, library),
  unary('asinh', u.asinh, tf.asinh, within(-9, 9), inverse),
  unary('acosh', u.acosh, tf.acosh, within(1.02, 9), inverse),
  unary('atanh', u.atanh, tf.atanh, within(-0.9, 0.9), inverse),
  // Abramowitz and Stegun 7.1.26, which both may use, is within 1.5e-7.
  unary('erf', u.erf, tf.erf, undefined, { roundings: 8, absolute: 4e-7 }),
  unary('sigmoid', u.sigmoid, tf.sigmoid, undefined, composed),
  unary('logSigmoid', u.logSigmoid, tf.logSigmoid, undefined, composed),
  unary('softplus', u.softplus, tf.softplus, undefined, composed),
  // Their functions of functions: what TensorFlow.js has no single op for.
  unary('swish', u.swish, (x) => tf.mul(x, tf.sigmoid(x)), undefined, composed),
  unary('mish', u.mish, (x) => tf.mul(x, tf.tanh(tf.softplus(x))), undefined, { roundings: 60 }),
  unary('softsign', u.softsign, (x) => tf.div(x, tf.add(tf.abs(x), 1)), undefined, { roundings: 12 }),
  // Sums up to 6, cut to 0 and 1: some roundings of 6.
  unary('hardSigmoid', (x) => u.hardSigmoid(x), (x) => tf.clipByValue(tf.add(tf.mul(x, 0.2), 0.5), 0, 1), within(-5, 5), { roundings: 0, absolute: 12 * 2 ** -24 }),
  unary('hardSwish', u.hardSwish, (x) => tf.div(tf.mul(x, tf.relu6(tf.add(x, 3))), 6), within(-5, 5), { roundings: 12, absolute: 48 * 2 ** -24 }),
  // x / 2 (1 + erf): the error of erf, 1.5e-7 on each side, times 1.5.
  unary('gelu', (x) => u.gelu(x), (x) => tf.mul(tf.mul(x, 0.5), tf.add(tf.erf(tf.mul(x, Math.SQRT1_2)), 1)), undefined, { roundings: 12, absolute: 8e-7 }),
  unary('relu', u.relu, tf.relu, undefined, exact),
  unary('relu6', u.relu6, tf.relu6, within(-3, 9), exact),
  unary('elu', (x) => u.elu(x), tf.elu, undefined, composed),
  unary('selu', u.selu, tf.selu, undefined, composed),
  unary('leakyRelu', (x) => u.leakyRelu(x, { alpha: 0.25 }), (x) => tf.leakyRelu(x, 0.25), undefined, exact),
  unary('step', (x) => u.step(x, { alpha: 0.5 }), (x) => tf.step(x, 0.5), halves, exact),
  unary('clip', (x) => u.clip(x, { min: -1, max: 2 }), (x) => tf.clipByValue(x, -1, 2), undefined, exact),
  unary('isNaN', u.isNaN, tf.isNaN, special, exact),
  unary('isInf', u.isInf, tf.isInf, special, exact),
  unary('isFinite', u.isFinite, tf.isFinite, special, exact),
  ...(['int32', 'bool'] as const).map((to) =>
    row({ name: `cast to ${to}`, configs: plain(fc.tuple(shape(), any).map(([of, dtype]) => [operand(of, dtype, 'integers', dtype === 'float32' ? halves : undefined)])), ours: ([x]) => u.cast(x!, to), theirs: ([x]) => tf.cast(x!, to), tolerance: exact }),
  ),
];
