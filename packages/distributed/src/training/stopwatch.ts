/** Seconds by what they were spent on: each lap counts from the one before it. */
export interface Stopwatch<Name extends string> {
  readonly seconds: Readonly<Record<Name, number>>;
  lap(on: Name): void;
}

export function stopwatch<Name extends string>(...names: readonly Name[]): Stopwatch<Name> {
  let last = performance.now();
  const seconds = Object.fromEntries(names.map((name) => [name, 0])) as Record<Name, number>;
  return {
    seconds,
    lap(on) {
      const now = performance.now();
      seconds[on] += (now - last) / 1000;
      last = now;
    },
  };
}
