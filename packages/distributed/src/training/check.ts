/** Options of this package, checked where they are passed. */
import { badArgument } from '@unfoldjs/core';

/** Refuses names that are not known: a misspelt option would be ignored. */
export function checkOptions(op: string, options: unknown, known: readonly string[]): void {
  if (typeof options !== 'object' || options === null) throw badArgument(op, 'options', 'it is no options object.', `pass an object with any of: ${known.join(', ')}.`);
  for (const name of Object.keys(options)) if (!known.includes(name)) throw badArgument(op, name, `there is no option \`${name}\`.`, `use one of: ${known.join(', ')}.`);
}

export function checkWhole(op: string, argument: string, value: unknown, min: number): asserts value is number {
  if (Number.isSafeInteger(value) && (value as number) >= min) return;
  throw badArgument(op, argument, `${String(value)} is not a whole number from ${min}.`, `pass a whole number from ${min}.`);
}

/** Refuses numbers outside [min, max], NaN among them. */
export function checkRange(op: string, argument: string, value: unknown, min: number, max: number): asserts value is number {
  if (typeof value === 'number' && value >= min && value <= max) return;
  throw badArgument(op, argument, `${String(value)} is not a number from ${min} to ${max}.`, `pass a number from ${min} to ${max}.`);
}
