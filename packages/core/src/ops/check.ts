import { badArgument } from '../errors/unfold-error.js';
import { describe } from '../tensor/nested.js';
import type { Shape } from '../types/shape.js';

/** Checks that `value` is a list of sizes: whole numbers from 0, whose product a buffer could hold. */
export function checkShape(op: string, argument: string, value: unknown): asserts value is Shape {
  if (!Array.isArray(value)) throw badArgument(op, argument, `${describe(value)} is not a shape.`, 'pass an array of sizes, such as [2, 3].');
  let size = 1;
  for (const dim of value as readonly unknown[]) {
    if (!Number.isInteger(dim) || (dim as number) < 0) {
      throw badArgument(op, argument, `${describe(dim)} is not a size, in [${value.map(describe).join(', ')}].`, 'use whole numbers from 0.');
    }
    size *= dim as number;
  }
  if (size > 2 ** 31) throw badArgument(op, argument, `[${value.join(', ')}] has ${size} elements.`, 'stay at or below 2^31 elements a tensor.');
}

/** Checks a whole number within bounds. */
export function checkInteger(op: string, argument: string, value: unknown, min = -Infinity, max = Infinity): asserts value is number {
  if (typeof value !== 'number' || !Number.isInteger(value) || value < min || value > max) {
    const range = min === -Infinity && max === Infinity ? '' : max === Infinity ? ` from ${min}` : ` from ${min} to ${max}`;
    throw badArgument(op, argument, `${describe(value)} is not a whole number${range}.`, `pass a whole number${range}.`);
  }
}

/** Checks an axis of a tensor of `rank` and counts a negative one from the end. */
export function checkAxis(op: string, argument: string, value: unknown, rank: number): number {
  checkInteger(op, argument, value);
  if (value < -rank || value >= rank) {
    throw badArgument(op, argument, `axis ${value} does not exist in a tensor of rank ${rank}.`, rank === 0 ? 'a scalar has no axes.' : `use an axis from ${-rank} to ${rank - 1}.`);
  }
  return value < 0 ? value + rank : value;
}

/** Checks one axis or several, none twice; absent means all. Returned in ascending order. */
export function checkAxes(op: string, argument: string, value: unknown, rank: number): number[] {
  if (value === undefined || value === null) return Array.from({ length: rank }, (_, axis) => axis);
  const axes = (Array.isArray(value) ? (value as readonly unknown[]) : [value]).map((axis) => checkAxis(op, argument, axis, rank));
  if (new Set(axes).size < axes.length) throw badArgument(op, argument, `[${axes.join(', ')}] names an axis twice.`, 'name each axis once.');
  return axes.sort((a, b) => a - b);
}

/** Checks a number, which may be an infinity but not NaN. */
export function checkNumber(op: string, argument: string, value: unknown): asserts value is number {
  if (typeof value !== 'number' || Number.isNaN(value)) throw badArgument(op, argument, `${describe(value)} is not a number.`, 'pass a number.');
}

/** Checks a number that is neither an infinity nor NaN. */
export function checkFinite(op: string, argument: string, value: unknown): asserts value is number {
  if (typeof value !== 'number' || !Number.isFinite(value)) throw badArgument(op, argument, `${describe(value)} is not a finite number.`, 'pass a finite number.');
}
