// Which settings of a small CNN are good? Tries them on all cores, or on the workers of a Redis: npm run example 08-sweep
import { writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { getBackend } from '@unfoldjs/core';
import { drawDigits } from '@unfoldjs/digits';
import { asha, bullmq, local, sweep, sweepTable } from '@unfoldjs/distributed';
import { writeSweepReport } from '@unfoldjs/distributed/report';
import { readFlags, runMain } from '@unfoldjs/example-support';
import { accuracy, evaluate } from '@unfoldjs/nn';
import { loadCheckpoint } from '@unfoldjs/nn/node';
import { modelOf, space } from './model.js';
import { digits, setup } from './tasks.js';

const flags = {
  trials: { default: 27, help: 'settings that are tried' },
  epochs: { default: 9, help: 'passes over the images that the best may make; all make one' },
  factor: { default: 3, help: 'one in how many goes on, to so many times as many passes' },
  seed: { default: 1, help: 'settings and weights follow from it' },
  workers: { default: availableParallelism(), help: 'processes that run trials, where there is no Redis' },
  redis: { default: '', help: 'URL of a Redis whose workers run the trials, such as redis://127.0.0.1:6379' },
  out: { default: 'out/sweep', help: 'folder of the journal, the best model and the report; a sweep that was stopped goes on from there' },
} as const;

await runMain(async () => {
  const options = readFlags('Tries settings of a small CNN that learns digits.', flags, process.argv.slice(2));
  if (!options) return;
  const { trials, epochs, factor, seed, workers, redis, out } = options;

  const startedAt = performance.now();
  const result = await sweep(digits, space, {
    engine: redis ? bullmq({ connection: redis }) : local({ workers }),
    tasks: new URL('tasks.js', import.meta.url),
    objective: { metric: 'accuracy', direction: 'maximize' },
    strategy: asha({ maxBudget: epochs, reductionFactor: factor }),
    trials,
    seed,
    folder: out,
    onTrialEnd({ trial, status, budget, metrics, error }, { ended, best }) {
      const what = status === 'failed' ? `failed: ${error!.message}` : `${percent(metrics['accuracy']!)} after ${budget} epoch${budget === 1 ? '' : 's'}`;
      console.log(`${ended}/${trials}  trial ${trial}: ${what}${best?.trial === trial ? ', the best so far' : ''}`);
    },
  });
  console.log(`\n${sweepTable(result)}\n\ntried in ${((performance.now() - startedAt) / 1000).toFixed(1)} s`);

  await writeSweepReport(join(out, 'report.html'), result);
  writeFileSync(join(out, 'result.json'), JSON.stringify(result, null, 2));
  if (result.best && result.checkpoint) {
    await setup();
    const { metrics } = await evaluate(modelOf(result.best.params), await loadCheckpoint(result.checkpoint), drawDigits(1000, { seed: 3 }), { metrics: { accuracy } });
    await getBackend().dispose();
    console.log(`the best, ${result.checkpoint}: ${percent(metrics['accuracy']!)} of 1,000 digits that nobody saw`);
  }
  console.log(`Look at ${join(out, 'report.html')}`);
});

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}
