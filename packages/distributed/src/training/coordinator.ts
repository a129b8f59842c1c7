import { UnfoldError } from '@unfoldjs/core';
import { progressOn, type Params, type TrainState } from '@unfoldjs/nn';
import type { JobSession } from '../engine/job-engine.js';
import { weightedMean } from './average.js';
import { disposeTrees, getTree, keys, putTree, type BlobRef } from './blobs.js';
import { writeCheckpoint, type Checkpoint } from './checkpoint.js';
import { epochRecord, roundRecord, type RoundRecord } from './history.js';
import type { FitDistributedOptions, Settings } from './options.js';
import type { RoundPayload } from './payload.js';
import { runRound } from './round-runner.js';
import { roundAt, roundsPerEpoch, type RoundAt, type Schedule } from './rounds.js';
import { serverOf } from './server.js';
import { stopwatch } from './stopwatch.js';
import type { Prepared, Training } from './training.js';

export interface FitDistributedResult {
  /** Where rounds are local steps, `optimizer` is the mean of the shards' optimizers. */
  readonly state: TrainState;
  /** One record for each round. */
  readonly history: readonly RoundRecord[];
  /** Why training ended: all epochs or rounds are done, `onRound` stopped it, or the signal did. */
  readonly ended: 'epochs' | 'rounds' | 'callback' | 'aborted';
}

export interface Run {
  readonly training: Training;
  readonly prepared: Prepared;
  readonly options: FitDistributedOptions;
  readonly settings: Settings;
  readonly schedule: Schedule;
  readonly session: JobSession;
  /** True where a coordinator before this one may have run some of the rounds. */
  readonly isResumed: boolean;
}

/** Rounds from where a checkpoint stands to the end. */
export async function train(run: Run, { state: first, progress }: Checkpoint): Promise<FitDistributedResult> {
  const { training, prepared, options, settings, schedule, session, isResumed } = run;
  const { signal, folder, onRound } = options;
  const { blobs } = session;
  const perEpoch = roundsPerEpoch(schedule);
  const total = options.rounds ?? (options.epochs ?? 1) * perEpoch;
  const checkpointEvery = options.checkpointEvery ?? perEpoch;
  const isLocal = settings.localSteps > 1;
  const life = globalThis.crypto.randomUUID().slice(0, 8);
  const server = serverOf(prepared, training.options, settings, progress.outer);
  const history = [...progress.history];
  const bar = barOf(options, perEpoch, total);
  let state = first;
  let { round } = progress;
  let slots: readonly (BlobRef | null)[] = await putSlots(session, round, progress.shards, settings.workers);
  let ended: FitDistributedResult['ended'] = options.rounds === undefined ? 'epochs' : 'rounds';
  let isStopped = false;

  /** All there is to go on from. The shards' optimizers are fetched for it. */
  const standing = async (): Promise<Checkpoint> => {
    const like = training.options.optimizer.init(prepared.like.params);
    const shards = await Promise.all(slots.flatMap((ref) => (ref ? [getTree(blobs, ref, like)] : [])));
    const optimizer = shards.length > 0 ? await weightedMean(shards.map((tree) => ({ tree, weight: 1 }))) : state.optimizer;
    return { state: { ...state, optimizer }, progress: { ...progress, round, outer: server.outer(), shards, history } };
  };

  try {
    while (round < total && !isStopped) {
      const at = roundAt(schedule, round);
      const clock = stopwatch('compute', 'transport', 'waiting');
      const begin = { params: state.params, state: state.state };
      const model = await putTree(blobs, keys.model(round), begin);
      clock.lap('transport');
      const payloads = payloadsOf(run, round, at, model, slots);
      const restore = async (): Promise<void> => void (await putTree(blobs, model.key, begin));
      const answers = await unlessAborted(signal, () => runRound({ session, task: training.name, life, isResumed, signal, clock, restore }, payloads, server.like));
      if (!answers) {
        ended = 'aborted';
        break;
      }
      state = await server.advance(state, answers, at.steps);
      clock.lap('compute');
      const results = answers.flatMap(({ answer: { result } }) => (result ? [result] : []));
      // Results before the slots of the same shards, which the next round deletes: so a result that is found has its slots.
      await blobs.delete([model, ...results, ...slots.flatMap((ref) => ref ?? [])].map(({ key }) => key));
      slots = answers.map(({ answer }) => answer.slots);
      clock.lap('transport');
      const record = roundRecord(round, at, rateAt(training, at), answers, clock.seconds);
      history.push(record);
      round++;
      bar.round(history);
      await onRound?.({ record, state: isLocal ? { ...state, optimizer: {} } : state, history: [...history], stop: () => void (isStopped = true) });
      if (isStopped) ended = 'callback';
      const isLast = round === total || isStopped;
      if (folder !== undefined && round % checkpointEvery === 0 && !isLast) await writeCheckpoint(folder, await standing());
    }
    const last = await standing();
    if (folder !== undefined && round > progress.round) await writeCheckpoint(folder, last);
    return { state: last.state, history, ended };
  } finally {
    server.dispose();
    bar.end();
  }
}

/** The optimizers of shards that a checkpoint brings, where the jobs of the next round look for them. */
const putSlots = (session: JobSession, round: number, shards: readonly Params[], workers: number): Promise<(BlobRef | null)[]> =>
  Promise.all(
    Array.from({ length: workers }, async (_, shard) => {
      const own = shards[shard];
      if (!own) return null;
      const ref = await putTree(session.blobs, keys.slots(round - 1, shard), own);
      disposeTrees(own);
      return ref;
    }),
  );

const payloadsOf = ({ prepared, settings: { workers, localSteps, batchSize, seed } }: Run, round: number, at: RoundAt, model: BlobRef, slots: readonly (BlobRef | null)[]): RoundPayload[] =>
  slots.map((own, shard) => ({ mode: localSteps === 1 ? 'gradient' : 'steps', round, shard, workers, ...at, batchSize, seed, examples: prepared.data.labels.length, model, slots: own }));

/** Null where the signal ended it. */
async function unlessAborted<T>(signal: AbortSignal | undefined, run: () => Promise<T>): Promise<T | null> {
  if (signal?.aborted) return null;
  try {
    return await run();
  } catch (error) {
    if (signal?.aborted && error instanceof UnfoldError && error.code === 'ABORTED') return null;
    throw error;
  }
}

/** The learning rate of the last step of a round. */
const rateAt = ({ options: { learningRate } }: Training, { step, steps }: RoundAt): number => (typeof learningRate === 'function' ? learningRate(step + steps - 1) : learningRate);

/** The progress of `fit`, with rounds in place of steps. */
function barOf({ progress }: FitDistributedOptions, perEpoch: number, total: number) {
  if (progress === false) return { round: () => undefined, end: () => undefined };
  const options = typeof progress === 'object' ? progress : {};
  const bar = progressOn({ ...options, now: options.now ?? (() => performance.now()) });
  const epochs = Math.ceil(total / perEpoch);
  return {
    round(history: readonly RoundRecord[]): void {
      const { epoch } = history.at(-1)!;
      const own = history.slice(-perEpoch).filter((record) => record.epoch === epoch);
      const whole = epochRecord(own);
      const { seconds, loss, metrics } = whole;
      bar.step({ epoch, epochs, done: own.length, total: perEpoch, images: seconds * whole.imagesPerSecond, seconds, loss, metrics });
      if (own.length === perEpoch || history.length === total) bar.epoch(whole, epochs);
    },
    end: () => bar.end(),
  };
}
