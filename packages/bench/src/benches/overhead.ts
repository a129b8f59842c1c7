import { add, evaluate, mul, setBackend, tanh, tensor, type Tensor } from '@unfoldjs/core';
import { cpu } from '@unfoldjs/backend-cpu';
import { formatTime, median, nullBackend } from '@unfoldjs/measure';
import { measured, metric, notRun, type Bench } from '../bench.js';
import { engineOf } from '../engines/index.js';
import { under } from '../report/verdict.js';
import { speedCase } from '../speed/measure.js';
import { networkWork } from '../speed/workload.js';
import { convWorkload } from '../workloads/convs.js';

const opCount = 20;
const runs = 2000;
const targetUs = 50;

const callTargetUs = 15;

/** Almost nothing to compute: a call of it, result dropped, is what any call costs. */
const onePixel = networkWork({ ...convWorkload('pixel', [1, 1, 1, 1], [1, 1, 1, 1]), title: 'a convolution of one pixel' }, ['resident'], false);
const pixelCase = speedCase(onePixel, engineOf('unfold-wasm-1t'));

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
  turns: 3,
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
    pixelCase,
  ],
  report(results) {
    const rows = [
      [`build ${opCount} ops`, metric(results, 'cached', 'buildMs')] as const,
      ['evaluate, until the backend runs', metric(results, 'cached', 'toBackendMs')] as const,
      ['evaluate, until it returns', metric(results, 'cached', 'wholeMs')] as const,
      ['a call of a convolution of one pixel, wasm, 1 thread', metric(results, pixelCase.name, 'resident')] as const,
    ].flatMap(([part, times]) => (times.length === 0 ? [] : [[part, formatTime(median(times))]]));
    return [
      { table: { header: ['part', 'median'], rows } },
      { notes: [`Targets: under ${targetUs} us from evaluate to the backend; under ${callTargetUs} us a call, which holds more than the way to the kernel.`, ...notRun(results)] },
    ];
  },
  verdicts: (results) => [
    under(`From evaluate to the backend, ${opCount} ops seen before, under ${targetUs} us`, median(metric(results, 'cached', 'toBackendMs')), targetUs / 1000, formatTime),
    under(`Fixed cost of a call (one pixel convolved, wasm, 1 thread) under ${callTargetUs} us`, median(metric(results, pixelCase.name, 'resident')), callTargetUs / 1000, formatTime),
  ],
};
