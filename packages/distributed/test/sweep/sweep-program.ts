// A sweep as a process of its own, to be killed: node sweep-program.js <folder> <file of runs> <workers>. Prints the result.
import { asha, choice, local, sweep, uniform } from '@unfoldjs/distributed';
import { slow } from './slow-trials.js';

const [folder, log, workers] = process.argv.slice(2) as [string, string, string];
const result = await sweep(slow, { x: uniform(-1, 1), log: choice([log]) }, {
  engine: local({ workers: Number(workers) }),
  tasks: new URL('slow-trials.js', import.meta.url),
  objective: { metric: 'loss', direction: 'minimize' },
  strategy: workers === '1' ? asha({ maxBudget: 4, reductionFactor: 2 }) : 'random',
  trials: 8,
  seed: 3,
  folder,
});
console.log(JSON.stringify(result));
