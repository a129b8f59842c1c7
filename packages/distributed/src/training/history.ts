import type { EpochRecord } from '@unfoldjs/nn';
import type { ShardAnswer } from './round-runner.js';
import type { RoundAt } from './rounds.js';
import type { Stopwatch } from './stopwatch.js';

/** What was measured in one round. Times are in seconds. */
export interface RoundRecord {
  /** From 0. */
  readonly round: number;
  readonly epoch: number;
  /** Steps made so far. */
  readonly step: number;
  /** The mean over the examples of the round, each measured before the step it led to. */
  readonly loss: number;
  readonly metrics: { readonly [name: string]: number };
  readonly examples: number;
  /** The rate of the last step. */
  readonly learningRate: number;
  readonly seconds: number;
  readonly imagesPerSecond: number;
  /** In steps, of the shard that took longest, and in the mean and the update. */
  readonly compute: number;
  /** In reading and writing blobs, of that shard and of the coordinator. */
  readonly transport: number;
  /** What is left of `seconds`: jobs on their way, shards that wait for a worker. */
  readonly waiting: number;
  /** The seconds in steps of each shard. */
  readonly shards: readonly number[];
}

export function roundRecord(round: number, { epoch, step, steps }: RoundAt, learningRate: number, answers: readonly ShardAnswer[], own: Stopwatch<'compute' | 'transport' | 'waiting'>['seconds']): RoundRecord {
  const all = answers.map(({ answer }) => answer);
  const slowest = all.reduce((a, b) => (b.compute + b.transport > a.compute + a.transport ? b : a));
  const examples = all.reduce((sum, answer) => sum + answer.examples, 0);
  const mean = (of: (answer: (typeof all)[number]) => number | null | undefined): number => all.reduce((sum, answer) => (answer.examples > 0 ? sum + (of(answer) ?? NaN) * answer.examples : sum), 0) / examples;
  const names = Object.keys(all.find((answer) => answer.examples > 0)?.metrics ?? {});
  const seconds = own.compute + own.transport + own.waiting;
  const [compute, transport] = [slowest.compute + own.compute, slowest.transport + own.transport];
  return {
    round,
    epoch,
    step: step + steps,
    loss: mean(({ loss }) => loss),
    metrics: Object.fromEntries(names.map((name) => [name, mean(({ metrics }) => metrics[name])])),
    examples,
    learningRate,
    seconds,
    imagesPerSecond: examples / seconds,
    compute,
    transport,
    // A job that was finished before a restart took its time then.
    waiting: Math.max(0, seconds - compute - transport),
    shards: all.map((answer) => answer.compute),
  };
}

/** The rounds of one epoch as one record. */
export function epochRecord(rounds: readonly RoundRecord[]): EpochRecord {
  const last = rounds.at(-1)!;
  const examples = rounds.reduce((sum, round) => sum + round.examples, 0);
  const seconds = rounds.reduce((sum, round) => sum + round.seconds, 0);
  const mean = (of: (round: RoundRecord) => number): number => rounds.reduce((sum, round) => sum + of(round) * round.examples, 0) / examples;
  return {
    epoch: last.epoch,
    step: last.step,
    loss: mean(({ loss }) => loss),
    metrics: Object.fromEntries(Object.keys(last.metrics).map((name) => [name, mean(({ metrics }) => metrics[name] ?? NaN)])),
    validation: null,
    learningRate: last.learningRate,
    seconds,
    imagesPerSecond: examples / seconds,
  };
}
