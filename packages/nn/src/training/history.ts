/** What was measured in one epoch. */
export interface EpochRecord {
  /** From 0. */
  readonly epoch: number;
  /** Updates made so far. */
  readonly step: number;
  /** The mean over the examples of the epoch, each measured before the update it led to. */
  readonly loss: number;
  readonly metrics: { readonly [name: string]: number };
  /** On the validation data, after the epoch; null where there is none. */
  readonly validation: { readonly loss: number; readonly metrics: { readonly [name: string]: number } } | null;
  /** The rate of the last step. */
  readonly learningRate: number;
  readonly seconds: number;
  /** In training; validation does not count. */
  readonly imagesPerSecond: number;
}

/** One record an epoch. */
export type History = readonly EpochRecord[];
