import type { DType } from '@unfoldjs/core';
import type { ModeFacts } from '../modes.js';

/** A zero that no compiler of shaders sees through: they refuse to divide by one that is written down. */
const unseenZero = '(this.thread.x * 0.0)';

/** Whether the number can stand in a kernel's code and keep its value. Compilers of shaders take 0.0 * x for 0 and lose the sign of -0. */
export const canWrite = (value: number, facts: ModeFacts): boolean => facts.nonFiniteLiterals || (Number.isFinite(value) && value !== 0);

/**
 * A number as an operand: itself, or a name that `lines` declare. Compilers of shaders calculate with numbers that they see, and
 * refuse sqrt(-1.0); behind a name they do not look.
 */
export function literalOperand(name: string, value: number, dtype: DType, facts: ModeFacts, lines: string[]): string {
  const text = literal(value, dtype, facts);
  if (facts.nonFiniteLiterals) return text;
  lines.push(`const ${name} = ${text};`);
  return name;
}

/** A number as kernel code, in parentheses where it is negative. Modes that cannot write NaN and infinities calculate them. */
export function literal(value: number, dtype: DType, facts: ModeFacts): string {
  const rounded = dtype === 'float32' ? Math.fround(value) : value;
  if (Number.isNaN(rounded)) return facts.nonFiniteLiterals ? '(Infinity - Infinity)' : `(0.0 / ${unseenZero})`;
  if (!Number.isFinite(rounded)) {
    const size = facts.nonFiniteLiterals ? 'Infinity' : `(1.0 / ${unseenZero})`;
    return rounded > 0 ? size : `(-${size})`;
  }
  const isNegative = rounded < 0 || Object.is(rounded, -0);
  const digits = String(Math.abs(rounded));
  const text = /[.e]/.test(digits) ? digits : `${digits}.0`;
  return isNegative ? `(-${text})` : text;
}
