import { philox } from '@unfoldjs/core';
import { checkInteger } from './check.js';

/** The seed of part `index` of something that has a seed: a whole number below 2^53, independent of the seeds of the other parts. */
export function deriveSeed(seed: number, index: number): number {
  const [low, high] = philox([index, 0, 0, 0x73656564], [seed >>> 0, Math.floor(seed / 2 ** 32)]); // a counter that no random op uses
  return low + (high & 0x1fffff) * 2 ** 32;
}

/** @throws {UnfoldError} INVALID_ARGUMENT for anything but a whole number below 2^53. */
export function checkSeed(op: string, seed: unknown): asserts seed is number {
  checkInteger(op, 'seed', seed, 0);
  if (!Number.isSafeInteger(seed)) checkInteger(op, 'seed', NaN, 0);
}
