import { backendSuite, type BackendSuiteOptions } from '@unfoldjs/backend-testkit';

export interface Declared {
  readonly path: readonly string[];
  readonly body: () => Promise<void>;
}

/** A test runner of a few lines: what `suite` declares with it. */
export function declareTests(suite: (runner: Pick<BackendSuiteOptions, 'describe' | 'it'>) => void): Declared[] {
  const tests: Declared[] = [];
  const path: string[] = [];
  suite({
    describe(title, body) {
      path.push(title);
      body();
      path.pop();
    },
    it: (title, body) => tests.push({ path: [...path, title], body: () => body.call(undefined) }),
  });
  return tests;
}

/** The tests of `backendSuite`, few runs each. */
export function declare(options: Omit<BackendSuiteOptions, 'describe' | 'it' | 'after'>): { tests: Declared[]; finish: () => Promise<void> } {
  const afters: (() => Promise<void>)[] = [];
  const tests = declareTests((runner) => backendSuite({ runs: 5, largest: 100, ...options, ...runner, after: (body) => afters.push(body) }));
  return {
    tests,
    async finish() {
      for (const after of afters) await after();
    },
  };
}

/** The messages of those tests that fail, by their titles. */
export async function failuresOf(tests: readonly Declared[]): Promise<Map<string, string>> {
  const failures = new Map<string, string>();
  for (const { path, body } of tests) await body().catch((error: Error) => failures.set(path.join(' > '), error.message));
  return failures;
}
