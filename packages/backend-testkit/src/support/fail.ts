/** What a backend did wrong. The message stands alone: the call, the first wrong element, and how to replay it. */
export class ConformanceError extends Error {
  override readonly name = 'ConformanceError';
}

export function fail(message: string): never {
  throw new ConformanceError(message);
}

export function check(condition: boolean, message: () => string): asserts condition {
  if (!condition) fail(message());
}

/** A value that a message can show. */
const shown = (value: unknown): string => (typeof value === 'string' ? JSON.stringify(value) : String(value));

export function checkEqual(actual: unknown, expected: unknown, what: string): void {
  if (!Object.is(actual, expected)) fail(`${what} is ${shown(actual)}; it must be ${shown(expected)}.`);
}

/** Runs `action`, which must throw or reject with an error that carries `code`. */
export async function checkRejects(action: () => unknown, code: string, what: string): Promise<void> {
  let outcome: unknown;
  try {
    outcome = await action();
  } catch (error) {
    const found = (error as { readonly code?: unknown } | null)?.code;
    if (found === code) return;
    const message = error instanceof Error ? error.message.split('\n')[0] : shown(error);
    fail(`${what} must be refused with an UnfoldError of code ${code}; it threw one of code ${shown(found)}: ${message}`);
  }
  fail(`${what} must be refused with an UnfoldError of code ${code}; it gave ${shown(outcome)}.`);
}
