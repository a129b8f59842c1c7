import type { ErrorCode } from './unfold-error.js';

/**
 * What an op's `infer` throws. It knows the argument, the problem and the fix; the caller adds the op's name and the table of
 * operands and throws the real error, so that the stack of that error starts at the user's call.
 */
export class Refusal {
  constructor(
    readonly code: ErrorCode,
    readonly argument: string | undefined,
    readonly problem: string,
    readonly fix: string,
  ) {}
}

export const refuseShape = (argument: string, problem: string, fix: string) => new Refusal('SHAPE_MISMATCH', argument, problem, fix);
export const refuseDType = (argument: string, problem: string, fix: string) => new Refusal('DTYPE_MISMATCH', argument, problem, fix);
export const refuseArgument = (argument: string, problem: string, fix: string) => new Refusal('INVALID_ARGUMENT', argument, problem, fix);
