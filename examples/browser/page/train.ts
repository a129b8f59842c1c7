import { tensor } from '@unfoldjs/core';
import { drawDigits } from '@unfoldjs/digits';
import { digitsModel, recipe } from '@unfoldjs/example-train-digits/model';
import { batchCount, datasetOf, fit, mapParams, namedParameters, type Dataset, type Params } from '@unfoldjs/nn';
import { breathe } from './dom.js';

/** Pixels of the model's input. */
export const side = 20;
export const model = digitsModel([side, side, 1]);

const images = 4000;
const others = 500;
const epochs = 4;
const batchSize = 32;
const seed = 1;
/** So many digits take some 10 ms to draw, for which the page may stand still. */
const piece = 20;

export interface Progress {
  readonly what: 'drawing' | 'training';
  /** From 0 to 1. */
  readonly done: number;
  /** From 1. */
  readonly epoch: number;
  readonly epochs: number;
  /** Of the last step. */
  readonly loss: number;
  readonly accuracy: number;
}

export interface Trained {
  /** On the host, so that any backend can have them. */
  readonly weights: Params;
  readonly seconds: number;
  readonly images: number;
  /** Of other images, and how many they were. */
  readonly accuracy: number;
  readonly others: number;
}

/** Draws digits and trains the model on them, on the backend that is chosen. */
export async function train(report: (progress: Progress) => void): Promise<Trained> {
  const digits = await drawSlowly(images, seed, (done) => report({ what: 'drawing', done, epoch: 0, epochs, loss: NaN, accuracy: NaN }));
  const validation = await drawSlowly(others, seed + 1e6, () => {});
  const steps = epochs * batchCount(digits, { batchSize });
  const startedAt = performance.now();
  const { state, history } = await fit(model, digits, {
    ...recipe(steps),
    epochs,
    batchSize,
    seed,
    validation,
    progress: false,
    callbacks: [
      {
        onStepEnd: async ({ epoch, state: { step }, loss, metrics }) => {
          report({ what: 'training', done: step / steps, epoch: epoch + 1, epochs, loss, accuracy: metrics['accuracy'] ?? NaN });
          await breathe();
        },
      },
    ],
  });
  const weights = await onHost(state.params);
  for (const tree of [state.params, state.optimizer]) for (const { tensor: used } of namedParameters(tree)) used.dispose();
  return { weights, seconds: (performance.now() - startedAt) / 1000, images, others, accuracy: history.at(-1)?.validation?.metrics['accuracy'] ?? NaN };
}

/** As `drawDigits`, in pieces of seeds of their own, between which the page lives. */
async function drawSlowly(count: number, firstSeed: number, report: (done: number) => void): Promise<Dataset> {
  const pixels = new Uint8Array(count * side * side);
  const labels = new Int32Array(count);
  for (let at = 0; at < count; at += piece) {
    const some = drawDigits(Math.min(piece, count - at), { seed: firstSeed + at, side });
    pixels.set(some.images.data, at * side * side);
    labels.set(some.labels, at);
    report(at / count);
    await breathe();
  }
  return datasetOf({ images: pixels, shape: [side, side, 1], labels });
}

async function onHost(params: Params): Promise<Params> {
  const copies = new Map(await Promise.all(namedParameters(params).map(async ({ path, tensor: original }) => [path, tensor(await original.data(), original.shape, original.dtype)] as const)));
  return mapParams(params, (_, path) => copies.get(path)!);
}
