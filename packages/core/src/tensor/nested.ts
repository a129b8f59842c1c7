import { unfoldError } from '../errors/unfold-error.js';
import type { TypedArray } from '../types/dtype.js';
import { formatShape, type Shape } from '../types/shape.js';
import type { TensorType } from '../types/tensor-type.js';

/** Numbers or booleans in nested arrays of equal lengths; a bare number is a scalar. */
export type NestedArray = number | boolean | readonly NestedArray[];

/** Flat row-major elements as nested arrays. Work in the number of elements; depth in the rank. */
export function nest(data: ArrayLike<number>, { shape, dtype }: TensorType): NestedArray {
  const value = (raw: number): number | boolean => (dtype === 'bool' ? raw !== 0 : raw);
  if (shape.length === 0) return value(data[0]!);
  let level: NestedArray[] = Array.from(data as ArrayLike<number>, value);
  for (let axis = shape.length - 1; axis > 0; axis--) {
    const width = shape[axis]!;
    let groups = 1;
    for (let outer = 0; outer < axis; outer++) groups *= shape[outer]!;
    level = Array.from({ length: groups }, (_, i) => level.slice(i * width, (i + 1) * width));
  }
  return level;
}

/** The shape of nested arrays and their leaves in order. @throws {UnfoldError} DATA_MISMATCH where lengths differ. */
export function unnest(nested: NestedArray, op: string): { shape: Shape; values: (number | boolean)[]; isBool: boolean } {
  const shape: number[] = [];
  let level: NestedArray[] = [nested];
  while (level.length > 0 && Array.isArray(level[0])) {
    const width = (level[0] as readonly NestedArray[]).length;
    for (const entry of level) {
      if (!Array.isArray(entry) || entry.length !== width) {
        throw unfoldError({
          code: 'DATA_MISMATCH',
          op,
          argument: 'values',
          problem: `at depth ${shape.length + 1} one entry has ${width} elements and another ${Array.isArray(entry) ? entry.length : 'is a single value'}.`,
          fix: 'give every nested array of one depth the same length.',
        });
      }
    }
    shape.push(width);
    level = (level as (readonly NestedArray[])[]).flat() as NestedArray[];
  }
  const isBool = typeof level[0] === 'boolean';
  const bad = level.findIndex((entry) => typeof entry !== 'number' && typeof entry !== 'boolean');
  if (bad >= 0) {
    throw unfoldError({
      code: 'DATA_MISMATCH',
      op,
      argument: 'values',
      problem: `element ${bad} (of ${formatShape(shape)}) is ${describe(level[bad])}, not a number or a boolean.`,
      fix: 'pass numbers, booleans, nested arrays of them or a typed array.',
    });
  }
  return { shape, values: level as (number | boolean)[], isBool };
}

/** A value in a message: short, never throwing. */
export function describe(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  if (Array.isArray(value)) return `an array of ${value.length}`;
  if (typeof value === 'object') return `an object (${value.constructor?.name ?? 'no class'})`;
  if (typeof value === 'function') return `a function (${value.name || 'anonymous'})`;
  if (typeof value === 'string') return JSON.stringify(value.length > 40 ? `${value.slice(0, 40)}...` : value);
  if (typeof value === 'bigint') return `${value}n (a bigint)`;
  if (typeof value === 'symbol') return 'a symbol';
  return String(value);
}

export const isTypedArray = (value: unknown): value is TypedArray => ArrayBuffer.isView(value) && !(value instanceof DataView);
