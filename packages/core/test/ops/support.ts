import { expect } from 'chai';
import fc from 'fast-check';
import { sizeOf, tensor, UnfoldError, type DType, type ErrorCode, type Shape, type Tensor } from '@unfoldjs/core';

/** Runs of a property; every run of a test draws the same cases. */
export const seeded = (numRuns = 100): fc.Parameters<unknown> => ({ seed: 20240607, numRuns: process.env.UNFOLD_LONG === '1' ? numRuns * 10 : numRuns });

/** Whole numbers from -4 to 4, so that every sum of products here is exact in float32 in any order. */
export function integers(shape: Shape, seed: number, dtype: DType = 'float32'): Tensor {
  let state = (seed ^ 0x9e3779b9) >>> 0;
  const next = (): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return (state >>> 16) % 9;
  };
  return tensor(Float32Array.from({ length: sizeOf(shape) }, () => next() - 4), shape, dtype);
}

/** Real numbers in (-2, 2). */
export function reals(shape: Shape, seed: number): Tensor {
  let state = (seed ^ 0x51ed270b) >>> 0;
  const next = (): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 30 - 2;
  };
  return tensor(Float32Array.from({ length: sizeOf(shape) }, next), shape);
}

/** Expects equal shapes, dtypes and elements, to the bit; -0 equals 0. */
export async function expectSame(actual: Tensor, expected: Tensor, what = ''): Promise<void> {
  expect(actual.shape, `${what} shape`).to.deep.equal(expected.shape);
  expect(actual.dtype, `${what} dtype`).to.equal(expected.dtype);
  expectElements(await actual.data(), await expected.data(), what);
}

export function expectElements(actual: ArrayLike<number>, expected: ArrayLike<number>, what = ''): void {
  expect(actual.length, `${what} length`).to.equal(expected.length);
  for (let i = 0; i < expected.length; i++) {
    const [a, b] = [actual[i]!, expected[i]!];
    if (a !== b && !(Number.isNaN(a) && Number.isNaN(b))) expect.fail(`${what} element ${i} is ${a}, expected ${b}`);
  }
}

/** Expects a typed error at the call: its code, its argument, and a fix. */
export function expectRefusal(call: () => unknown, code: ErrorCode, argument: string, pattern: RegExp = /./): void {
  let thrown: unknown;
  try {
    call();
  } catch (error) {
    thrown = error;
  }
  expect(thrown, 'nothing was thrown').to.be.instanceOf(UnfoldError);
  const error = thrown as UnfoldError;
  expect(error.code).to.equal(code);
  expect(error.argument).to.equal(argument);
  expect(error.message).to.match(pattern);
  expect(error.message).to.match(/\n\nFix: \S.*\.$/);
}

/** Sum of all products of two tensors of one shape, for identities about adjoints. Exact for small whole numbers. */
export async function innerProduct(a: Tensor, b: Tensor): Promise<number> {
  expect(a.shape).to.deep.equal(b.shape);
  const [left, right] = [await a.data(), await b.data()];
  let sum = 0;
  for (let i = 0; i < left.length; i++) sum += left[i]! * right[i]!;
  return sum;
}

export type Pair = readonly [number, number];

/** A convolution or pooling with everything that can be awkward: sizes 1 and primes, strides above the window, windows above the image. */
export interface WindowCase {
  readonly batch: number;
  readonly size: Pair;
  readonly channels: number;
  readonly window: Pair;
  readonly strides: Pair;
  readonly dilations: Pair;
  readonly padding: 'same' | 'valid' | 'same_lower' | readonly [Pair, Pair];
  readonly seed: number;
}

const pair = (low: number, high: number): fc.Arbitrary<Pair> => fc.tuple(fc.integer({ min: low, max: high }), fc.integer({ min: low, max: high }));

/** Cases in which at least one window fits. */
export const windowCases = (): fc.Arbitrary<WindowCase> =>
  fc
    .record({
      batch: fc.integer({ min: 0, max: 2 }),
      size: pair(1, 11),
      channels: fc.integer({ min: 1, max: 4 }),
      window: pair(1, 4),
      strides: pair(1, 5),
      dilations: pair(1, 3),
      padding: fc.oneof(
        fc.constantFrom<'same' | 'valid' | 'same_lower'>('same', 'valid', 'same_lower'),
        fc.tuple(pair(0, 3), pair(0, 3)),
      ),
      seed: fc.integer({ min: 0, max: 2 ** 30 }),
    })
    .filter((c) => c.padding === 'same' || c.padding === 'same_lower' || padded(c).every((room, axis) => room >= (c.window[axis]! - 1) * c.dilations[axis]! + 1));

const padded = ({ size, padding }: WindowCase): number[] =>
  size.map((pixels, axis) => pixels + (typeof padding === 'string' ? 0 : padding[axis]![0] + padding[axis]![1]));

/** Padding in pixels, worked out apart from the library: as the definition of 'same' says it. */
export function pixelsOf({ size, window, strides, dilations, padding }: WindowCase): readonly [Pair, Pair] {
  if (typeof padding !== 'string') return padding;
  return [0, 1].map((axis) => {
    if (padding === 'valid') return [0, 0] as const;
    const places = Math.ceil(size[axis]! / strides[axis]!);
    const needed = (places - 1) * strides[axis]! + (window[axis]! - 1) * dilations[axis]! + 1;
    const total = Math.max(0, needed - size[axis]!);
    const small = Math.floor(total / 2);
    return padding === 'same' ? ([small, total - small] as const) : ([total - small, small] as const);
  }) as unknown as readonly [Pair, Pair];
}
