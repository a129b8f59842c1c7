import * as fc from 'fast-check';
import { fail } from '../support/fail.js';
import { LeftOut, type Case, type CaseContext } from './section.js';

/** Checks one generated value; a string says that the backend denies it, and why. */
export type RandomCheck<T> = (value: T, context: CaseContext) => Promise<void | string>;

/**
 * A case that tries random values and, where one fails, looks for a smaller one. `format` describes a value in the message; the
 * seed and the path in it replay the value alone.
 */
export function randomCase<T>(title: string, arbitrary: fc.Arbitrary<T>, format: (value: T) => string, check: RandomCheck<T>): Case {
  return {
    title,
    async run(context) {
      const reasons = new Map<string, number>();
      let tried = 0;
      const property = fc.asyncProperty(arbitrary, async (value) => {
        tried++;
        const denied = await check(value, context);
        if (typeof denied === 'string') reasons.set(denied, (reasons.get(denied) ?? 0) + 1);
      });
      const { runs, seed, path } = context;
      const result = await fc.check(property, { seed, numRuns: runs, ...(path === undefined ? {} : { path }) });
      if (result.failed) {
        const counterexample = result.counterexample?.[0];
        const cause = result.errorInstance instanceof Error ? result.errorInstance.message : String(result.errorInstance);
        const shown = counterexample === undefined ? 'no counterexample' : format(counterexample);
        fail(`${cause}\n  case: ${shown}\n  found at run ${result.numRuns} of ${runs}, shrunk ${result.numShrinks} times\n  seed ${result.seed}, path ${result.counterexamplePath ?? '?'}`);
      }
      const denied = [...reasons.values()].reduce((sum, count) => sum + count, 0);
      for (const [reason, count] of reasons) context.leaveOut(`${title}: ${count} of ${tried} calls`, reason);
      if (denied === tried && tried > 0) throw new LeftOut([...reasons.keys()].join('; '));
    },
  };
}
