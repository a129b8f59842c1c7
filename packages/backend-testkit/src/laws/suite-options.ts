/** The functions of a test runner: mocha's, vitest's, node:test's. */
export interface Runner {
  readonly describe: (title: string, body: () => void) => unknown;
  readonly it: (title: string, body: () => Promise<void>) => unknown;
}

/** One law: what must hold, and the test of it. */
export interface Law {
  /** A sentence that is true where the law holds; unique in its suite. */
  readonly title: string;
  /** @throws ConformanceError that says what does not hold. */
  check(): Promise<void>;
}

/** Declares the laws as tests. */
export const declareLaws = ({ describe, it }: Runner, title: string, laws: readonly Law[]): void =>
  void describe(title, () => {
    for (const law of laws) it(law.title, () => law.check());
  });
