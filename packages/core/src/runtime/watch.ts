import type { Backend, BackendBuffer, Executable } from '../backend/contract.js';
import { debugLevel } from '../debug-level.js';
import type { PassReader } from '../optimizer/optimize.js';
import type { Program } from '../program/program.js';
import type { BackendRefusal } from './backends.js';

/** A program with the backend that it was compiled for; no executable where there is no step. */
export interface Compiled {
  readonly backend: Backend;
  readonly program: Program;
  readonly executable: Executable | null;
}

/** Somebody who is told what the runtime does: `profile`, and what prints for the debug level. */
export interface Watcher {
  /** Who wants to know now what the passes do to the next graph, if anybody. */
  readonly reader?: PassReader | null;
  chosen?(backend: Backend, refusals: readonly BackendRefusal[]): void;
  /** @param start - when it was begun, as `performance.now()` tells. */
  compiled?(compiled: Compiled, start: number): void;
  /** Runs a program, as usual or in a way of its own. */
  run?(compiled: Compiled, inputs: readonly BackendBuffer[], usual: () => Promise<BackendBuffer[]>): Promise<BackendBuffer[]>;
}

export let watchers: readonly Watcher[] = [];

/** Adds one; what it returns takes it away. */
export function watch(watcher: Watcher): () => void {
  watchers = [...watchers, watcher];
  return () => void (watchers = watchers.filter((each) => each !== watcher));
}

/** Runs a program in sight of whoever watches; who came first sees what the others make of it. */
export const runWatched = (compiled: Compiled, inputs: readonly BackendBuffer[], usual: () => Promise<BackendBuffer[]>): Promise<BackendBuffer[]> =>
  watchers.reduceRight((run, watcher) => (watcher.run ? () => watcher.run!(compiled, inputs, run) : run), usual)();

let isHeeded = false;

/** Says that somebody prints for the debug level. */
export const heeded = (): void => void (isHeeded = true);

/** A name in a variable: bundlers leave it alone, so that nobody who does not debug downloads what prints. */
const printer = '@unfoldjs/core/explain';

/** Fetches what prints, the first time that a debug level is set. In a bundle it is not found: there the program calls `setDebugLevel`. */
export function heedDebugLevel(): Promise<void> | undefined {
  if (isHeeded || !debugLevel()) return undefined;
  isHeeded = true;
  const none = (): void => console.log(`UNFOLD_DEBUG prints nothing here: call setDebugLevel of ${printer}`);
  // The entry of another copy of the core would wait for programs that never come.
  return import(/* webpackIgnore: true */ /* @vite-ignore */ printer).then((found: { startDebug(by: typeof watch): boolean }) => found.startDebug(watch) || none(), none) as Promise<void>;
}
