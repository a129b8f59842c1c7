// A coordinator of its own: trains on `local()` in folders, and prints the bits of what it made.
import { join } from 'node:path';
import { fitDistributed, local } from '@unfoldjs/distributed';
import { halves, setup } from './tasks.js';
import { bitsOf } from './trainings.js';

const folder = process.argv[2]!;
await setup();
const { state } = await fitDistributed(halves, {
  ...{ engine: local({ workers: 2, folder: join(folder, 'engine') }), tasks: new URL('./tasks.js', import.meta.url), workers: 2, progress: false, folder },
  ...{ batchSize: 8, seed: 3, epochs: 4, localSteps: 2, outer: { learningRate: 0.5 }, checkpointEvery: 2 },
  onRound: ({ record }) => void process.stderr.write(`round ${record.round}\n`),
});
console.log(JSON.stringify(await bitsOf(state)));
