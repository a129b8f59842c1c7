// How the gradients of the rows compare with those of TensorFlow.js, by the name of the row; or why they do not.
import type { Draw } from '@unfoldjs/backend-testkit/arbitraries';
import { exact, library, type GradientComparison, type Operand, type Tolerance } from './row.js';

const within =
  (min: number, max: number): Draw =>
  (random) =>
    random.real(min, max);
/** Whole numbers against halves: no ties. */
const wholes: Draw = (random) => random.integer(-4, 4);
const halves: Draw = (random) => random.integer(-4, 3) + 0.5;
/** Divisors that leave quotients exact. */
const powers: Draw = (random) => random.pick([-4, -2, -1, 0.5, 1, 2, 4]);
/** No two alike, none at a corner: real numbers, as likely as not. */
const reals: Draw = within(-3, 3);

const same: GradientComparison = { tolerance: exact };
/** Weights up to 4 times a slope within some roundings; `off` in units of roundoff of 1 where terms of the slope cancel. */
const slope = (tolerance: Tolerance, draw?: Draw): GradientComparison => ({ tolerance, draws: [draw] });
const off = (size: number): Tolerance => ({ roundings: 16, absolute: size * 2 ** -24 });
/** 64 roundings, of terms up to some size that may cancel. */
const terms = (size: number): Tolerance => ({ roundings: 64, absolute: 64 * size * 2 ** -24 });
/** The operands have one shape. */
const alike = ([a, b]: readonly Operand[]): boolean => a!.shape.join() === b!.shape.join();

interface Resizing {
  readonly alignCorners: boolean;
  readonly halfPixelCenters: boolean;
}

interface Sliding {
  readonly dilations: readonly number[];
}
/** TensorFlow.js refuses to differentiate dilated convolutions. */
const undilated = (_: readonly Operand[], { dilations }: Sliding): boolean => dilations.every((each) => each === 1);

export const comparedGradients: Readonly<Record<string, GradientComparison>> = {
  add: same,
  sub: same,
  mul: same,
  div: { tolerance: exact, draws: [wholes, powers] },
  mod: { tolerance: exact, draws: [halves, powers] },
  // Slopes up to 3 * 2^4 and 2^3 log 2, times 4.
  pow: { tolerance: { roundings: 64 }, largestTerm: 200, draws: [within(0.5, 2), within(-3, 3)] },
  // Broadcasting throws in TensorFlow.js, here and for prelu.
  maximum: { tolerance: exact, draws: [wholes, halves], fits: alike },
  minimum: { tolerance: exact, draws: [wholes, halves], fits: alike },
  squaredDifference: { tolerance: exact, fits: alike },
  // Quotients of whole numbers up to 4 by their squares, times 4.
  atan2: { tolerance: { roundings: 16 }, largestTerm: 4 },
  prelu: { tolerance: exact, draws: [halves, wholes], fits: alike },
  where: same,
  abs: slope(exact, halves),
  neg: same,
  sign: same,
  floor: same,
  ceil: same,
  round: same,
  square: slope({ roundings: 3 }),
  reciprocal: slope({ roundings: 12 }),
  sqrt: slope({ roundings: 16 }, within(0.25, 9)),
  rsqrt: slope({ roundings: 32 }),
  exp: slope(library),
  expm1: slope(library),
  log: slope({ roundings: 8 }),
  log1p: slope({ roundings: 8 }),
  sin: slope(off(16)),
  cos: slope(off(16)),
  // 1 + tan^2 up to 3.5, of a tangent that may be 2^-19 off and whose slope is as large.
  tan: slope({ roundings: 16, absolute: 4 * 2 * 1.6 * 2 ** -19 }),
  // 1 - x^2 is at least 0.0199: the square's rounding counts 50 times, halved by the root.
  asin: slope({ roundings: 64 }),
  acos: slope({ roundings: 64 }),
  atan: slope({ roundings: 12 }),
  sinh: slope({ roundings: 16 }),
  cosh: slope({ roundings: 16, absolute: 64 * 2 ** -24 }),
  // 1 - y^2 of numbers up to 1, times 4.
  tanh: slope(off(64)),
  asinh: slope({ roundings: 12 }),
  // x^2 - 1 from 0.04, x^2 up to 81: its roundings count 50 times near 1.
  acosh: slope({ roundings: 128 }),
  atanh: slope({ roundings: 32 }),
  // exp(-x^2): a rounding of x^2, up to 9, is 9 roundings of the result.
  erf: slope({ roundings: 32 }),
  sigmoid: slope(off(64)),
  // Theirs differentiates through a chain of functions.
  logSigmoid: slope(off(64)),
  softplus: slope(off(64)),
  swish: slope(off(256)),
  mish: slope(off(512)),
  softsign: slope(off(64), halves),
  hardSigmoid: slope({ roundings: 4 }),
  hardSwish: slope(off(128)),
  // Their erf is within 1.5e-7, but its gradient is exact.
  gelu: slope({ roundings: 16, absolute: 4 * 8e-7 }),
  relu: slope(exact, halves),
  relu6: slope(exact),
  elu: slope({ roundings: 16, absolute: 16 * 2 ** -24 }),
  selu: slope({ roundings: 16, absolute: 64 * 2 ** -24 }),
  leakyRelu: slope(exact, halves),
  step: same,
  clip: slope(exact, halves),

  sum: same,
  max: slope(exact, reals),
  min: slope(exact, reals),
  // Negative axes throw. Products of up to 27 whole numbers up to 4 are exact while they stay below 2^24; theirs is a division that rounds.
  prod: { tolerance: { roundings: 8 }, fits: (_, { axes }: { axes: readonly number[] }) => axes.every((axis) => axis >= 0), draws: [powers] },
  mean: slope({ roundings: 6 }),
  // Shares of up to 1.
  logSumExp: slope(terms(1)),
  // Deviations of up to 6, times 2 weights, over two elements or more.
  moments: slope(terms(24)),
  variance: slope(terms(24)),
  // The gradient along any other axis than the last comes out transposed.
  cumsum: { tolerance: exact, fits: ([x]) => x!.shape.length === 1 },

  reshape: same,
  flatten: same,
  squeeze: same,
  transpose: same,
  slice: same,
  flip: same,
  broadcastTo: same,
  tile: same,
  concat: same,
  stack: same,
  // A single piece has no gradient.
  unstack: { tolerance: exact, fits: ([x], axis: number) => x!.shape[axis]! > 1 },
  split: { tolerance: exact, fits: (_, { sizes }: { sizes: readonly number[] }) => sizes.length > 1 },
  pad: same,
  // Two axes of batches come back under a wrong shape.
  gather: { tolerance: exact, fits: (_, { batchDims }: { batchDims: number }) => batchDims < 2 },
  spaceToDepth: same,
  expandDims: same,
  // Repeated leading axes are not summed.
  matmul: { tolerance: exact, fits: ([a, b]) => a!.shape.slice(0, -2).join() === b!.shape.slice(0, -2).join() },
  dot: same,
  outer: same,

  conv2d: { tolerance: exact, fits: undilated },
  'conv2d, NCHW': { tolerance: exact, fits: undilated },
  // A single piece has no gradient, see split.
  'conv2d in groups': { tolerance: exact, fits: (_, options: Sliding & { groups: number }) => undilated(_, options) && options.groups > 1 },
  conv1d: { tolerance: exact, fits: undilated },
  depthwiseConv2d: { tolerance: exact, fits: undilated },
  separableConv2d: same,
  conv2dTranspose: same,
  maxPool2d: slope(exact, reals),
  'maxPool2d, dilated': slope(exact, reals),
  im2col: { tolerance: exact, fits: undilated },
  col2im: same,
  globalMaxPool2d: slope(exact, reals),
  globalAvgPool2d: slope({ roundings: 6 }),
  // Their gradients know nothing of half pixels; this one exchanges height and width, the other takes all batches for the first.
  resizeBilinear: { ...slope(terms(64)), fits: ([x], { halfPixelCenters }: Resizing) => !halfPixelCenters && x!.shape[1] === x!.shape[2] },
  // Aligned corners of a single row or column: it loops for ever.
  resizeNearest: {
    tolerance: exact,
    fits: ([x], { alignCorners, halfPixelCenters }: Resizing) => !halfPixelCenters && x!.shape[0] === 1 && (!alignCorners || Math.min(...x!.shape.slice(1, 3)) > 1),
  },
  // Products of x up to 4, the weights and the powers of a sum from 1 up.
  localResponseNormalization: slope(terms(16)),

  // Shares times differences of weights; weights add up to 33 times 4.
  softmax: slope(terms(8)),
  logSoftmax: slope(terms(132)),
  // Weights times a scale up to 3, over a deviation from 1/2 up, and the same once more in the mean.
  layerNorm: slope(terms(48)),
  instanceNorm: slope(terms(48)),
  groupNorm: slope(terms(48)),
  // Without a scale it fails.
  batchNorm: { ...slope(terms(48)), fits: (operands) => operands.length === 5 },
};

const absent = 'TensorFlow.js has none';
const flat = 'its result has no gradient, or its operands';
const made = 'has no float32 operands';

export const uncomparedGradients: Readonly<Record<string, string>> = {
  ...Object.fromEntries(['zeros', 'ones', 'full', 'eye', 'arange', 'linspace', 'div of integers', 'oneHot', 'logicalAnd', 'logicalOr', 'logicalXor', 'logicalNot', 'all', 'any'].map((name) => [name, made])),
  ...Object.fromEntries(
    ['zerosLike', 'onesLike', 'equal', 'notEqual', 'less', 'lessEqual', 'greater', 'greaterEqual', 'isNaN', 'isInf', 'isFinite', 'argMax', 'argMin', 'cast to int32', 'cast to bool'].map((name) => [name, flat]),
  ),
  ...Object.fromEntries(['divNoNan', 'topk', 'stridedSlice', 'depthToSpace'].map((name) => [name, absent])),
  floorDiv: 'TensorFlow.js gives the slope of the quotient that is not rounded',
  'maximum of NaN and infinities': 'gradients at NaN: packages/core/test/autodiff/singular.test.ts',
  'pad, reflect': 'TensorFlow.js loses what was mirrored',
  'pad, symmetric': 'as reflect',
  avgPool2d: 'TensorFlow.js divides by the whole window at the edge',
};
