import { badArgument } from '../../errors/unfold-error.js';
import type { Tensor } from '../../tensor/tensor.js';
import { allocate, type DType } from '../../types/dtype.js';
import { sizeOf, type Shape } from '../../types/shape.js';
import { checkFinite, checkInteger, checkShape } from '../check.js';
import { checkOptions } from '../checked.js';
import { checkedDType, checkedElement } from './check.js';
import { hostTensor } from './host.js';
import { randomWords } from './philox.js';

export interface RandomOptions {
  /** A whole number from 0 to 2^53 - 1: the same seed gives the same numbers on every backend. Default: another one each call. */
  readonly seed?: number;
}

export interface RandomUniformOptions extends RandomOptions {
  /** The lowest number. Default: 0. */
  readonly min?: number;
  /** The bound above, never reached. Default: 1. */
  readonly max?: number;
  /** float32 (default) or int32: whole numbers from `min` to `max - 1`. */
  readonly dtype?: DType;
}

export interface RandomNormalOptions extends RandomOptions {
  /** Default: 0. */
  readonly mean?: number;
  /** Default: 1. */
  readonly stdDev?: number;
}

/**
 * Random numbers, evenly spread from `min` up to but without `max`. Made at the call, on the host, by Philox4x32-10 from the seed;
 * so a function that is compiled draws once, while it is traced: pass the numbers in where every call needs new ones.
 *
 * @throws {UnfoldError} INVALID_ARGUMENT for a bad shape, bounds in the wrong order or not finite, dtype bool or unknown options;
 * DATA_MISMATCH for bounds that int32 cannot hold.
 * @source https://www.tensorflow.org/api_docs/python/tf/random/uniform
 * @example
 * import { setBackend, randomUniform } from '@unfoldjs/core';
 * import { cpu } from '@unfoldjs/backend-cpu';
 * await setBackend(cpu());
 * await randomUniform([4], { seed: 7, min: 1, max: 7, dtype: 'int32' }).data(); // => Int32Array [6, 5, 1, 1]
 */
export function randomUniform(shape: Shape, options: RandomUniformOptions = {}): Tensor {
  checkShape('randomUniform', 'shape', shape);
  checkOptions('randomUniform', options, ['seed', 'min', 'max', 'dtype']);
  const { min = 0, max = 1 } = options;
  const dtype = checkedDType('randomUniform', options.dtype, 'float32');
  checkFinite('randomUniform', 'min', min);
  checkFinite('randomUniform', 'max', max);
  if (dtype === 'bool') throw badArgument('randomUniform', 'dtype', 'bool has only two values.', "use 'float32' or 'int32', and compare.");
  const next = randomWords(checkedSeed('randomUniform', options.seed));
  const data = allocate(dtype, sizeOf(shape));
  if (dtype === 'int32') {
    checkedElement('randomUniform', 'min', min, dtype);
    checkedElement('randomUniform', 'max', max - 1, dtype);
  }
  const highest = dtype === 'int32' ? max - 1 : float32Below(max);
  if (!(min <= highest) && data.length > 0) throw badArgument('randomUniform', 'min', `there is no ${dtype} from ${min} up to and without ${max}.`, 'pass `min` below `max`.');
  for (let i = 0; i < data.length; i++) {
    const value = dtype === 'int32' ? min + Math.floor((next() / 2 ** 32) * (max - min)) : Math.fround(min + (next() >>> 8) * 2 ** -24 * (max - min));
    data[i] = Math.min(value, highest);
  }
  return hostTensor(data, shape, dtype);
}

/**
 * Random float32 numbers from the normal distribution. Made at the call, on the host, as those of `randomUniform`.
 *
 * @throws {UnfoldError} INVALID_ARGUMENT for a bad shape, a number that is not finite, a negative `stdDev` or unknown options.
 * @source https://www.tensorflow.org/api_docs/python/tf/random/normal
 */
export function randomNormal(shape: Shape, options: RandomNormalOptions = {}): Tensor {
  return normal('randomNormal', shape, options, () => true);
}

/**
 * As `randomNormal`, with every number further than two standard deviations from the mean drawn again.
 *
 * @throws {UnfoldError} as `randomNormal`.
 * @source https://www.tensorflow.org/api_docs/python/tf/random/truncated_normal
 */
export function truncatedNormal(shape: Shape, options: RandomNormalOptions = {}): Tensor {
  return normal('truncatedNormal', shape, options, (z) => Math.abs(z) <= 2);
}

function normal(op: string, shape: Shape, options: RandomNormalOptions, accept: (z: number) => boolean): Tensor {
  checkShape(op, 'shape', shape);
  checkOptions(op, options, ['seed', 'mean', 'stdDev']);
  const { mean = 0, stdDev = 1 } = options;
  checkFinite(op, 'mean', mean);
  checkFinite(op, 'stdDev', stdDev);
  if (stdDev < 0) throw badArgument(op, 'stdDev', `${stdDev} is negative.`, 'pass a standard deviation from 0.');
  const next = standardNormals(checkedSeed(op, options.seed));
  const data = new Float32Array(sizeOf(shape));
  for (let i = 0; i < data.length; i++) {
    let z = next();
    while (!accept(z)) z = next();
    data[i] = mean + stdDev * z;
  }
  return hostTensor(data, shape, 'float32');
}

/** @source G. E. P. Box and M. E. Muller, A note on the generation of random normal deviates (1958) */
function standardNormals(seed: number): () => number {
  const next = randomWords(seed);
  let spare: number | null = null;
  return () => {
    if (spare !== null) {
      const z = spare;
      spare = null;
      return z;
    }
    const radius = Math.sqrt(-2 * Math.log((next() + 1) / 2 ** 32)); // never the logarithm of 0
    const angle = 2 * Math.PI * (next() / 2 ** 32);
    spare = radius * Math.sin(angle);
    return radius * Math.cos(angle);
  };
}

/** The largest float32 under a number. */
function float32Below(bound: number): number {
  const near = Float32Array.of(bound);
  if (near[0]! < bound) return near[0]!;
  const bits = new Int32Array(near.buffer);
  if (near[0] === 0) return -(2 ** -149);
  bits[0] = bits[0]! + (near[0]! > 0 ? -1 : 1);
  return near[0]!;
}

function checkedSeed(op: string, seed: number | undefined): number {
  if (seed === undefined) return Math.floor(Math.random() * 2 ** 53);
  checkInteger(op, 'seed', seed, 0, Number.MAX_SAFE_INTEGER);
  return seed;
}
