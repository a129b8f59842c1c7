// A sweep as a process of its own, to be killed: node sweep-program.js <folder> <file of runs> [URL of a Redis]. Prints the result.
import { asha, bullmq, choice, local, sweep, uniform } from '@unfoldjs/distributed';
import { slow } from './slow-trials.js';

const [folder, log, redis] = process.argv.slice(2) as [string, string, string?];
const result = await sweep(slow, { x: uniform(-1, 1), log: choice([log]) }, {
  engine: redis ? bullmq({ connection: redis }) : local({ workers: 1 }),
  tasks: new URL('slow-trials.js', import.meta.url),
  objective: { metric: 'loss', direction: 'minimize' },
  strategy: redis ? 'random' : asha({ maxBudget: 4, reductionFactor: 2 }),
  trials: 8,
  seed: 3,
  folder,
});
console.log(JSON.stringify(result));
