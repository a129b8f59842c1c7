// Which examples each shard sees in each step: arithmetic that coordinator and workers share.

export interface Schedule {
  /** Examples of the data set. */
  readonly examples: number;
  /** Examples that one step of all shards together sees. */
  readonly batchSize: number;
  readonly dropLast: boolean;
  readonly localSteps: number;
}

export interface RoundAt {
  /** From 0. */
  readonly epoch: number;
  /** The first batch of the round, in its epoch. */
  readonly batch: number;
  /** The steps that all rounds before it took. */
  readonly step: number;
  /** The steps of this round: `localSteps`, or what its epoch has left. */
  readonly steps: number;
}

export const stepsPerEpoch = ({ examples, batchSize, dropLast }: Schedule): number => (dropLast ? Math.floor : Math.ceil)(examples / batchSize);

/** A round ends where its epoch ends, so that more epochs later on change no round before. */
export const roundsPerEpoch = (schedule: Schedule): number => Math.ceil(stepsPerEpoch(schedule) / schedule.localSteps);

/** Where a round stands in the data. */
export function roundAt(schedule: Schedule, round: number): RoundAt {
  const [perEpoch, steps] = [roundsPerEpoch(schedule), stepsPerEpoch(schedule)];
  const epoch = Math.floor(round / perEpoch);
  const batch = (round % perEpoch) * schedule.localSteps;
  return { epoch, batch, step: epoch * steps + batch, steps: Math.min(schedule.localSteps, steps - batch) };
}

/** A shard's part of a batch of all shards: contiguous, and the sizes of two parts differ by one at the most. */
export function partOf<Batch extends { readonly length: number; slice(from: number, to: number): Batch }>(batch: Batch, shard: number, workers: number): Batch {
  const at = (part: number): number => Math.floor((batch.length * part) / workers);
  return batch.slice(at(shard), at(shard + 1));
}
