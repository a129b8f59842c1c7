import { checkWhole } from './checks.js';

/** Lets the host run its event loop once, so that a consumer goes on before the next batch is made. */
function macrotask(): Promise<void> {
  const { setImmediate, setTimeout } = globalThis as unknown as { setImmediate?: (callback: () => void) => void; setTimeout: (callback: () => void) => void };
  return new Promise((resolve) => (setImmediate ?? setTimeout)(resolve));
}

/**
 * The values of `source`, up to `count` of them made ahead: while the consumer awaits a training step, the next batches are prepared.
 * Values keep their order. An error of the source arrives after the values before it; leaving the loop ends the source.
 *
 * @param count 0 makes each value when it is asked for. Default: 2.
 * @throws {UnfoldError} INVALID_ARGUMENT where `count` is not a whole number from 0.
 * @example
 * import { prefetch } from '@unfoldjs/nn';
 * const seen = [];
 * for await (const value of prefetch([1, 2, 3])) seen.push(value);
 * seen; // => [1, 2, 3]
 */
export function prefetch<T>(source: Iterable<T> | AsyncIterable<T>, count = 2): AsyncIterable<T> {
  checkWhole('prefetch', 'count', count, 0);
  return { [Symbol.asyncIterator]: () => ahead(source, count) };
}

async function* ahead<T>(source: Iterable<T> | AsyncIterable<T>, count: number): AsyncGenerator<T, void, undefined> {
  const iterator = Symbol.asyncIterator in source ? source[Symbol.asyncIterator]() : source[Symbol.iterator]();
  // Each call of next() waits for the one before it, as an iterator may not stand two at once.
  let last: Promise<unknown> = Promise.resolve();
  const pull = (): Promise<IteratorResult<T>> => {
    const next = last.then(macrotask).then(() => iterator.next());
    // Looked at only when its turn comes; until then a failure is not an unhandled one.
    last = next.catch(() => undefined);
    return next;
  };
  const waiting: Promise<IteratorResult<T>>[] = [];
  let isDone = false;
  try {
    for (;;) {
      while (waiting.length <= count) waiting.push(pull());
      waiting.forEach((promise) => promise.catch(() => undefined));
      const result = await waiting.shift()!;
      if (result.done) {
        isDone = true;
        return;
      }
      yield result.value;
    }
  } catch (error) {
    isDone = true;
    throw error;
  } finally {
    if (!isDone) {
      await last;
      await iterator.return?.();
    }
  }
}
