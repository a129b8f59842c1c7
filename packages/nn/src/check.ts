// Options are checked where a layer is made, so that a mistake is an error on its own line.
import { unfoldError, type Padding, type UnfoldError } from '@unfoldjs/core';

const refuse = (op: string, argument: string, problem: string, fix: string): UnfoldError => unfoldError({ code: 'INVALID_ARGUMENT', op, argument, problem, fix });

/** A value in a message: short. */
export function describe(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(describe).join(', ')}]`;
  if (typeof value === 'string') return JSON.stringify(value);
  if (typeof value === 'function') return `a function (${value.name || 'anonymous'})`;
  if (typeof value === 'object' && value !== null) return `an object (${value.constructor?.name ?? 'no class'})`;
  return String(value);
}

/** Refuses anything but a record whose names are all known: a misspelt option would be ignored. */
export function checkOptions(op: string, options: unknown, known: readonly string[]): void {
  if (typeof options !== 'object' || options === null || Array.isArray(options)) {
    throw refuse(op, 'options', `${describe(options)} is not an options object.`, `pass an object with any of: ${known.join(', ')}.`);
  }
  for (const name of Object.keys(options)) {
    if (!known.includes(name)) throw refuse(op, name, `there is no option \`${name}\`.`, `use one of: ${known.join(', ')}.`);
  }
}

export function checkInteger(op: string, argument: string, value: unknown, min: number): asserts value is number {
  if (Number.isInteger(value) && (value as number) >= min) return;
  const range = min === -Infinity ? '' : ` from ${min}`;
  throw refuse(op, argument, `${describe(value)} is not a whole number${range}.`, `pass a whole number${range}.`);
}

/** Refuses numbers outside [min, max], NaN among them. */
export function checkRange(op: string, argument: string, value: unknown, min: number, max: number): asserts value is number {
  if (typeof value === 'number' && value >= min && value <= max) return;
  const range = max === Infinity ? `from ${min}` : `from ${min} to ${max}`;
  throw refuse(op, argument, `${describe(value)} is not a number ${range}.`, `pass a number ${range}.`);
}

export function checkBoolean(op: string, argument: string, value: unknown): asserts value is boolean {
  if (typeof value !== 'boolean') throw refuse(op, argument, `${describe(value)} is not a boolean.`, 'pass true or false.');
}

export function checkOneOf<W extends string>(op: string, argument: string, value: unknown, words: readonly W[]): asserts value is W {
  if (words.includes(value as W)) return;
  throw refuse(op, argument, `${describe(value)} is not a known \`${argument}\`.`, `use one of: ${words.join(', ')}.`);
}

/** A whole number for both axes, or [height, width]. */
export function checkPair(op: string, argument: string, value: unknown, min = 1): readonly [number, number] {
  const pair: readonly unknown[] = Array.isArray(value) ? value : [value, value];
  if (pair.length !== 2 || !pair.every((side) => Number.isInteger(side) && (side as number) >= min)) {
    throw refuse(op, argument, `${describe(value)} is neither a whole number from ${min} nor a pair of them.`, 'pass one number for both axes, or [height, width].');
  }
  return pair as readonly [number, number];
}

/** A shape of axes that each have an element, without the batch axis. */
export function checkShape(op: string, argument: string, value: unknown): asserts value is readonly number[] {
  const isShape = Array.isArray(value) && value.every((size) => Number.isInteger(size) && size > 0);
  if (!isShape) throw refuse(op, argument, `${describe(value)} is not a shape.`, 'pass the sizes without the batch axis, such as [28, 28, 1].');
}

/** Padding as the core's windows take it. */
export function checkPadding(op: string, padding: unknown): asserts padding is Padding {
  if (typeof padding === 'string' && ['same', 'valid', 'SAME', 'VALID', 'same_lower'].includes(padding)) return;
  const isPixels = (value: unknown) => Number.isInteger(value) && (value as number) >= 0;
  if (isPixels(padding)) return;
  const isPair = (pair: unknown) => Array.isArray(pair) && pair.length === 2 && pair.every(isPixels);
  if (Array.isArray(padding) && (padding.length === 2 || padding.length === 4) && padding.every(isPair)) return;
  throw refuse(op, 'padding', `${describe(padding)} is not a padding.`, "use 'same', 'valid', a number of pixels, or [[top, bottom], [left, right]].");
}
