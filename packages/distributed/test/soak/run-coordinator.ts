// Trains on a Redis and writes down what it made. Ends with status 3 and the code of the error where it could not.
import { writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { UnfoldError } from '@unfoldjs/core';
import { bullmq, fitDistributed } from '@unfoldjs/distributed';
import { bitsOf } from '../training/trainings.js';
import { halves, setup } from './soak-tasks.js';
import { soakOptions } from './soak-options.js';

const [url, folder, localSteps, result] = process.argv.slice(2) as [string, string, string, string];
await setup();
try {
  const { state } = await fitDistributed(halves, {
    ...soakOptions(Number(localSteps)),
    engine: bullmq({ connection: url, openMs: 20_000 }),
    tasks: new URL('./soak-tasks.js', import.meta.url),
    workers: 2,
    folder,
    checkpointEvery: 4,
    deadlineMs: 2000,
    attempts: 100,
    progress: false,
    // So that there is time for something to go wrong.
    onRound: async () => void (await sleep(25)),
  });
  writeFileSync(result, JSON.stringify(await bitsOf(state)));
} catch (error) {
  if (!(error instanceof UnfoldError)) throw error;
  console.error(error.message);
  process.send!(error.code);
  process.exitCode = 3;
}
process.disconnect();
