import { Option, type Command } from 'commander';
import { unfoldError } from '@unfoldjs/core';
import type * as distributed from '@unfoldjs/distributed';
import { UsageError } from '../faults.js';
import { whole } from '../options.js';

interface WorkerFlags {
  readonly redis?: string;
  readonly tasks: string;
  readonly concurrency?: number;
  readonly prefix: string;
}

const details = `
Jobs come from programs that use the engine \`bullmq\` of @unfoldjs/distributed, which must be installed. They name tasks and bring data:
only tasks that the module exports are run, each in a process. If it exports a function setup, each process calls that first, to choose a backend.

UNFOLD_REDIS in the environment stands for --redis, and keeps a password out of the list of processes.
SIGTERM and SIGINT (Ctrl-C) let it finish the jobs that run; a second one ends it at once.

Example:
  $ unfold worker --redis redis://localhost:6379 --tasks ./tasks.js --concurrency 2`;

export const declareWorker = (program: Command): void =>
  void program
    .command('worker')
    .summary('take jobs from a Redis: batch inference, sweeps, training on many machines')
    .description('Takes jobs from a Redis or Valkey and runs them in processes of this machine, until it is told to stop.')
    .addOption(new Option('--redis <url>', 'such as redis://localhost:6379, or rediss://user:password@host:6380 with TLS').env('UNFOLD_REDIS'))
    .requiredOption('--tasks <module>', 'the module whose exported tasks may run here')
    .option('--concurrency <n>', 'processes, each with one job at a time (default: as many as the machine runs at once)', whole(1, 1024))
    .option('--prefix <name>', 'what keys in Redis begin with, as given to bullmq()', 'unfold')
    .addHelpText('after', details)
    .action(work);

async function load(): Promise<typeof distributed> {
  try {
    return await import('@unfoldjs/distributed');
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'ERR_MODULE_NOT_FOUND') throw cause;
    throw unfoldError({ code: 'INVALID_ARGUMENT', op: 'worker', problem: '@unfoldjs/distributed is not installed.', fix: '`npm install @unfoldjs/distributed`.', cause });
  }
}

async function work({ redis, tasks, concurrency, prefix }: WorkerFlags): Promise<void> {
  if (redis === undefined) throw new UsageError('no Redis is given.', 'give --redis redis://localhost:6379, or UNFOLD_REDIS in the environment.');
  const { startWorker } = await load();
  let told = '';
  const onFault = (message: string): void => {
    // A Redis that is away is tried again and again: said once.
    if (message !== told) console.error(`worker: ${(told = message)}`);
  };
  const worker = await startWorker({ connection: redis, tasks, prefix, onFault, ...(concurrency === undefined ? {} : { concurrency }) });
  for (const { id, backend, gigaflops } of worker.workers()) console.log(`${id} is ready: ${backend === null ? 'no backend chosen' : `backend ${backend}, ${gigaflops?.toFixed(1)} GFLOP/s`}`);
  await new Promise<void>((resolve) => {
    const stop = (signal: string): void => {
      console.log(`${signal}: takes no more jobs, and finishes those that run`);
      for (const each of ['SIGTERM', 'SIGINT']) process.removeAllListeners(each);
      resolve();
    };
    process.on('SIGTERM', () => stop('SIGTERM'));
    process.on('SIGINT', () => stop('SIGINT'));
  });
  await worker.close();
  console.log('done');
}
