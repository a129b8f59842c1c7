import { formatShape, stridesOf, type Shape, type TypedArray } from '@unfoldjs/core';
import { fail } from './fail.js';

/** `[1, 0, 3]`: where element `position` of a row-major tensor is. */
export function indexAt(position: number, shape: Shape): string {
  const strides = stridesOf(shape);
  return formatShape(shape.map((dim, axis) => Math.floor(position / strides[axis]!) % dim));
}

/** Equal as numbers: NaN equals NaN, and -0 equals 0, which a sum may turn into each other. */
const sameNumber = (a: number, b: number): boolean => a === b || (a !== a && b !== b);

/** @throws ConformanceError that names the first element which differs. */
export const checkExact = (actual: TypedArray, expected: ArrayLike<number>, shape: Shape, what: string): number => checkWithin(actual, expected, () => 0, shape, what);

/**
 * Checks every element against `expected` and its own bound; NaN and the infinities must be equal. Gives the largest error in units
 * of its bound, from 0 to 1.
 *
 * @throws ConformanceError that names the first element which is outside.
 */
export function checkWithin(actual: TypedArray, expected: ArrayLike<number>, bound: (position: number) => number, shape: Shape, what: string): number {
  if (actual.length !== expected.length) fail(`${what} has ${actual.length} elements; it must have ${expected.length}.`);
  let worst = 0;
  for (let i = 0; i < expected.length; i++) {
    const a = actual[i]!;
    const e = expected[i]!;
    if (sameNumber(a, e)) continue;
    const limit = bound(i);
    const distance = Math.abs(a - e);
    if (distance <= limit && Number.isFinite(distance)) {
      worst = Math.max(worst, distance / limit);
      continue;
    }
    const by = limit > 0 ? `, ${distance} away where ${limit} is allowed` : '';
    fail(`${what}: element ${indexAt(i, shape)} is ${a}; it must be ${e}${by}.`);
  }
  return worst;
}
