import { add, mul, setBackend, tanh, tensor } from '@unfoldjs/core';
import { cpu } from '@unfoldjs/backend-cpu';
import { formatBytes, formatTime, median } from '@unfoldjs/measure';
import { measured, metric, notRun, type Bench } from '../bench.js';

const depth = 100_000;

export const deepChain: Bench = {
  name: 'deep-chain',
  summary: `a chain of ${depth.toLocaleString('en')} elementwise ops: built, optimised and run on cpu`,
  rounds: 3,
  cases: [
    measured('chain', async () => {
      await setBackend(cpu());
      const [a, b] = [tensor([0.5, -0.5]), tensor([0.75, 1.25])];
      let expected = [0.25, 0.5];
      let x = tensor(expected);
      const start = performance.now();
      for (let i = 0; i < depth; i++) x = i % 3 === 0 ? add(x, a) : i % 3 === 1 ? mul(x, b) : tanh(x);
      const built = performance.now();
      const result = await x.data();
      const end = performance.now();
      for (let i = 0; i < depth; i++) {
        expected = expected.map((value, k) => Math.fround(i % 3 === 0 ? value + [0.5, -0.5][k]! : i % 3 === 1 ? value * [0.75, 1.25][k]! : Math.tanh(value)));
      }
      if (expected.some((value, k) => value !== result[k])) throw new Error(`the chain gave ${result.join()}, not ${expected.join()}`);
      return { buildMs: built - start, runMs: end - built, peakRss: process.resourceUsage().maxRSS * 1024 };
    }),
  ],
  report(results) {
    const at = (name: string): number => median(metric(results, 'chain', name));
    const rows = [
      ['build', formatTime(at('buildMs'))],
      ['optimise, compile, run, read', formatTime(at('runMs'))],
      ['most memory of the process', formatBytes(at('peakRss'))],
    ];
    return [{ table: { header: ['part', 'median'], rows }, notes: notRun(results) }];
  },
};
