// Trains a small CNN on many workers: npm run example 09-train-on-many
import { join } from 'node:path';
import { getBackend } from '@unfoldjs/core';
import { bullmq, fitDistributed, local, type FitDistributedResult } from '@unfoldjs/distributed';
import { readFlags, runMain } from '@unfoldjs/example-support';
import { accuracy, evaluate } from '@unfoldjs/nn';
import { saveParams } from '@unfoldjs/nn/node';
import { plans } from './plans.js';
import * as tasks from './tasks.js';

const flags = {
  training: { default: 'digits', words: ['digits', 'few', 'mnist'], help: 'drawn digits; few of them; or MNIST, whose folder the environment variable MNIST names' },
  workers: { default: 2, help: 'parts that each batch is cut into; without --redis processes, too' },
  'local-steps': { default: 20, help: 'steps of each worker between two averages; 1 averages gradients' },
  epochs: { default: 0, help: 'passes over the images, 0 for as many as the training is made for' },
  seed: { default: 1, help: 'of the weights, the order and dropout' },
  redis: { default: '', help: 'URL of a Redis whose workers take the work, such as redis://127.0.0.1:6379' },
  out: { default: 'out/train-on-many', help: 'folder of the checkpoint and the weights: a run that was stopped goes on' },
} as const;

await runMain(async () => {
  const options = readFlags('A CNN learns on many workers.', flags, process.argv.slice(2));
  if (!options) return;
  const { workers, seed, redis, out } = options;
  const name = options.training;
  const { test, ...plan } = plans[name];
  const folder = join(out, name);
  await tasks.setup();
  const { state, history } = await fitDistributed(tasks[name], {
    engine: redis ? bullmq({ connection: redis }) : local({ workers }),
    tasks: new URL('./tasks.js', import.meta.url),
    workers,
    localSteps: options['local-steps'],
    epochs: options.epochs || plan.epochs,
    batchSize: plan.batchSize,
    seed,
    folder,
  });
  const [{ model }, data] = [await tasks[name].prepare(), await test()];
  const { metrics } = await evaluate(model, state, data, { metrics: { accuracy } });
  console.log(`\n${timesOf(history)}`);
  console.log(`accuracy ${(100 * metrics['accuracy']!).toFixed(2)} % of ${data.labels.length} other images, seed ${seed}`);
  const file = join(folder, 'weights.safetensors');
  await saveParams(file, state.params);
  console.log(`Look at ${file}`);
  await getBackend().dispose();
});

/** Where the time of the rounds went. */
function timesOf(history: FitDistributedResult['history']): string {
  const sum = (of: (record: (typeof history)[number]) => number): number => history.reduce((total, record) => total + of(record), 0);
  const seconds = sum((record) => record.seconds);
  const share = (part: number): string => `${Math.round((100 * part) / seconds)} %`;
  const [compute, transport, waiting] = [sum((record) => record.compute), sum((record) => record.transport), sum((record) => record.waiting)];
  const images = Math.round(sum((record) => record.examples) / seconds).toLocaleString('en-US');
  return `${history.length} rounds in ${seconds.toFixed(1)} s, ${images} images/s: ${share(compute)} in steps and means, ${share(transport)} in blobs, ${share(waiting)} waiting`;
}
