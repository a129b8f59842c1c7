/** What the pages of browser.test.ts can do: the functions are called from outside, with plain values. */
import { setBackend, type Backend } from '@unfoldjs/core';
import { ieeeAccuracy, runCase, sections } from '@unfoldjs/backend-testkit';
import { wasm, type WasmOptions } from '@unfoldjs/backend-wasm';
import { train } from './training.js';

let backend: Backend;

const page = {
  async open(options: WasmOptions) {
    backend = await wasm(options).open();
    await setBackend(backend);
    return backend.device;
  },

  /** One case of the suite; the reason where the backend denies all of it. */
  conforms(section: number, index: number, runs: number) {
    const where = sections()[section]!;
    return runCase(where, where.cases[index]!, { backend, open: () => wasm({ precision: 'exact' }).open(), runs, seed: 20, path: undefined, largest: 2 ** 20, accuracy: ieeeAccuracy, leaveOut: () => {} });
  },

  /** Losses, and how often a timer of the page fired during each step. */
  async train(steps: number) {
    const ticks: number[] = [];
    const timer = setInterval(() => ticks.length > 0 && ticks[ticks.length - 1]!++, 1);
    const losses = await train(steps, () => ticks.push(0));
    clearInterval(timer);
    return { losses, ticks };
  },
};

export type Page = typeof page;

(globalThis as { page?: Page }).page = page;
