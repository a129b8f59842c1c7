import { randomBytes } from 'node:crypto';
import { badArgument } from '@unfoldjs/core';
import { sha256 } from '../bytes/sealed.js';
import type { Job, JobEngine, JobError, JobOutcome, JobSession } from '../engine/job-engine.js';
import type { Json } from '../engine/json.js';
import { isCount } from '../jobs/envelope.js';
import { openSource, type ImageSource, type NamedImage } from './pictures.js';
import type { PictureAnswer, Predictor } from './predictor.js';
import { progressMeter, type PredictProgress } from './progress.js';
import { encodeShard } from './shard-bytes.js';

export interface PredictAllOptions {
  readonly engine: JobEngine;
  /** The module that exports the predictor. */
  readonly tasks: string | URL;
  /** Pictures that travel as one job. Default: 32. */
  readonly batchSize?: number;
  /** Where outcomes are kept, so that what was stopped goes on where it was; the pictures must be the same. Default: one of its own, which is cleared at the end. */
  readonly scope?: string;
  /** As given to `engine.open`. */
  readonly deadlineMs?: number;
  /** As given to `engine.open`. */
  readonly attempts?: number;
  readonly signal?: AbortSignal;
  /** Called when a batch has ended. */
  readonly onProgress?: (progress: PredictProgress) => void;
}

/** What became of one picture. */
export type Prediction<Result extends Json> = { readonly index: number; readonly name: string } & PictureAnswer<Result>;

/** Batches that may wait, done, for one before them. Then no more are read. */
const mostWaiting = 64;

interface Shard {
  readonly index: number;
  readonly first: number;
  readonly images: readonly NamedImage[];
  readonly key: string;
}

/**
 * Runs a model over many pictures, on the workers of an engine. Results come in the order of the pictures, each once, however often a worker is lost.
 * A picture that cannot be decoded, or that the model throws for, or that takes its worker down, gives an error with its name; the rest goes on.
 *
 * @throws {UnfoldError} INVALID_ARGUMENT; INVALID_FILE for a folder without pictures; as `engine.open`; ABORTED
 * @example
 * import { mkdtempSync, writeFileSync } from 'node:fs';
 * import { tmpdir } from 'node:os';
 * import { join } from 'node:path';
 * import { definePredictor, local, predictAll } from '@unfoldjs/distributed';
 *
 * const text = `
 *   import { definePredictor } from '${import.meta.resolve('@unfoldjs/distributed')}';
 *   export const largest = definePredictor({ name: 'largest', load: async () => async (pictures) => pictures.map(({ data }) => Math.max(...data)) });`;
 * const tasks = `${mkdtempSync(join(tmpdir(), 'unfold-example-'))}/tasks.mjs`;
 * writeFileSync(tasks, text);
 * const { largest } = await import(tasks);
 *
 * const pictures = { data: new Uint8Array([1, 2, 3, 4, 5, 6, 7, 8]), shape: [2, 2, 2, 1] };
 * const results = [];
 * for await (const each of predictAll(largest, pictures, { engine: local({ workers: 1 }), tasks })) results.push('result' in each ? each.result : each.error);
 * results; // => [4, 8]
 */
export async function* predictAll<Result extends Json>(predictor: Predictor<Result>, source: ImageSource, options: PredictAllOptions): AsyncGenerator<Prediction<Result>, void, undefined> {
  const { engine, tasks, batchSize = 32, scope, deadlineMs, attempts, signal, onProgress } = options;
  if (predictor?.kind !== 'predictor') throw badArgument('predictAll', 'predictor', 'it is none.', 'make it by `definePredictor`, and export it from the module of tasks.');
  if (!isCount(batchSize, 65_536)) throw badArgument('predictAll', 'batchSize', `${String(batchSize)} is no number from 1 to 65,536.`, 'give how many pictures a job takes, such as 32.');
  const { images, total } = await openSource(source);
  const session = await engine.open({ tasks, scope: scope ?? `predict-${randomBytes(6).toString('hex')}`, ...(deadlineMs === undefined ? {} : { deadlineMs }), ...(attempts === undefined ? {} : { attempts }) });
  const shards = new Map<string, Shard>();
  try {
    const meter = progressMeter(session, total);
    const done = new Map<number, readonly Prediction<Result>[]>();
    const gate = new Gate();
    let next = 0;
    for await (const outcome of session.outcomes(jobsOf(predictor, images, batchSize, session, shards, gate), signal ? { signal } : {})) {
      const shard = shards.get(outcome.id)!;
      done.set(shard.index, await answersOf(predictor, session, shard, outcome));
      await session.blobs.delete([shard.key]);
      shards.delete(outcome.id);
      for (let ready = done.get(next); ready; ready = done.get(++next)) {
        done.delete(next);
        gate.open(next + 1 + mostWaiting);
        onProgress?.(await meter(ready));
        yield* ready;
      }
    }
  } finally {
    await session.blobs.delete([...shards.values()].map(({ key }) => key)).catch(() => undefined);
    if (scope === undefined) await session.clear().catch(() => undefined);
    await session.close();
  }
}

/** Lets those pass whose number is below a limit, which grows. */
class Gate {
  #limit = mostWaiting;
  #wake: () => void = () => undefined;

  open(limit: number): void {
    this.#limit = limit;
    this.#wake();
  }

  async pass(number: number): Promise<void> {
    while (number >= this.#limit) await new Promise<void>((resolve) => (this.#wake = resolve));
  }
}

async function* jobsOf(predictor: { readonly name: string }, images: Iterable<NamedImage> | AsyncIterable<NamedImage>, batchSize: number, session: JobSession, shards: Map<string, Shard>, gate: Gate): AsyncGenerator<Job, void, undefined> {
  let index = 0;
  let first = 0;
  const jobOf = async (batch: readonly NamedImage[]): Promise<Job> => {
    const { job, key } = await put(predictor.name, session, batch, String(index));
    shards.set(job.id, { index: index++, first, images: batch, key });
    first += batch.length;
    return job;
  };
  let batch: NamedImage[] = [];
  for await (const image of images) {
    if (batch.push(checked(image, first + batch.length)) < batchSize) continue;
    await gate.pass(index);
    yield await jobOf(batch);
    batch = [];
  }
  if (batch.length > 0) yield await jobOf(batch);
}

function checked(image: NamedImage, index: number): NamedImage {
  const { name, image: content } = (image ?? {}) as Partial<NamedImage>;
  const isPixels = typeof content === 'object' && 'data' in content && (content.data instanceof Uint8Array || content.data instanceof Float32Array) && Array.isArray(content.shape) && content.shape.length === 3 && content.shape.reduce((a, b) => a * b, 1) === content.data.length;
  if (typeof name === 'string' && (content instanceof Uint8Array || isPixels)) return image;
  throw badArgument('predictAll', 'source', `picture ${index} is no \`{ name, image }\`.`, 'give a name, and the bytes of a file or `{ data, shape: [height, width, channels] }`.');
}

/** Writes pictures as a blob. The job has the checksum in its id: other pictures are another job, also in a scope that is gone on with. */
async function put(task: string, session: JobSession, images: readonly NamedImage[], number: string): Promise<{ readonly job: Job; readonly key: string }> {
  const bytes = encodeShard(images);
  const key = `${task}/${number}/${sha256(bytes).toString('hex').slice(0, 32)}`;
  await session.blobs.put(key, bytes);
  return { job: { id: key, task, payload: { key } }, key };
}

async function answersOf<Result extends Json>(predictor: { readonly name: string }, session: JobSession, { index, first, images }: Shard, outcome: JobOutcome): Promise<readonly Prediction<Result>[]> {
  if (outcome.status === 'done') return (outcome.result as unknown as readonly PictureAnswer<Result>[]).map((answer, i) => ({ index: first + i, name: images[i]!.name, ...answer }));
  const failed = (i: number, error: JobError): Prediction<Result> => ({ index: first + i, name: images[i]!.name, error });
  if (images.length === 1) return [failed(0, outcome.error)];
  // One of them takes down its worker, or the task fails as a whole: each alone shows which.
  const alone = await Promise.all(images.map((image, i) => put(predictor.name, session, [image], `${index}.${i}`)));
  const outcomes = await session.round(`${predictor.name}/${alone[0]!.key}`, alone.map(({ job }) => job));
  await session.blobs.delete(alone.map(({ key }) => key));
  return outcomes.map((each, i) => (each.status === 'failed' ? failed(i, each.error) : { index: first + i, name: images[i]!.name, ...(each.result as unknown as readonly PictureAnswer<Result>[])[0]! }));
}
