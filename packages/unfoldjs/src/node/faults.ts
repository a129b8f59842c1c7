import { UnfoldError, unfoldError } from '@unfoldjs/core';

/** A call that is wrong, seen only once the command was at work. `problem` and `fix` are sentences. */
export class UsageError extends Error {
  constructor(
    readonly problem: string,
    readonly fix: string,
  ) {
    super(`${problem}\n\nFix: ${fix}`);
  }
}

export const badFile = (op: string, path: string, problem: string, fix: string, cause?: unknown): UnfoldError => unfoldError({ code: 'INVALID_FILE', op, argument: path, problem, fix, cause });

/** Says on the standard error what went wrong, and gives the exit code. Only what nobody foresaw has a stack, on request. */
export function reportFault(fault: unknown): 1 | 2 {
  if (fault instanceof UsageError) {
    console.error(`error: ${fault.message}`);
    return 2;
  }
  if (fault instanceof UnfoldError) {
    console.error(`${fault.name}: ${fault.message}`);
    return 1;
  }
  const { stack, message } = fault instanceof Error ? fault : new Error(String(fault));
  console.error(`error: ${message}\n\nFix: this was not foreseen. With UNFOLD_DEBUG=1 the place in the code is printed; please report it.`);
  if (process.env['UNFOLD_DEBUG']) console.error(stack);
  return 1;
}
