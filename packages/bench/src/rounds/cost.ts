import { expectedMaximum } from './expected-maximum.js';

/** What a round costs, piece by piece; measured, in seconds. */
export interface RoundConstants {
  /** A step of one shard, whatever its batch. */
  readonly step: number;
  /** Each example of a step, besides. */
  readonly image: number;
  /** The standard deviation of what a shard computes in a round, as a part of its mean. */
  readonly spread: number;
  /** A flow without its jobs. */
  readonly flow: number;
  /** A job of a flow, of the one store and the one coordinator. */
  readonly job: number;
  /** A byte that goes into the store or out of it. */
  readonly storeByte: number;
  /** A byte of a tree made into safetensors or read from it, on whichever side. */
  readonly codecByte: number;
  /** A byte of a shard's answer in the mean. */
  readonly meanByte: number;
}

export interface RoundShape {
  readonly workers: number;
  readonly localSteps: number;
  /** Examples of a step of one shard: with more workers the batch of all of them grows. */
  readonly batch: number;
  /** Of parameters and moving statistics: what a round begins with, and what a shard answers. */
  readonly modelBytes: number;
  /** Of a shard's optimizer; 0 where gradients are averaged. */
  readonly slotBytes: number;
}

/** What can be done where one store is too little. */
export interface Layout {
  /** Stores that share keys and queues between them. Default: 1. */
  readonly stores?: number;
  /** Answers that one average takes: averages of averages, at the workers, until one is left. Default: all, at the coordinator. */
  readonly fanIn?: number;
}

export interface RoundCost {
  /** Of a shard in the mean. */
  readonly compute: number;
  /** What the slowest takes longer than the mean. */
  readonly stragglers: number;
  /** Of the store, which does one thing after the other: jobs, and bytes in and out. */
  readonly store: number;
  /** Of bytes and means at the coordinator, or on the way up a tree. */
  readonly averaging: number;
  /** Of a worker with its own bytes. */
  readonly worker: number;
  readonly seconds: number;
  readonly imagesPerSecond: number;
}

/**
 * A round as the sum of its pieces: shards compute side by side, and the slowest counts; one store serves all, and one coordinator (or a
 * tree of workers) averages. Pieces that might overlap are added up, so that a real round is faster if anything.
 */
export function roundCost(constants: RoundConstants, { workers, localSteps, batch, modelBytes, slotBytes }: RoundShape, { stores = 1, fanIn = workers }: Layout = {}): RoundCost {
  const { step, image, spread, flow, job, storeByte, codecByte, meanByte } = constants;
  const compute = localSteps * (step + batch * image);
  const stragglers = compute * spread * expectedMaximum(workers);
  // A tree sends every average but the last up once more, and its levels wait for each other.
  const inner = averagesOf(workers, fanIn).slice(0, -1).reduce((sum, count) => sum + count, 0);
  const levels = averagesOf(workers, fanIn).length;
  // Each shard reads the model and its slots and writes its answer and its slots; whoever averages reads the answers.
  const bytes = modelBytes + workers * (3 * modelBytes + 2 * slotBytes) + inner * 2 * modelBytes;
  const store = levels * flow + ((workers + inner) * job + bytes * storeByte) / stores;
  const averaging = levels * Math.min(fanIn, workers) * modelBytes * (codecByte + meanByte) + levels * modelBytes * codecByte;
  const worker = (2 * modelBytes + 2 * slotBytes) * codecByte;
  const seconds = compute + stragglers + store + averaging + worker;
  return { compute, stragglers, store, averaging, worker, seconds, imagesPerSecond: (workers * localSteps * batch) / seconds };
}

/** How many averages each level of a tree takes, from the leaves to the one at its root. */
function averagesOf(workers: number, fanIn: number): number[] {
  const levels: number[] = [];
  let left = workers;
  do levels.push((left = Math.ceil(left / Math.max(2, fanIn))));
  while (left > 1);
  return levels;
}

/**
 * The number of workers from which on the store and the averages take longer than the shards compute: there twice the workers give less
 * than one and a half times the images. Infinity where it is above `most`.
 */
export function saturation(constants: RoundConstants, shape: Omit<RoundShape, 'workers'>, layout: (workers: number) => Layout = () => ({}), most = 1_000_000): number {
  const isOver = (workers: number): boolean => {
    const { store, averaging, compute, stragglers } = roundCost(constants, { ...shape, workers }, layout(workers));
    return store + averaging > compute + stragglers;
  };
  if (!isOver(most)) return Infinity;
  let [low, high] = [0, most];
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (isOver(middle)) high = middle;
    else low = middle;
  }
  return high;
}
