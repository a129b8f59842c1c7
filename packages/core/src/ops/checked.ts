import { Refusal } from '../errors/refuse.js';
import { badArgument, unfoldError } from '../errors/unfold-error.js';
import { callSite } from '../expr/source-lines.js';
import { describe } from '../tensor/nested.js';
import type { Tensor } from '../tensor/tensor.js';

/**
 * Runs the checks of a public function that is a composition of others: a refusal becomes its error, under its own name and with
 * its own operands in the table.
 */
export function checked<T>(op: string, operands: Readonly<Record<string, Tensor>>, check: () => T): T {
  try {
    return check();
  } catch (refusal) {
    if (!(refusal instanceof Refusal)) throw refusal;
    throw unfoldError({
      ...refusal,
      op,
      operands: Object.entries(operands).map(([name, { type }]) => ({ name, type })),
      source: callSite(),
    });
  }
}

/**
 * Checks that an options bag is one and has no option that the function does not know: a misspelt one would be ignored.
 *
 * @throws {UnfoldError} INVALID_ARGUMENT
 */
export function checkOptions(op: string, options: unknown, known: readonly string[]): void {
  if (typeof options !== 'object' || options === null || Array.isArray(options)) {
    throw badArgument(op, 'options', `${describe(options)} is not an options object.`, `pass an object with any of: ${known.join(', ')}.`);
  }
  for (const name of Object.keys(options)) {
    if (known.includes(name)) continue;
    throw badArgument(op, name, `there is no option \`${name}\`.`, `use one of: ${known.join(', ')}.`);
  }
}

/** Checks a value against a closed list of words. */
export function checkOneOf<W extends string>(op: string, argument: string, value: unknown, words: readonly W[]): asserts value is W {
  if (words.includes(value as W)) return;
  throw badArgument(
    op,
    argument,
    `${describe(value)} is not a known \`${argument}\`.`,
    `use ${words.map((word) => `'${word}'`).join(', ').replace(/, ([^,]*)$/, ' or $1')}.`,
  );
}

/** Checks true or false. */
export function checkBoolean(op: string, argument: string, value: unknown): asserts value is boolean {
  if (typeof value === 'boolean') return;
  throw badArgument(op, argument, `${describe(value)} is not a boolean.`, 'pass true or false.');
}
