import type { DType } from '@unfoldjs/core';
import type { ModeFacts } from '../modes.js';

/** Larger than every finite float32 but one: what a mode without infinities compares as the largest. */
const largest = '3.4028234663852886e38';

/** Whether the number can stand in a kernel's code and keep its value. */
export const canWrite = (value: number, facts: ModeFacts): boolean => Number.isFinite(value) || facts.nonFiniteLiterals;

/** A number as kernel code; in parentheses where it is negative. Modes without infinities get the largest finite number. */
export function literal(value: number, dtype: DType, facts: ModeFacts): string {
  const rounded = dtype === 'float32' ? Math.fround(value) : value;
  if (Number.isNaN(rounded)) return facts.nonFiniteLiterals ? '(Infinity - Infinity)' : '(0.0 / 0.0)';
  if (!Number.isFinite(rounded)) {
    const size = facts.nonFiniteLiterals ? 'Infinity' : largest;
    return rounded > 0 ? size : `(-${size})`;
  }
  const isNegative = rounded < 0 || Object.is(rounded, -0);
  const digits = String(Math.abs(rounded));
  const text = /[.e]/.test(digits) ? digits : `${digits}.0`;
  return isNegative ? `(-${text})` : text;
}
