import { allocate, sizeOf, type TensorType, type TypedArray } from '@unfoldjs/core';
import { Random } from '../support/random.js';

/**
 * How tensors are filled. `integers`: -4 to 4, so that every order of a short float32 sum is exact; `reals`: all signs and sizes
 * around 1; `specials`: NaN, the infinities, zeros of both signs, the ends of the range; `nonFinite`: the same without the ends, for
 * sums, of which some orders overflow; `extremes`: the ends of int32.
 */
export type Fill = 'integers' | 'reals' | 'specials' | 'nonFinite' | 'extremes';

/** One element of a tensor that wants values of its own, indices for example. */
export type Draw = (random: Random) => number;

const specials = [NaN, Infinity, -Infinity, 0, -0, 1, -1, 0.5, -2];
const nonFinite = specials.filter((value) => Math.abs(value) <= 2 || !Number.isFinite(value));
const extremes = [2147483647, -2147483648, 2147483646, 65537, -65536, 16777217, 46341, -1, 0, 1];

const drawers: Record<Fill, Draw> = {
  integers: (random) => random.integer(-4, 4),
  reals: (random) => random.real(-3, 3),
  specials: (random) => (random.unit() < 0.5 ? random.pick(specials) : random.integer(-4, 4)),
  nonFinite: (random) => (random.unit() < 0.5 ? random.pick(nonFinite) : random.integer(-4, 4)),
  extremes: (random) => random.pick(extremes),
};

/** Elements for a type, from a seed. Integers stay integers whatever the fill; bool is 0 or 1. */
export function dataFor({ dtype, shape }: TensorType, seed: number, fill: Fill, draw?: Draw): TypedArray {
  const random = new Random(seed);
  const data = allocate(dtype, sizeOf(shape));
  const next = draw ?? (dtype === 'int32' && fill !== 'extremes' ? drawers.integers : drawers[fill]);
  for (let i = 0; i < data.length; i++) data[i] = dtype === 'bool' ? random.integer(0, 1) : next(random);
  return data;
}
