// Compares what a document says with what its code gives.
import { inspect } from 'node:util';

/** A pattern for a text in which "…" stands for anything within a line. */
function patternOf(expected: string): RegExp {
  const escaped = expected.split('…').map((piece) => piece.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${escaped.join('.*')}$`);
}

const compact = (text: string): string => text.replaceAll(/Array\(\d+\)/g, 'Array').replaceAll(/\s+/g, '');

/** Whether a value is shown as a document says: spaces, quotes and the lengths of arrays aside, as `util.inspect` does. */
export function showsAs(value: unknown, expected: string): boolean {
  const shown = inspect(value, { depth: 20, breakLength: Infinity, maxArrayLength: 1000 });
  const wanted = patternOf(compact(expected));
  return wanted.test(compact(shown)) || (typeof value === 'string' && wanted.test(compact(value)));
}

/** Whether a program printed what a document says. */
export function printsAs(printed: string, expected: string): boolean {
  const lines = (text: string): string => text.replaceAll(/[ \t]+$/gm, '').trim();
  return patternOf(lines(expected)).test(lines(printed));
}

/** @throws Error that shows both texts. */
export function checkValue(value: unknown, expected: string): void {
  if (!showsAs(value, expected)) throw new Error(`the document says ${expected}, the value is ${inspect(value, { depth: 20 })}`);
}
