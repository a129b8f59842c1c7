import type { Backend, Tensor } from '@unfoldjs/core';
import { builtInOps, kernelBackend, referenceKernels, type Kernel } from '@unfoldjs/core/reference';

/** A backend that can run the primitives and nothing else, so that everything else is decomposed. */
export const primitivesOnly = (): Backend =>
  kernelBackend({
    name: 'primitives',
    kernels: Object.fromEntries(Object.entries<Kernel>(referenceKernels).filter(([name]) => builtInOps.get(name)!.isPrimitive)),
  });

/** The place of a float32 in the order of all float32: neighbours differ by 1, and 0 and -0 share a place. */
export function rank(value: number): number {
  const bits = new Int32Array(Float32Array.of(value).buffer)[0]!;
  return bits < 0 ? -(2 ** 31) - bits : bits;
}

/** How many float32 lie from one number to another. NaN is 0 from NaN and infinitely far from the rest. */
export function ulps(a: number, b: number): number {
  if (Number.isNaN(a) || Number.isNaN(b)) return Number.isNaN(a) && Number.isNaN(b) ? 0 : Infinity;
  return Math.abs(rank(a) - rank(b));
}

/** Float32 that are likely to be trouble: zeros, halves, denormals, limits of the ranges of formulas, overflow, infinities, NaN. */
export const awkward: readonly number[] = [
  0, -0, 1, -1, 0.5, -0.5, 1.5, -1.5, 2.5, -2.5, 0.49999997, -0.49999997, 1e-45, -1e-45, 1e-38, -1e-38, 1e-8, -1e-8, 0.35, -0.35, 0.41421357, 2.4142137, 1 - 2 ** -24,
  -1 + 2 ** -24, 1 + 2 ** -23, 88, -88, 89, -89, 103, -103, 104, -104, 4096, 4097, -4097, 8388609, -8388609, 1e38, -1e38, 3.4e38, -3.4e38, Infinity, -Infinity, NaN,
];

/** Float32 of every size, both signs: the same for the same seed. */
export function spread(count: number, seed = 1): number[] {
  let state = seed;
  const next = (): number => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) / 2 ** 32;
  return Array.from({ length: count }, (_, i) => Math.fround((next() - 0.5) * 2 ** (i % 8 === 0 ? Math.floor(next() * 250) - 125 : Math.floor(next() * 24) - 12)));
}

/** The elements as plain numbers. */
export const numbers = async (x: Tensor): Promise<number[]> => Array.from(await x.data());
