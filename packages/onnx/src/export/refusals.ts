import { formatTable, unfoldError } from '@unfoldjs/core';

/** One op that cannot be written. */
interface Refusal {
  readonly op: string;
  /** The user's line, where lines are captured. */
  readonly source: string | undefined;
  readonly why: string;
}

/** All that cannot be written, so that one error can list it. */
export class Refusals {
  readonly #list: Refusal[] = [];

  add(refusal: Refusal): void {
    this.#list.push(refusal);
  }

  /** @throws {UnfoldError} UNSUPPORTED_OP with every op that has been added */
  throwIfAny(): void {
    if (this.#list.length === 0) return;
    const rows = [...new Map(this.#list.map(({ op, source, why }) => [`${op}|${source}|${why}`, [op, source ?? '', why]])).values()];
    const hasLines = rows.some(([, source]) => source !== '');
    throw unfoldError({
      code: 'UNSUPPORTED_OP',
      op: 'exportOnnx',
      problem: `there are ops that cannot be written.\n\n${formatTable(hasLines ? ['op', 'line', 'why'] : ['op', 'why'], hasLines ? rows : rows.map(([op, , why]) => [op!, why!]))}`,
      fix: hasLines ? 'write these lines with other ops.' : 'write these with other ops; `captureSourceLines(true)` before the function is traced names their lines.',
    });
  }
}

/** Thrown where one op cannot be written, and caught to go on with the next. */
export class CannotWrite extends Error {}
