import type { DType } from '@unfoldjs/core';
import type { ModeFacts } from '../modes.js';

/** A zero that no compiler of shaders sees through: they refuse to divide by one that is written down. */
const zero = '(this.thread.x * 0.0)';

/** Whether the number can stand in a kernel's code and keep its value. */
export const canWrite = (value: number, facts: ModeFacts): boolean => Number.isFinite(value) || facts.nonFiniteLiterals;

/** A number as kernel code, in parentheses where it is negative. Modes that cannot write NaN and infinities calculate them. */
export function literal(value: number, dtype: DType, facts: ModeFacts): string {
  const rounded = dtype === 'float32' ? Math.fround(value) : value;
  if (Number.isNaN(rounded)) return facts.nonFiniteLiterals ? '(Infinity - Infinity)' : `(0.0 / ${zero})`;
  if (!Number.isFinite(rounded)) {
    const size = facts.nonFiniteLiterals ? 'Infinity' : `(1.0 / ${zero})`;
    return rounded > 0 ? size : `(-${size})`;
  }
  const isNegative = rounded < 0 || Object.is(rounded, -0);
  const digits = String(Math.abs(rounded));
  const text = /[.e]/.test(digits) ? digits : `${digits}.0`;
  return isNegative ? `(-${text})` : text;
}
