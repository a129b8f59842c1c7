import { tensor, type Tensor } from '@unfoldjs/core';
import { batchCount, batches, type BatchesOptions } from '../data/batches.js';
import type { Dataset } from '../data/dataset.js';

/** What one step of training sees. */
export interface Batch {
  /** `[N, ...]`, or one for each input of the model. */
  readonly images: Tensor | readonly Tensor[];
  /** Class numbers, int32 `[N]`; distributions, float32 `[N, C]`; or what the loss takes. */
  readonly labels: Tensor;
}

/** Batches of one's own: called once an epoch, with its number from 0. What it gives is disposed of after use. */
export type BatchSource = (epoch: number) => Iterable<Batch> | AsyncIterable<Batch>;

/** What models are trained and measured on. */
export type TrainingData = Dataset | BatchSource;

export const inputsOf = ({ images }: Batch): readonly Tensor[] => (Array.isArray(images) ? images : [images as Tensor]);

export const batchLength = (batch: Batch): number => inputsOf(batch)[0]?.shape[0] ?? 0;

export function disposeBatch(batch: Batch): void {
  for (const input of inputsOf(batch)) input.dispose();
  batch.labels.dispose();
}

/** One pass over the data. */
export async function* batchesOf(data: TrainingData, options: BatchesOptions & { readonly epoch: number }): AsyncGenerator<Batch, void, undefined> {
  if (typeof data !== 'function') {
    for await (const { images, shape, labels } of batches(data, options)) yield { images: tensor(images, shape), labels: tensor(labels, [labels.length], 'int32') };
    return;
  }
  let passed = 0;
  for await (const batch of data(options.epoch)) {
    if (passed++ >= (options.skip ?? 0)) yield batch;
    else disposeBatch(batch);
  }
}

/** Batches of one pass, where that is known. */
export const batchesIn = (data: TrainingData, options: BatchesOptions): number | null => (typeof data === 'function' ? null : batchCount(data, options));
