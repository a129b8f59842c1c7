import { randomNormal as drawNormal, randomUniform as drawUniform, sizeOf, tensor, truncatedNormal as drawTruncated, unfoldError, type Shape, type Tensor } from '@unfoldjs/core';
import { checkOptions, checkRange, describe } from './check.js';
import { checkSeed } from './seeds.js';

/** Makes the first value of a parameter. `seed` is that of the parameter; an initializer with a seed of its own ignores it. */
export type Initializer = (shape: Shape, seed: number) => Tensor;

export interface SeedOptions {
  /** A whole number from 0. Default: another one for each parameter, derived from the seed of the model. */
  readonly seed?: number | undefined;
}

/** How many inputs an output is a sum over, and how many outputs an input goes to. */
interface Fans {
  readonly fanIn: number;
  readonly fanOut: number;
}

/**
 * As Keras counts them: the last two axes are inputs and outputs, the axes before them the window that multiplies both.
 *
 * @source https://github.com/keras-team/keras/blob/v3.8.0/keras/src/initializers/random_initializers.py (compute_fans)
 */
function fansOf(shape: Shape): Fans {
  if (shape.length < 2) return { fanIn: shape[0] ?? 1, fanOut: shape[0] ?? 1 };
  const area = sizeOf(shape.slice(0, -2));
  return { fanIn: area * shape.at(-2)!, fanOut: area * shape.at(-1)! };
}

/** The standard deviation of the standard normal distribution cut off at two of its own. */
const truncatedStdDev = 0.87962566103423978;

type Variance = (fans: Fans) => number;
const glorot: Variance = ({ fanIn, fanOut }) => 2 / Math.max(1, fanIn + fanOut);
const he: Variance = ({ fanIn }) => 2 / Math.max(1, fanIn);
const lecun: Variance = ({ fanIn }) => 1 / Math.max(1, fanIn);

/** Evenly spread with a variance that depends on the shape. */
function scaledUniform(op: string, variance: Variance, options: SeedOptions): Initializer {
  const own = ownSeed(op, options);
  return (shape, seed) => {
    const limit = Math.sqrt(3 * variance(fansOf(shape)));
    return drawUniform(shape, { min: -limit, max: limit, seed: own ?? seed });
  };
}

/** Truncated normal with a variance that depends on the shape; the cut is made up for. */
function scaledNormal(op: string, variance: Variance, options: SeedOptions): Initializer {
  const own = ownSeed(op, options);
  return (shape, seed) => drawTruncated(shape, { stdDev: Math.sqrt(variance(fansOf(shape))) / truncatedStdDev, seed: own ?? seed });
}

function ownSeed(op: string, options: SeedOptions, more: readonly string[] = []): number | undefined {
  checkOptions(op, options, ['seed', ...more]);
  if (options.seed !== undefined) checkSeed(op, options.seed);
  return options.seed;
}

/**
 * Evenly spread in [-limit, limit) with limit `sqrt(6 / (fanIn + fanOut))`. The default of kernels.
 *
 * @throws {UnfoldError} INVALID_ARGUMENT for a bad seed or an unknown option; so all initializers.
 * @source X. Glorot and Y. Bengio, Understanding the difficulty of training deep feedforward neural networks (2010)
 */
export const glorotUniform = (options: SeedOptions = {}): Initializer => scaledUniform('glorotUniform', glorot, options);

/** Truncated normal with variance `2 / (fanIn + fanOut)`. @source as {@link glorotUniform} */
export const glorotNormal = (options: SeedOptions = {}): Initializer => scaledNormal('glorotNormal', glorot, options);

/**
 * Evenly spread in [-limit, limit) with limit `sqrt(6 / fanIn)`: for layers before a relu.
 *
 * @source K. He et al., Delving deep into rectifiers (2015), arXiv:1502.01852
 */
export const heUniform = (options: SeedOptions = {}): Initializer => scaledUniform('heUniform', he, options);

/** Truncated normal with variance `2 / fanIn`. @source as {@link heUniform} */
export const heNormal = (options: SeedOptions = {}): Initializer => scaledNormal('heNormal', he, options);

/**
 * Evenly spread in [-limit, limit) with limit `sqrt(3 / fanIn)`: for layers before a selu.
 *
 * @source Y. LeCun et al., Efficient backprop (1998)
 */
export const lecunUniform = (options: SeedOptions = {}): Initializer => scaledUniform('lecunUniform', lecun, options);

/** Truncated normal with variance `1 / fanIn`. @source as {@link lecunUniform} */
export const lecunNormal = (options: SeedOptions = {}): Initializer => scaledNormal('lecunNormal', lecun, options);

/** Every element is `value`, in memory of its own: parameters that are trained in place must not share it. */
export function constant(value: number): Initializer {
  checkRange('constant', 'value', value, -Infinity, Infinity);
  return (shape) => tensor(new Float32Array(sizeOf(shape)).fill(value), shape);
}

export const zeros = (): Initializer => constant(0);
export const ones = (): Initializer => constant(1);

export interface UniformOptions extends SeedOptions {
  /** Default -0.05. */
  readonly min?: number | undefined;
  /** The bound above, never reached. Default 0.05. */
  readonly max?: number | undefined;
}

/** Evenly spread from `min` up to `max`. */
export function randomUniform(options: UniformOptions = {}): Initializer {
  const own = ownSeed('randomUniform', options, ['min', 'max']);
  const { min = -0.05, max = 0.05 } = options;
  checkRange('randomUniform', 'min', min, -Infinity, Infinity);
  checkRange('randomUniform', 'max', max, min, Infinity);
  return (shape, seed) => drawUniform(shape, { min, max, seed: own ?? seed });
}

export interface NormalOptions extends SeedOptions {
  /** Default 0. */
  readonly mean?: number | undefined;
  /** Default 0.05. */
  readonly stdDev?: number | undefined;
}

const normal = (op: string, draw: typeof drawNormal) => (options: NormalOptions = {}): Initializer => {
  const own = ownSeed(op, options, ['mean', 'stdDev']);
  const { mean = 0, stdDev = 0.05 } = options;
  checkRange(op, 'mean', mean, -Infinity, Infinity);
  checkRange(op, 'stdDev', stdDev, 0, Infinity);
  return (shape, seed) => draw(shape, { mean, stdDev, seed: own ?? seed });
};

/** Normal. */
export const randomNormal = /* @__PURE__ */ normal('randomNormal', drawNormal);

/** Normal, with every number further than two standard deviations from the mean drawn again. */
export const truncatedNormal = /* @__PURE__ */ normal('truncatedNormal', drawTruncated);

/** All of them, by name: `initializers.heNormal({ seed: 1 })`. A record: a namespace of a module would stay in every bundle. */
export const initializers = {
  constant,
  glorotUniform,
  glorotNormal,
  heUniform,
  heNormal,
  lecunUniform,
  lecunNormal,
  zeros,
  ones,
  randomUniform,
  randomNormal,
  truncatedNormal,
};

/** The initializers that need no options, by name. */
export type InitializerName = Exclude<keyof typeof initializers, 'constant'>;

const isName = (given: unknown): given is InitializerName => typeof given === 'string' && given !== 'constant' && Object.hasOwn(initializers, given);

/** An initializer by name, or one of your own. @throws {UnfoldError} INVALID_ARGUMENT for another name. */
export function initializerOf(op: string, argument: string, given: InitializerName | Initializer): Initializer {
  if (typeof given === 'function') return given;
  if (isName(given)) return initializers[given]();
  throw unfoldError({
    code: 'INVALID_ARGUMENT',
    op,
    argument,
    problem: `${describe(given)} is not an initializer.`,
    fix: `use one of ${Object.keys(initializers).filter(isName).join(', ')}, or a function of shape and seed.`,
  });
}
