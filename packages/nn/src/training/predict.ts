import { compile, tensor, unfoldError, type AbortSignalLike, type Tensor } from '@unfoldjs/core';
import { checkInteger, checkOptions } from '../check.js';
import { inference } from '../layers/define-layer.js';
import { batches } from '../data/batches.js';
import type { Dataset } from '../data/dataset.js';
import type { Model, Params } from '../types.js';
import type { ModelState } from './evaluate.js';

export interface PredictOptions {
  /** Images a batch. Default: 128. */
  readonly batchSize?: number | undefined;
  /** Default: none. */
  readonly signal?: AbortSignalLike | undefined;
}

/**
 * The model's output for images, in inference: a tensor `[N, ...]`, or all images of a dataset in batches. The result is on the host.
 *
 * @throws {UnfoldError} INVALID_ARGUMENT for bad options or no image at all; SHAPE_MISMATCH where images and model do not fit; ABORTED;
 * and as `evaluate` of the core.
 * @example
 * import { setBackend, tensor } from '@unfoldjs/core';
 * import { cpu } from '@unfoldjs/backend-cpu';
 * import { activation, predict, sequential } from '@unfoldjs/nn';
 * await setBackend(cpu());
 * await (await predict(sequential([activation('relu')]), { params: {} }, tensor([[-1, 2]]))).array(); // => [[0, 2]]
 */
export async function predict(model: Model, { params, state = {} }: ModelState, images: Tensor | Dataset, options: PredictOptions = {}): Promise<Tensor> {
  const op = 'predict';
  checkOptions(op, options, ['batchSize', 'signal']);
  const { batchSize = 128, signal } = options;
  checkInteger(op, 'batchSize', batchSize, 1);
  const run = compile((given: Params, kept: Params, x: Tensor) => model.apply(given, [x], inference, kept).output);
  const parts: Float32Array[] = [];
  let shape: readonly number[] = [];
  let examples = 0;
  try {
    for await (const x of inputsFrom(images, batchSize)) {
      const output = await (signal ? run.withSignal(signal) : run)(params, state, x);
      parts.push(Float32Array.from(await output.data()));
      shape = output.shape.slice(1);
      examples += output.shape[0]!;
      output.dispose();
      x.dispose();
    }
  } finally {
    run.dispose();
  }
  if (examples === 0) throw unfoldError({ code: 'INVALID_ARGUMENT', op, argument: 'images', problem: 'there are none.', fix: 'pass at least one.' });
  const all = new Float32Array(parts.reduce((size, part) => size + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return tensor(all, [examples, ...shape]);
}

/** Inputs in batches that are the callee's own. */
async function* inputsFrom(images: Tensor | Dataset, batchSize: number): AsyncGenerator<Tensor, void, undefined> {
  if (!('labels' in images)) {
    const count = images.shape[0] ?? 0;
    const rest = images.shape.slice(1).map(() => -1);
    for (let start = 0; start < count; start += batchSize) {
      yield images.slice([start, ...rest.map(() => 0)], [Math.min(batchSize, count - start), ...rest]);
    }
    return;
  }
  for await (const { images: data, shape } of batches(images, { batchSize })) yield tensor(data, shape);
}
