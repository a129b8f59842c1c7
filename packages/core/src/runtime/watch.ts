import type { Backend, BackendBuffer, Executable } from '../backend/contract.js';
import { askedLevel, debugLevel } from '../debug-level.js';
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
  chosen?(backend: Backend, refusals: readonly BackendRefusal[]): void;
  /** Called before a graph is optimised: who reads what the passes do, or null. */
  optimizing?(): PassReader | null;
  /** @param start - when it was begun, as `performance.now()` tells. */
  compiled?(compiled: Compiled, start: number): void;
  /** Runs a program, as usual or in a way of its own. */
  run?(compiled: Compiled & { readonly executable: Executable }, inputs: readonly BackendBuffer[], usual: () => Promise<BackendBuffer[]>): Promise<BackendBuffer[]>;
}

let all: readonly Watcher[] = [];

export const watchers = (): readonly Watcher[] => all;

/** Adds one; what it returns takes it away. */
export function watch(watcher: Watcher): () => void {
  all = [...all, watcher];
  return () => void (all = all.filter((each) => each !== watcher));
}

/** Runs a program in sight of whoever watches; who came first sees what the others make of it. */
export const runWatched = (compiled: Compiled & { readonly executable: Executable }, inputs: readonly BackendBuffer[], usual: () => Promise<BackendBuffer[]>): Promise<BackendBuffer[]> =>
  all.reduceRight((run, watcher) => (watcher.run ? () => watcher.run!(compiled, inputs, run) : run), usual)();

let isHeeded = false;

/** Says that somebody prints for the debug level. */
export const heeded = (): void => void (isHeeded = true);

/** A name in a variable: bundlers leave it alone, so that nobody who does not debug downloads what prints. */
const printer = '@unfoldjs/core/explain';

/** Fetches what prints, the first time that a debug level is set. In a bundle it is not found: there the program calls `setDebugLevel`. */
export function heedDebugLevel(): Promise<void> | undefined {
  if (isHeeded || debugLevel() === 0) return undefined;
  isHeeded = true;
  return fetchPrinter();
}

async function fetchPrinter(): Promise<void> {
  const found = (await import(/* webpackIgnore: true */ /* @vite-ignore */ printer).catch(() => null)) as { startDebug(by: typeof watch): boolean } | null;
  // The entry of another copy of the core would wait for programs that never come.
  if (!found?.startDebug(watch)) console.log(`UNFOLD_DEBUG=${String(askedLevel())} prints nothing here, in a bundle: import { setDebugLevel } from '${printer}' and call it.`);
}
