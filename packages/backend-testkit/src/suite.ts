import type { Backend, BackendSpec } from '@unfoldjs/core';
import { ieeeAccuracy, type Accuracy } from './accuracy.js';
import type { OwnOp } from './own-op.js';
import { ownOps } from './sections/own-ops.js';
import { profiling } from './sections/profiling.js';
import { composites } from './sections/composites.js';
import { contract } from './sections/contract.js';
import { fusedCalls } from './sections/fused.js';
import { primitives } from './sections/primitives.js';
import { programs } from './sections/programs.js';
import { defaultModes, parseModes, type Mode } from './mode.js';
import { supportOf, supportTable, triedOps } from './modes/support.js';
import { timingOf, timingTable } from './modes/perf.js';
import { formatOperands, typicalCalls } from './modes/typical-calls.js';
import { runCase } from './run-case.js';
import { gradients } from './sections/gradients.js';
import { training } from './sections/training.js';
import type { CaseContext, Section } from './sections/section.js';
import { ConformanceError } from './support/fail.js';

/** Something a backend denies, so that it was not tried. */
export interface Omission {
  readonly what: string;
  readonly reason: string;
}

export interface BackendSuiteOptions {
  /** The functions of your test runner: mocha's, vitest's, node:test's. */
  readonly describe: (title: string, body: () => void) => unknown;
  readonly it: (title: string, body: (this: unknown) => Promise<void>) => unknown;
  /** Opens the backend before the first case; without it the first case does. */
  readonly before?: ((body: () => Promise<void>) => unknown) | undefined;
  /** Disposes of the backend after the last case. */
  readonly after?: ((body: () => Promise<void>) => unknown) | undefined;
  /** What is under test: `cpu()`, or a function that makes a backend. Opened once for all cases, and again for those that dispose of it. */
  readonly backend: BackendSpec | (() => Backend | Promise<Backend>);
  /** Stands in the titles. Default: the spec's name, or `backend`. */
  readonly name?: string | undefined;
  /** What to do, one or more. Default: the environment variable UNFOLD_MODE, names with commas in between; without it `['test', 'grad']`. */
  readonly mode?: Mode | readonly Mode[] | undefined;
  /** Ops from outside of the core that are tried like its own, in a section `own ops`. Default: none. */
  readonly ops?: readonly OwnOp[] | undefined;
  /** Random inputs of each property. Default: 50. */
  readonly runs?: number | undefined;
  /** Seed of all random inputs. Default: 20; the same seed tries the same inputs. */
  readonly seed?: number | undefined;
  /** Elements of the largest tensor that travels to the backend and back. Default: 2^20. */
  readonly largest?: number | undefined;
  /** What the device's arithmetic promises. Default: {@link ieeeAccuracy}. */
  readonly accuracy?: Accuracy | undefined;
  /**
   * Marks a case, of which the backend denies everything, as skipped: mocha's `(test, reason) => test.skip()`. `test` is the `this`
   * of the test. Without it such a case passes and is listed.
   */
  readonly skip?: ((test: never, reason: string) => void) | undefined;
  /** Receives the list of what the backend denied, after the last case (needs `after`). Default: prints it. */
  readonly report?: ((omissions: readonly Omission[]) => void) | undefined;
  /** Receives the tables of the modes `perf` and `support`. Default: prints them. */
  readonly print?: ((table: string) => void) | undefined;
  /** One case alone: what the last line of a failure says. Default: the environment variable UNFOLD_REPLAY. */
  readonly replay?: string | undefined;
}

/** The sections of the modes `test` and `grad`, in order. */
export const sections = (modes: readonly Mode[] = defaultModes, ops: readonly OwnOp[] = []): readonly Section[] =>
  [contract(), profiling(), primitives(), composites(), fusedCalls(), programs(), training(), gradients(), ...(ops.length > 0 ? ownOps(ops) : [])].filter(({ mode }) => modes.includes(mode));

/**
 * Declares the tests that every backend must pass: the contract of its methods, what profiles and sources say, every primitive, composite ops, fused calls, random programs, a
 * training of 20 steps and the gradients of ops. What it leaves out is exactly what the backend's `supports` denies and what its
 * `device` declares lost. Other modes measure: they print tables, and fail only where the backend does.
 *
 * @throws ConformanceError for a mode in UNFOLD_MODE, or a case in UNFOLD_REPLAY, that there is none of.
 * @example
 * import { after, before, describe, it } from 'node:test';
 * import { backendSuite } from '@unfoldjs/backend-testkit';
 * import { cpu } from '@unfoldjs/backend-cpu';
 * backendSuite({ describe, it, before, after, backend: cpu(), runs: 5 });
 */
export function backendSuite(options: BackendSuiteOptions): void {
  const { describe, it, backend: source, runs = 50, seed = 20, largest = 2 ** 20, accuracy = ieeeAccuracy, ops = [] } = options;
  const open = async (): Promise<Backend> => (typeof source === 'function' ? source() : source.open());
  const modes = options.mode === undefined ? modesOf(environment('UNFOLD_MODE')) : [options.mode].flat();
  const name = options.name ?? (typeof source === 'function' ? 'backend' : source.name);
  const replay = parseReplay(options.replay ?? environment('UNFOLD_REPLAY'));
  if (replay && !sections(defaultModes, ops).some((section) => section.cases.some(({ title }) => `${section.name}/${title}` === replay.id))) {
    throw new ConformanceError(`there is no case ${JSON.stringify(replay.id)} to replay: copy the whole line of a failure, in quotes.`);
  }
  const omissions: Omission[] = [];
  let shared: Promise<Backend> | null = null;
  const sharedBackend = (): Promise<Backend> => (shared ??= open());

  const context = async (): Promise<CaseContext> => ({
    backend: await sharedBackend(),
    open,
    runs,
    seed: replay?.seed ?? seed,
    path: replay?.path,
    largest,
    accuracy,
    leaveOut: (what, reason) => omissions.push({ what, reason }),
  });

  describe(`${name} conforms`, () => {
    options.before?.(async () => void (await sharedBackend()));
    options.after?.(async () => {
      await (await shared)?.dispose();
      (options.report ?? print(name))(omissions);
    });
    // A case that is named runs, whatever the modes.
    for (const section of replay ? sections(defaultModes, ops) : sections(modes, ops)) {
      const cases = section.cases.filter(({ title }) => !replay || replay.id === `${section.name}/${title}`);
      if (cases.length === 0) continue;
      describe(section.name, () => {
        for (const each of cases) {
          it(each.title, async function (this: unknown) {
            const reason = await runCase(section, each, await context());
            if (reason === null) return;
            omissions.push({ what: `${section.name}/${each.title}`, reason });
            options.skip?.(this as never, reason);
          });
        }
      });
    }
    const show = options.print ?? ((table: string) => console.log(`\n${table}\n`));
    /** One test each, so that a time limit is for one; the last prints the table of all. */
    const tabulate = <T, R>(title: string, items: readonly T[], titleOf: (item: T) => string, find: (backend: Backend, item: T) => Promise<R>, table: (rows: readonly R[]) => string): void => {
      const rows: R[] = [];
      describe(title, () =>
        items.forEach((item, i) =>
          it(titleOf(item), async () => {
            rows.push(await find(await sharedBackend(), item));
            if (i === items.length - 1) show(table(rows));
          }),
        ),
      );
    };
    if (replay) return;
    if (modes.includes('perf')) tabulate('times', typicalCalls(), formatOperands, timingOf, (timings) => timingTable({ [name]: timings }));
    if (modes.includes('support')) tabulate('support', triedOps(), (op) => op, (backend, op) => supportOf(backend, { runs, seed, accuracy, ops: [op] }), (found) => supportTable({ [name]: found.flat() }));
  });
}

const modesOf = (text: string | undefined): readonly Mode[] => (text ? parseModes(text) : defaultModes);

interface Replay {
  readonly id: string;
  readonly seed: number;
  readonly path: string | undefined;
}

function parseReplay(text: string | undefined): Replay | null {
  if (!text) return null;
  const [id, seed, path] = text.split('@');
  return { id: id!, seed: Number(seed ?? 0), path: path === '' ? undefined : path };
}

const environment = (name: string): string | undefined =>
  (globalThis as { process?: { env?: Record<string, string | undefined> } }).process?.env?.[name];

const print = (name: string) => (omissions: readonly Omission[]) => {
  if (omissions.length > 0) console.log([`${name} leaves out:`, ...omissions.map(({ what, reason }) => `  ${what} (${reason})`)].join('\n'));
};
