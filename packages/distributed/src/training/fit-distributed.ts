import { badArgument } from '@unfoldjs/core';
import { trainState } from '@unfoldjs/nn';
import { formOf, readCheckpoint, writeCheckpoint, type Checkpoint, type Identity } from './checkpoint.js';
import { train, type FitDistributedResult } from './coordinator.js';
import { settingsOf, type FitDistributedOptions, type Settings } from './options.js';
import { isLost } from './round-runner.js';
import { stepsPerEpoch, type Schedule } from './rounds.js';
import type { Prepared, Training } from './training.js';

/**
 * Trains a model on many workers, in rounds. Each batch is cut into one part for each worker, in the order in which `fit` would see it.
 *
 * With `localSteps: 1` every worker gives the gradient of its part, the coordinator averages them, with the examples as weights, in the
 * order of the shards and in float64, and takes one step: the arithmetic of one process with the same batch, but for rounding. With more,
 * every shard takes that many steps of its own optimizer, and then parameters are averaged (local SGD); an `outer` optimizer takes the
 * difference that a round makes for a gradient (DiLoCo). The optimizers of the shards go on from round to round.
 *
 * The result follows from seed, data, options and `workers`, bit for bit on one backend: not from how many processes there are, which of
 * them does what, and whether some are lost. Batch normalisation takes the statistics of each part; moving statistics are averaged. Dropout
 * is drawn anew for each step and shard.
 *
 * With a `folder` a training that was stopped or killed goes on from its last checkpoint, to the same bits. So does one whose engine lost
 * blobs that it cannot make again; `onRound` then sees some rounds twice.
 *
 * @source S. U. Stich, "Local SGD converges fast and communicates little", ICLR 2019, https://arxiv.org/abs/1805.09767
 * @source A. Douillard et al., "DiLoCo: distributed low-communication training of language models", 2023, https://arxiv.org/abs/2311.08105
 * @throws {UnfoldError} INVALID_ARGUMENT for bad options; ENGINE_UNREACHABLE; TASK_FAILED or JOB_LOST for a shard that failed;
 * BLOB_MISSING or BLOB_DAMAGED where blobs are lost for good; DATA_MISMATCH for the checkpoint of another training; INVALID_FILE for one that
 * is damaged or cannot be written.
 * @example
 * import { writeFileSync } from 'node:fs';
 * import { fitDistributed, local } from '@unfoldjs/distributed';
 *
 * const tasks = new URL('./bright.mjs', import.meta.url);
 * writeFileSync(tasks, `
 *   import { setBackend } from '@unfoldjs/core';
 *   import { cpu } from '@unfoldjs/backend-cpu';
 *   import { defineTraining } from '@unfoldjs/distributed';
 *   import { adam, datasetOf, dense, flatten, sequential, softmaxCrossEntropy } from '@unfoldjs/nn';
 *   export const setup = () => setBackend(cpu());
 *   export const bright = defineTraining({
 *     name: 'bright',
 *     model: sequential([flatten(), dense({ units: 2 })], { inputShape: [1, 2, 1] }),
 *     data: () => datasetOf({ images: [0, 1, 1, 0], shape: [1, 2, 1], labels: [0, 1] }),
 *     loss: softmaxCrossEntropy,
 *     optimizer: adam(),
 *     learningRate: 0.1,
 *   });`);
 *
 * const { bright, setup } = await import(tasks.href);
 * await setup();
 * const { state, history } = await fitDistributed(bright, { engine: local({ workers: 2 }), tasks, workers: 2, epochs: 3, progress: false });
 * state.step; // => 3
 * history.length; // => 3
 */
export async function fitDistributed(training: Training, options: FitDistributedOptions): Promise<FitDistributedResult> {
  const settings = settingsOf(options);
  const { engine, tasks, deadlineMs, attempts, folder } = options;
  const { name } = training;
  const prepared = await training.prepare();
  const schedule = scheduleOf(training, prepared, settings);
  const identity = identityOf(training, prepared, schedule, settings);
  const found = folder === undefined ? null : await readCheckpoint(folder, identity);
  const start = found ?? (await beginning(training, prepared, settings, identity));
  // Before any job: a coordinator that is restarted then finds the scope of its jobs.
  if (folder !== undefined && !found) await writeCheckpoint(folder, start);
  const session = await engine.open({ tasks, scope: `${name}-${start.progress.run}`, ...(deadlineMs !== undefined && { deadlineMs }), ...(attempts !== undefined && { attempts }) });
  let ended: FitDistributedResult['ended'] | null = null;
  try {
    const run = { training, prepared, options, settings, schedule, session };
    const again = async (): Promise<Checkpoint | null> => (folder === undefined ? null : readCheckpoint(folder, identity));
    const result = await withReturns((from, isResumed) => train({ ...run, isResumed: isResumed || found !== null }, from), start, again);
    ended = result.ended;
    return result;
  } finally {
    // What the next call may find its jobs by stays.
    const isKept = folder !== undefined && (ended === null || ended === 'aborted');
    const end = async (): Promise<void> => {
      if (!isKept) await session.clear();
      await session.close();
    };
    // An error of the training counts more than one of its end.
    await (ended === null ? end().catch(() => undefined) : end());
  }
}

/** How often one checkpoint is gone back to. */
const returns = 3;

/** Rounds, and again from the last checkpoint where blobs were lost that only earlier rounds could make again. */
async function withReturns<T>(train: (from: Checkpoint, isResumed: boolean) => Promise<T>, start: Checkpoint, again: () => Promise<Checkpoint | null>): Promise<T> {
  let from = start;
  for (let times = 0; ; ) {
    try {
      return await train(from, from !== start);
    } catch (error) {
      const next = isLost(error) ? await again() : null;
      times = next?.progress.round === from.progress.round ? times + 1 : 0;
      if (!next || times === returns) throw error;
      from = next;
    }
  }
}

/** The state before the first round, with a name for its jobs and blobs that no other training has. */
async function beginning({ options: { optimizer } }: Training, { model, inputShapes }: Prepared, { seed }: Settings, identity: Identity): Promise<Checkpoint> {
  const state = await trainState(model, { optimizer, seed, inputShapes });
  return { state, progress: { run: globalThis.crypto.randomUUID(), round: 0, identity, outer: {}, shards: [], history: [] } };
}

/** What must be the same for rounds to go on as they began. */
function identityOf({ name, options: { optimizer, shuffle = true, frozen = [] } }: Training, { data, like }: Prepared, { dropLast }: Schedule, settings: Settings): Identity {
  const { workers, localSteps, outer, batchSize, seed } = settings;
  const rest = { name, optimizer: optimizer.kind, shuffle, dropLast, frozen, images: data.images.shape, workers, localSteps, outer, batchSize, seed };
  return { ...Object.fromEntries(Object.entries(rest).map(([key, value]) => [key, JSON.stringify(value)])), ...formOf(like) };
}

function scheduleOf({ options: { dropLast = false } }: Training, { data }: Prepared, { batchSize, localSteps }: Settings): Schedule {
  const schedule = { examples: data.labels.length, batchSize, dropLast, localSteps };
  if (stepsPerEpoch(schedule) > 0) return schedule;
  throw badArgument('fitDistributed', 'batchSize', `${schedule.examples} examples do not fill a batch of ${batchSize}, and \`dropLast\` leaves out what does not.`, 'pass a smaller one, or more data.');
}
