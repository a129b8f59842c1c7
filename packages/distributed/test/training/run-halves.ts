// A coordinator of its own: trains in a folder, on a Redis where one is named. Prints the bits of what it made.
import { join } from 'node:path';
import { bullmq, fitDistributed, local } from '@unfoldjs/distributed';
import { halves, setup } from './tasks.js';
import { bitsOf } from './trainings.js';

const [folder, redis] = process.argv.slice(2) as [string, string | undefined];
await setup();
const { state } = await fitDistributed(halves, {
  engine: redis ? bullmq({ connection: redis }) : local({ workers: 2, folder: join(folder, 'engine') }),
  tasks: new URL('./tasks.js', import.meta.url),
  ...{ workers: 2, batchSize: 8, seed: 3, epochs: 4, localSteps: 2, outer: { learningRate: 0.5 }, folder, checkpointEvery: 2, progress: false },
  onRound: ({ record }) => void process.stderr.write(`round ${record.round}\n`),
});
console.log(JSON.stringify(await bitsOf(state)));
