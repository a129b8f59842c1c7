// Refusals that the functions for data and files share.
import { badArgument, unfoldError, type UnfoldError } from '@unfoldjs/core';
import { describe } from '../check.js';

export const badFile = (op: string, argument: string, problem: string, fix: string, cause?: unknown): UnfoldError =>
  unfoldError({ code: 'INVALID_FILE', op, argument, problem, fix, cause });

/** Checks a whole number within bounds, both included. */
export function checkWhole(op: string, argument: string, value: unknown, min: number, max = Number.MAX_SAFE_INTEGER): asserts value is number {
  if (Number.isSafeInteger(value) && (value as number) >= min && (value as number) <= max) return;
  const range = max === Number.MAX_SAFE_INTEGER ? `from ${min}` : `from ${min} to ${max}`;
  throw badArgument(op, argument, `${describe(value)} is not a whole number ${range}.`, `pass a whole number ${range}.`);
}
