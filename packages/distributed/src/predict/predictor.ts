import { unfoldError } from '@unfoldjs/core';
import type { JobError } from '../engine/job-engine.js';
import type { Json } from '../engine/json.js';
import { defineTask, type Task } from '../engine/task.js';
import { jobErrorOf } from '../jobs/errors.js';
import type { NamedImage, PixelArray } from './pictures.js';
import { decodeShard } from './shard-bytes.js';

/** A picture as a model is given it. */
export type LoadedPicture = PixelArray & { readonly name: string };

/** Gives one result for each picture, in their order. */
export type Predict<Result extends Json> = (pictures: readonly LoadedPicture[]) => Promise<readonly Result[]>;

export interface PredictorOptions<Result extends Json> {
  /** Unique in the module of tasks. */
  readonly name: string;
  /** Files are decoded to grey (1) or colour (3). Default: 3. */
  readonly channels?: 1 | 3;
  /** Loads the model, once in each worker process. */
  readonly load: () => Promise<Predict<Result>>;
}

/** What a worker says of one picture. */
export type PictureAnswer<Result extends Json> = { readonly result: Result } | { readonly error: { readonly code: string; readonly message: string } };

export interface Predictor<Result extends Json = Json> extends Task<{ readonly key: string }, readonly PictureAnswer<Result>[]> {
  readonly kind: 'predictor';
}

/**
 * A model that workers run on pictures: a task, for the module of tasks to export. `predictAll` brings the pictures.
 *
 * @example
 * import { definePredictor } from '@unfoldjs/distributed';
 *
 * export const brightness = definePredictor({
 *   name: 'brightness',
 *   channels: 1,
 *   load: async () => async (pictures) => pictures.map(({ data }) => data.reduce((sum, value) => sum + value, 0) / data.length),
 * });
 * brightness.name; // => brightness
 */
export function definePredictor<Result extends Json>({ name, channels = 3, load }: PredictorOptions<Result>): Predictor<Result> {
  let loading: Promise<Predict<Result>> | null = null;
  const task = defineTask<{ readonly key: string }, readonly PictureAnswer<Result>[]>({
    name,
    parse: (payload) => {
      const { key } = (payload ?? {}) as { readonly key?: unknown };
      if (typeof key !== 'string') throw new Error('it names no blob of pictures.');
      return { key };
    },
    async run({ key }, { blobs }) {
      const images = decodeShard(await blobs.get(key));
      // A model that did not load may load the next time.
      loading ??= load().catch((error: unknown) => {
        loading = null;
        throw error;
      });
      const predict = await loading;
      const pictures = await Promise.all(images.map((image) => loaded(image, channels).catch((error: unknown) => ({ error: jobErrorOf(error, name) }))));
      const good = pictures.filter((picture): picture is LoadedPicture => !('error' in picture));
      const answers = await answersOf(name, predict, good);
      return pictures.map((picture) => ('error' in picture ? picture : answers.shift()!)) as readonly PictureAnswer<Result>[];
    },
  });
  return { ...task, kind: 'predictor' };
}

async function loaded({ name, image }: NamedImage, channels: 1 | 3): Promise<LoadedPicture> {
  if (!(image instanceof Uint8Array)) return { name, ...image };
  const { decodePicture } = await import('@unfoldjs/nn/node');
  const { data, width, height } = decodePicture(image, channels, name);
  return { name, data, shape: [height, width, channels] };
}

/** All at once; where that fails, one by one, to find which. */
async function answersOf<Result extends Json>(name: string, predict: Predict<Result>, pictures: readonly LoadedPicture[]): Promise<({ readonly result: Result } | { readonly error: JobError })[]> {
  if (pictures.length === 0) return [];
  try {
    const results = await predict(pictures);
    if (results.length !== pictures.length) throw unfoldError({ code: 'DATA_MISMATCH', op: name, argument: 'load', problem: `it gave ${results.length} results for ${pictures.length} pictures.`, fix: 'give one for each.' });
    return results.map((result) => ({ result }));
  } catch (error) {
    if (pictures.length === 1) return [{ error: jobErrorOf(error, name) }];
    const answers = [];
    for (const picture of pictures) answers.push(...(await answersOf(name, predict, [picture])));
    return answers;
  }
}
