import { badArgument, unfoldError } from '../../errors/unfold-error.js';
import { describe } from '../../tensor/nested.js';
import { isDType, type DType } from '../../types/dtype.js';

/** The dtype asked for, or `fallback` where none was. */
export function checkedDType(op: string, dtype: unknown, fallback: DType): DType {
  if (dtype === undefined) return fallback;
  if (isDType(dtype)) return dtype;
  throw badArgument(op, 'dtype', `${describe(dtype)} is not a dtype.`, "use 'float32', 'int32' or 'bool'.");
}

/** A value as an element of `dtype`: booleans as 0 and 1, whole numbers within 32 bits for int32. */
export function checkedElement(op: string, argument: string, value: unknown, dtype: DType): number {
  if (typeof value !== 'number' && typeof value !== 'boolean') {
    throw badArgument(op, argument, `${describe(value)} is neither a number nor a boolean.`, 'pass a number or a boolean.');
  }
  const number = Number(value);
  if (dtype === 'int32' && number !== (number | 0)) {
    throw unfoldError({
      code: 'DATA_MISMATCH',
      op,
      argument,
      problem: `${number} is nothing that int32 can hold.`,
      fix: 'use a whole number from -2147483648 to 2147483647, or dtype float32.',
    });
  }
  return dtype === 'bool' ? Number(number !== 0) : number;
}
