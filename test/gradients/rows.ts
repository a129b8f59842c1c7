// Every differentiable function, on small operands away from where it has a corner or a jump.
import * as u from '@unfoldjs/core';
import type { Shape, Tensor } from '@unfoldjs/core';
import type { Fill, GradientRow } from './differences.js';

/** Numbers between two bounds, at least 1/16 away from some others. */
const between =
  (min: number, max: number, avoided: readonly number[] = []): Fill =>
  (random, size) =>
    Array.from({ length: size }, () => {
      for (;;) {
        const value = random.real(min, max);
        if (avoided.every((other) => Math.abs(value - other) > 1 / 16)) return value;
      }
    });

/** Numbers that are at least 1/8 apart, in random order. */
const distinct: Fill = (random, size) => {
  const values = Array.from({ length: size }, (_, i) => (i - size / 2) / 6);
  for (let i = size - 1; i > 0; i--) {
    const j = random.integer(0, i);
    [values[i], values[j]] = [values[j]!, values[i]!];
  }
  return values;
};

const usual = between(-3, 3);
const notZero = between(-3, 3, [0]);

const row = (name: string, shapes: readonly Shape[], call: GradientRow['call'], fill: Fill | readonly Fill[] = usual, largest?: number): GradientRow => ({
  name,
  operands: shapes.map((shape, i) => ({ shape, fill: typeof fill === 'function' ? fill : fill[i]! })),
  call,
  ...(largest === undefined ? {} : { largest }),
});

type Unary = (x: Tensor) => Tensor;
type Binary = (a: Tensor, b: Tensor) => Tensor;

const unary = (name: string, f: Unary, fill: Fill = usual, largest?: number): GradientRow => row(name, [[2, 3]], ([x]) => f(x!), fill, largest);
/** Twice: equal shapes, and both operands broadcast. */
const binary = (name: string, f: Binary, fill?: Fill | readonly Fill[], largest?: number): GradientRow[] => [
  row(name, [[4], [4]], ([a, b]) => f(a!, b!), fill, largest),
  row(`${name}, broadcasting`, [[2, 1, 2], [3, 1]], ([a, b]) => f(a!, b!), fill, largest),
];
/** Where a and b must not be equal: whole numbers against halves. */
const wholes: Fill = (random, size) => Array.from({ length: size }, () => random.integer(-3, 3));
const halves: Fill = (random, size) => Array.from({ length: size }, () => random.integer(-3, 2) + 0.5);

/** All axes, one, two with keepDims, none. */
const reduction = (name: string, f: (x: Tensor, options?: u.ReduceOptions) => Tensor | readonly Tensor[], fill: Fill = usual, largest?: number): GradientRow[] => [
  row(name, [[2, 3]], ([x]) => f(x!), fill, largest),
  row(`${name} along one axis`, [[2, 3, 2]], ([x]) => f(x!, { axes: 1 }), fill, largest),
  row(`${name}, keepDims`, [[2, 3, 2]], ([x]) => f(x!, { axes: [0, -1], keepDims: true }), fill, largest),
  row(`${name} of nothing`, [[3]], ([x]) => f(x!, { axes: [] }), fill, largest),
];

const elementwise: readonly GradientRow[] = [
  unary('abs', u.abs, notZero),
  unary('acos', u.acos, between(-0.9, 0.9)),
  unary('acosh', u.acosh, between(1.1, 4)),
  ...binary('add', u.add),
  unary('asin', u.asin, between(-0.9, 0.9)),
  unary('asinh', u.asinh),
  unary('atan', u.atan),
  ...binary('atan2', u.atan2, notZero),
  unary('atanh', u.atanh, between(-0.9, 0.9)),
  unary('ceil', u.ceil, between(-3, 3, [-3, -2, -1, 0, 1, 2, 3])),
  unary('clip', (x) => u.clip(x, { min: -1, max: 2 }), between(-3, 3, [-1, 2])),
  unary('clip on one side', (x) => u.clip(x, { max: 1 }), between(-3, 3, [1])),
  unary('cos', u.cos),
  unary('cosh', u.cosh, usual, 64),
  ...binary('div', u.div, [usual, between(0.5, 3)], 64),
  ...binary('divNoNan', u.divNoNan, [usual, between(0.5, 3)], 64),
  unary('elu', (x) => u.elu(x, { alpha: 0.5 }), notZero),
  unary('erf', u.erf),
  unary('exp', u.exp, usual, 64),
  unary('expm1', u.expm1, usual, 64),
  unary('floor', u.floor, between(-3, 3, [-3, -2, -1, 0, 1, 2, 3])),
  row('floorDiv', [[3], [3]], ([a, b]) => u.floorDiv(a!, b!), [between(0.2, 0.8), between(1, 3)]),
  unary('gelu', (x) => u.gelu(x)),
  unary('gelu, approximate', (x) => u.gelu(x, { approximate: true })),
  unary('hardSigmoid', (x) => u.hardSigmoid(x), between(-4, 4, [-2.5, 2.5])),
  unary('hardSwish', u.hardSwish, between(-4, 4, [-3, 3])),
  unary('leakyRelu', (x) => u.leakyRelu(x, { alpha: 0.25 }), notZero),
  unary('log', u.log, between(0.25, 4)),
  unary('log1p', u.log1p, between(-0.7, 4)),
  unary('logSigmoid', u.logSigmoid),
  ...binary('maximum', u.maximum, [wholes, halves]),
  ...binary('minimum', u.minimum, [wholes, halves]),
  unary('mish', u.mish),
  // Quotients between whole numbers.
  ...binary('mod', u.mod, [between(4.2, 4.8), between(1.65, 1.95)]),
  ...binary('mod of negatives', u.mod, [between(-4.8, -4.2), between(1.65, 1.95)]),
  ...binary('mul', u.mul),
  unary('neg', u.neg),
  ...binary('pow', u.pow, [between(0.5, 2), between(-2, 3)], 64),
  unary('pow of a negative number', (x) => u.pow(x, 3), notZero, 64),
  ...binary('prelu', u.prelu, [notZero, usual]),
  unary('reciprocal', u.reciprocal, between(0.5, 3)),
  unary('relu', u.relu, notZero),
  unary('relu6', u.relu6, between(-2, 8, [0, 6])),
  unary('round', u.round, between(-3, 3, [-2.5, -1.5, -0.5, 0.5, 1.5, 2.5])),
  unary('rsqrt', u.rsqrt, between(0.5, 4)),
  unary('selu', u.selu, notZero),
  unary('sigmoid', u.sigmoid),
  unary('sign', u.sign, notZero),
  unary('sin', u.sin),
  unary('sinh', u.sinh, usual, 64),
  unary('softplus', u.softplus),
  unary('softsign', u.softsign, notZero),
  unary('sqrt', u.sqrt, between(0.5, 4)),
  unary('square', u.square),
  ...binary('squaredDifference', u.squaredDifference, undefined, 64),
  unary('step', (x) => u.step(x, { alpha: 0.5 }), notZero),
  ...binary('sub', u.sub),
  unary('swish', u.swish),
  unary('tan', u.tan, between(-1, 1), 64),
  unary('tanh', u.tanh),
  row('where', [[2, 3], [3]], ([a, b]) => u.where(u.tensor([[true, false, true], [false, false, true]]), a!, b!)),
];

const reductions: readonly GradientRow[] = [
  ...([{}, { exclusive: true }, { reverse: true }, { exclusive: true, reverse: true, axis: -1 }] as const).map((options) =>
    row(`cumsum ${JSON.stringify(options)}`, [[5, 2]], ([x]) => u.cumsum(x!, options)),
  ),
  ...reduction('logSumExp', u.logSumExp),
  ...reduction('max', u.max, distinct),
  ...reduction('mean', u.mean),
  ...reduction('min', u.min, distinct),
  ...reduction('moments', (x, options) => {
    const { mean, variance } = u.moments(x, options);
    return [mean, variance];
  }, usual, 64),
  ...reduction('prod', u.prod, between(-1.5, 1.5), 64),
  ...reduction('sum', u.sum),
  row('topk', [[2, 5]], ([x]) => u.topk(x!, { k: 3 }).values, distinct),
  ...reduction('variance', u.variance, usual, 64),
];

const shapes: readonly GradientRow[] = [
  row('broadcastTo', [[2, 1]], ([x]) => u.broadcastTo(x!, [3, 2, 2])),
  row('concat', [[2, 1], [2, 3]], ([a, b]) => u.concat([a!, b!, a!], 1)),
  row('depthToSpace', [[1, 1, 2, 4]], ([x]) => u.depthToSpace(x!, 2)),
  row('expandDims', [[2, 2]], ([x]) => u.expandDims(x!, 1)),
  row('flatten', [[2, 2]], ([x]) => u.flatten(x!)),
  row('gather', [[3, 2]], ([x]) => u.gather(x!, u.tensor([2, 0, 2, 2], [4], 'int32'))),
  row('gather in batches', [[2, 3, 2]], ([x]) => u.gather(x!, u.tensor([2, 0, 1, 1], [2, 2], 'int32'), { axis: 1, batchDims: 1 })),
  row('pad', [[2, 3]], ([x]) => u.pad(x!, [[1, 0], [0, 2]], { value: 3 })),
  ...(['reflect', 'symmetric', 'edge', 'wrap'] as const).map((mode) => row(`pad, ${mode}`, [[3, 3]], ([x]) => u.pad(x!, [[2, 1], [1, 2]], { mode }))),
  row('reshape', [[2, 3]], ([x]) => u.reshape(x!, [3, -1])),
  row('flip', [[2, 3]], ([x]) => u.flip(x!, 1)),
  row('slice', [[3, 4]], ([x]) => u.slice(x!, [1, 0], [2, 3])),
  row('spaceToDepth', [[1, 2, 4, 1]], ([x]) => u.spaceToDepth(x!, 2)),
  row('split', [[5, 2]], ([x]) => u.split(x!, [1, 3, 1])),
  row('squeeze', [[1, 3, 1]], ([x]) => u.squeeze(x!)),
  row('stack', [[2], [2]], ([a, b]) => u.stack([a!, b!, b!], 1)),
  row('stridedSlice', [[4, 5]], ([x]) => u.stridedSlice(x!, [3, 0], [0, 5], [-2, 3])),
  row('tile', [[2, 2]], ([x]) => u.tile(x!, [2, 3])),
  row('transpose', [[2, 3, 2]], ([x]) => u.transpose(x!, [2, 0, 1])),
  row('unstack', [[3, 2]], ([x]) => u.unstack(x!, 1)),
];

const linalg: readonly GradientRow[] = [
  row('dot', [[3], [3, 2]], ([a, b]) => u.dot(a!, b!)),
  ...[false, true].flatMap((transposeA) => [false, true].map((transposeB) =>
    row(`matmul ${JSON.stringify({ transposeA, transposeB })}`, [transposeA ? [3, 2] : [2, 3], transposeB ? [2, 3] : [3, 2]], ([a, b]) => u.matmul(a!, b!, { transposeA, transposeB })),
  )),
  row('matmul, broadcasting', [[2, 1, 2, 2], [3, 2, 1]], ([a, b]) => u.matmul(a!, b!)),
  row('matmul of a batch by one matrix', [[3, 2, 2], [2, 2]], ([a, b]) => u.matmul(a!, b!)),
  row('outer', [[2], [3]], ([a, b]) => u.outer(a!, b!)),
];

const window = { window: 2, strides: [2, 1], dilations: [1, 2], padding: [[1, 0], [0, 1]] } as const;
const slide = { strides: [2, 1], dilations: [1, 2], padding: 'same' } as const;

const images: readonly GradientRow[] = [
  row('avgPool2d', [[1, 3, 3, 2]], ([x]) => u.avgPool2d(x!, { window: 2, strides: 1, padding: 'same' })),
  row('avgPool2d, counting padding', [[1, 3, 3, 1]], ([x]) => u.avgPool2d(x!, { window: [3, 2], strides: 2, padding: 1, countIncludePad: true, ceilMode: true })),
  row('col2im', [[1, 2, 2, 4]], ([x]) => u.col2im(x!, { window: 2, inputShape: [3, 3], strides: 1 })),
  row('conv1d', [[1, 5, 2], [2, 2, 2]], ([x, w]) => u.conv1d(x!, w!, { strides: 2, padding: 'same' })),
  row('conv2d', [[1, 4, 4, 2], [2, 2, 2, 2]], ([x, w]) => u.conv2d(x!, w!, slide)),
  row('conv2d, strided and dilated', [[1, 5, 5, 1], [2, 2, 1, 2]], ([x, w]) => u.conv2d(x!, w!, { strides: 2, dilations: 2, padding: 1 })),
  row('conv2d in groups', [[1, 3, 3, 4], [2, 2, 2, 2]], ([x, w]) => u.conv2d(x!, w!, { groups: 2 })),
  row('conv2d, NCHW', [[1, 2, 3, 3], [2, 2, 2, 1]], ([x, w]) => u.conv2d(x!, w!, { dataFormat: 'NCHW' })),
  row('conv2dTranspose', [[1, 2, 2, 2], [3, 2, 1, 2]], ([x, w]) => u.conv2dTranspose(x!, w!, { strides: 2, padding: 'same' })),
  row('depthwiseConv2d', [[1, 3, 4, 2], [2, 2, 2, 2]], ([x, w]) => u.depthwiseConv2d(x!, w!, slide)),
  row('globalAvgPool2d', [[2, 2, 3, 2]], ([x]) => u.globalAvgPool2d(x!)),
  row('globalMaxPool2d', [[2, 2, 3, 2]], ([x]) => u.globalMaxPool2d(x!), distinct),
  row('im2col', [[1, 3, 4, 2]], ([x]) => u.im2col(x!, window)),
  row('localResponseNormalization', [[1, 1, 2, 4]], ([x]) => u.localResponseNormalization(x!, { depthRadius: 1, bias: 1, alpha: 0.5, beta: 0.75 })),
  row('maxPool2d', [[1, 4, 4, 1]], ([x]) => u.maxPool2d(x!, { window: 2, strides: 1, padding: 'same' }), distinct),
  row('maxPool2d, dilated', [[1, 4, 5, 1]], ([x]) => u.maxPool2d(x!, window), distinct),
  row('resizeBilinear', [[1, 2, 3, 1]], ([x]) => u.resizeBilinear(x!, [3, 5], { halfPixelCenters: true })),
  row('resizeBilinear, aligned', [[1, 3, 3, 1]], ([x]) => u.resizeBilinear(x!, [2, 5], { alignCorners: true })),
  row('resizeNearest', [[1, 2, 3, 1]], ([x]) => u.resizeNearest(x!, [3, 4])),
  row('separableConv2d', [[1, 3, 3, 2], [2, 2, 2, 1], [1, 1, 2, 2]], ([x, d, p]) => u.separableConv2d(x!, d!, p!, { padding: 'same' }), undefined, 256),
];

/** Deviations that are not small, so that dividing by them keeps the numbers small. */
const spread: Fill = (random, size) => distinct(random, size).map((value) => value * 2);
const positive = between(0.5, 2);

const norms: readonly GradientRow[] = [
  row('batchNorm', [[2, 2, 3], [3], [3], [3], [3]], ([x, mean, variance, offset, scale]) => u.batchNorm(x!, mean!, variance!, { offset, scale, epsilon: 0.25 }), [usual, usual, positive, usual, usual], 64),
  row('batchNorm, plain', [[2, 3], [3], [3]], ([x, mean, variance]) => u.batchNorm(x!, mean!, variance!), [usual, usual, positive], 64),
  row('groupNorm', [[1, 2, 2, 4], [4], [4]], ([x, scale, offset]) => u.groupNorm(x!, { groups: 2, scale, offset, epsilon: 0.25 }), [spread, usual, usual], 64),
  row('instanceNorm', [[2, 2, 2, 2]], ([x]) => u.instanceNorm(x!, { epsilon: 0.25 }), spread, 64),
  row('layerNorm', [[2, 4], [4], [4]], ([x, scale, offset]) => u.layerNorm(x!, { scale, offset, epsilon: 0.25 }), [spread, usual, usual], 64),
  row('layerNorm over two axes', [[2, 2, 3]], ([x]) => u.layerNorm(x!, { axes: [1, 2], epsilon: 0.25 }), spread, 64),
  row('logSoftmax', [[2, 4]], ([x]) => u.logSoftmax(x!)),
  row('softmax', [[2, 4]], ([x]) => u.softmax(x!)),
  row('softmax along another axis', [[2, 3, 2]], ([x]) => u.softmax(x!, { axis: 1 })),
];

export const gradientRooms = { elementwise, reductions, shapes, linalg, images, norms } satisfies Record<string, readonly GradientRow[]>;

const whole = 'its result is int32 or bool';
const made = 'makes tensors out of none';

/** Why a function has no gradient. */
export const withoutGradient: Readonly<Record<string, string>> = {
  ...Object.fromEntries(['arange', 'eye', 'full', 'linspace', 'ones', 'onesLike', 'philox', 'randomWords', 'randomNormal', 'randomUniform', 'scalar', 'tensor', 'truncatedNormal', 'zeros', 'zerosLike'].map((name) => [name, made])),
  ...Object.fromEntries(['equal', 'notEqual', 'less', 'lessEqual', 'greater', 'greaterEqual', 'isFinite', 'isInf', 'isNaN', 'all', 'any', 'argMax', 'argMin', 'fromPixels'].map((name) => [name, whole])),
  ...Object.fromEntries(['logicalAnd', 'logicalNot', 'logicalOr', 'logicalXor', 'oneHot'].map((name) => [name, 'its operands are int32 or bool'])),
  cast: 'from float32 it leads to int32 or bool, which no gradient passes',
  toPixels: 'gives pixels, not a tensor',
};
