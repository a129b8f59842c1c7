import { LeftOut, type Case, type CaseContext, type Section } from './sections/section.js';
import { ConformanceError } from './support/fail.js';

/** Runs one case; the reason where the backend denies all of it. @throws ConformanceError with a line that replays it. */
export async function runCase(section: Section, each: Case, context: CaseContext): Promise<string | null> {
  try {
    await each.run(context);
    return null;
  } catch (fault) {
    if (fault instanceof LeftOut) return fault.reason;
    const message = fault instanceof Error ? fault.message : String(fault);
    const found = /seed (-?\d+), path ([\d:]+)/.exec(message);
    const id = [`${section.name}/${each.title}`, ...(found ? [found[1], found[2]] : [context.seed, ''])].join('@');
    throw new ConformanceError(`${message}\n  replay: UNFOLD_REPLAY='${id}'`, { cause: fault });
  }
}
