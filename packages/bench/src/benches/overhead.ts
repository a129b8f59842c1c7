import { add, evaluate, mul, setBackend, tanh, tensor, type Tensor } from '@unfoldjs/core';
import { cpu } from '@unfoldjs/backend-cpu';
import { formatTime, median, nullBackend } from '@unfoldjs/measure';
import { measured, metric, notRun, type Bench } from '../bench.js';

const opCount = 20;
const runs = 2000;
const targetUs = 50;

/** The same 20 ops each time, over the same operands. */
function twentyOps(x: Tensor, a: Tensor, b: Tensor): Tensor {
  let y = x;
  for (let i = 0; i < opCount; i++) y = i % 3 === 0 ? add(y, a) : i % 3 === 1 ? mul(y, b) : tanh(y);
  return y;
}

export const overhead: Bench = {
  name: 'overhead',
  summary: `a graph of ${opCount} ops, seen before, on a backend that computes nothing`,
  rounds: 5,
  cases: [
    measured('cached', async () => {
      let ranAt = 0;
      await setBackend(nullBackend(await cpu().open(), { onRun: () => (ranAt = performance.now()) }));
      const [x, a, b] = [1, 2, 3].map((value) => tensor([value, value])) as [Tensor, Tensor, Tensor];
      const [builds, toBackend, whole] = [[], [], []] as [number[], number[], number[]];
      for (let run = 0; run < runs; run++) {
        const start = performance.now();
        const y = twentyOps(x, a, b);
        const built = performance.now();
        await evaluate(y);
        const done = performance.now();
        y.dispose();
        if (run < runs / 2) continue;
        builds.push(built - start);
        toBackend.push(ranAt - built);
        whole.push(done - built);
      }
      return { buildMs: median(builds), toBackendMs: median(toBackend), wholeMs: median(whole) };
    }),
  ],
  report(results) {
    const at = (name: string): string => formatTime(median(metric(results, 'cached', name)));
    const rows = [
      [`build ${opCount} ops`, at('buildMs')],
      ['evaluate, until the backend runs', at('toBackendMs')],
      ['evaluate, until it returns', at('wholeMs')],
    ];
    return [{ table: { header: ['part', 'median'], rows }, notes: [`Target: under ${targetUs} us from evaluate to the backend.`, ...notRun(results)] }];
  },
};
