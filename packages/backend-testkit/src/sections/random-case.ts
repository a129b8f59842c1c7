import * as fc from 'fast-check';
import { fail } from '../support/fail.js';
import { LeftOut, type Case, type CaseContext } from './section.js';

/** Checks one generated value; gives its error in units of its bound. A string says that the backend denies it, and why. */
export type RandomCheck<T> = (value: T, context: CaseContext) => Promise<number | string>;

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
      let worst = { error: -1, run: 0 };
      const property = fc.asyncProperty(arbitrary, async (value) => {
        const run = tried++;
        const found = await check(value, context);
        if (typeof found === 'string') reasons.set(found, (reasons.get(found) ?? 0) + 1);
        else if (found > worst.error) worst = { error: found, run };
      });
      const { seed, path } = context;
      const runs = path === undefined ? context.runs : 1;
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
      if (worst.error >= 0) context.observe?.({ error: worst.error, seed: result.seed, path: path ?? String(worst.run) });
    },
  };
}
