import { compile, unfoldError, type AbortSignalLike, type Tensor } from '@unfoldjs/core';
import { checkOptions } from '../check.js';
import { inference } from '../layers/define-layer.js';
import { confusionMatrix, type ConfusionMatrix } from '../metrics/confusion-matrix.js';
import type { Metric } from '../metrics/accuracy.js';
import type { Model, Params } from '../types.js';
import { batchesOf, batchLength, disposeBatch, inputsOf, type Batch, type TrainingData } from './batch.js';
import type { Loss } from './train-step.js';

/** What a model is run with: a training state, or parameters without one. */
export interface ModelState {
  readonly params: Params;
  /** What layers keep beside: moving statistics. Default: nothing. */
  readonly state?: Params | undefined;
}

export interface EvaluateOptions {
  /** Default: none is computed. */
  readonly loss?: Loss | undefined;
  /** Measured on each batch, by name, and averaged over the examples. Default: none. */
  readonly metrics?: { readonly [name: string]: Metric } | undefined;
  /** True counts which class was taken for which. Default: false. */
  readonly confusion?: boolean | undefined;
  /** Examples a batch, for datasets. Default: 128. */
  readonly batchSize?: number | undefined;
  /** Default: none. */
  readonly signal?: AbortSignalLike | undefined;
}

export interface Evaluation {
  /** The mean over the examples; NaN without a loss. */
  readonly loss: number;
  readonly metrics: { readonly [name: string]: number };
  /** Null unless asked for. */
  readonly confusion: ConfusionMatrix | null;
  readonly examples: number;
}

/** A model's evaluation as a program, for those who evaluate it again and again. */
export interface Evaluator {
  (state: ModelState, data: TrainingData): Promise<Evaluation>;
  dispose(): void;
}

/**
 * How well a model does on data, in inference: one pass in order.
 *
 * @throws {UnfoldError} INVALID_ARGUMENT for bad options, or data without examples; SHAPE_MISMATCH where data, model and loss do not fit;
 * ABORTED; and as `evaluate` of the core.
 * @example
 * import { setBackend } from '@unfoldjs/core';
 * import { cpu } from '@unfoldjs/backend-cpu';
 * import { accuracy, datasetOf, evaluate, flatten, sequential } from '@unfoldjs/nn';
 * await setBackend(cpu());
 * const brightest = sequential([flatten()], { inputShape: [1, 2, 1] });
 * const data = datasetOf({ images: [0, 1, 1, 0, 0, 1], shape: [1, 2, 1], labels: [1, 0, 0] });
 * const { metrics, confusion } = await evaluate(brightest, { params: {} }, data, { metrics: { accuracy }, confusion: true });
 * metrics.accuracy.toFixed(2); // => '0.67'
 * confusion; // => [[1, 1], [0, 1]]
 */
export async function evaluate(model: Model, state: ModelState, data: TrainingData, options: EvaluateOptions = {}): Promise<Evaluation> {
  const evaluator = evaluatorOf(model, options);
  try {
    return await evaluator(state, data);
  } finally {
    evaluator.dispose();
  }
}

export function evaluatorOf(model: Model, options: EvaluateOptions): Evaluator {
  const op = 'evaluate';
  checkOptions(op, options, ['loss', 'metrics', 'confusion', 'batchSize', 'signal']);
  const { loss, metrics = {}, confusion = false, batchSize = 128, signal } = options;
  const run = compile((params: Params, state: Params, inputs: readonly Tensor[], labels: Tensor) => {
    const { output } = model.apply(params, inputs, inference, state);
    return {
      loss: loss ? [loss(labels, output)] : [],
      metrics: Object.fromEntries(Object.entries(metrics).map(([name, metric]) => [name, metric(labels, output)])),
      confusion: confusion ? [confusionMatrix(labels, output)] : [],
    };
  });

  const measure = async ({ params, state = {} }: ModelState, batch: Batch) => {
    const result = await (signal ? run.withSignal(signal) : run)(params, state, inputsOf(batch), batch.labels);
    const number = async (tensor: Tensor | undefined): Promise<number> => (tensor ? Number(await read(tensor)) : NaN);
    const measured: Record<string, number> = {};
    for (const [name, tensor] of Object.entries(result.metrics)) measured[name] = await number(tensor);
    const counts = result.confusion[0] ? ((await readArray(result.confusion[0])) as number[][]) : null;
    return { loss: await number(result.loss[0]), metrics: measured, confusion: counts };
  };

  const evaluator = async (state: ModelState, data: TrainingData): Promise<Evaluation> => {
    const means = weightedMeans();
    let matrix: number[][] | null = null;
    for await (const batch of batchesOf(data, { batchSize, epoch: 0 })) {
      const measured = await measure(state, batch);
      means.add({ ...measured.metrics, '': measured.loss }, batchLength(batch));
      const counts = measured.confusion;
      if (counts) matrix = matrix ? matrix.map((row, i) => row.map((count, j) => count + counts[i]![j]!)) : counts;
      disposeBatch(batch);
    }
    if (means.weight() === 0) throw unfoldError({ code: 'INVALID_ARGUMENT', op, argument: 'data', problem: 'it has no examples.', fix: 'pass data with at least one.' });
    const { '': meanLoss = NaN, ...rest } = means.values();
    return { loss: meanLoss, metrics: rest, confusion: matrix, examples: means.weight() };
  };
  return Object.assign(evaluator, { dispose: run.dispose });
}

/** Means of numbers by name, each batch with the weight of its examples. */
export function weightedMeans() {
  const sums = new Map<string, number>();
  let weight = 0;
  return {
    add(values: Readonly<Record<string, number>>, examples: number): void {
      for (const [name, value] of Object.entries(values)) sums.set(name, (sums.get(name) ?? 0) + value * examples);
      weight += examples;
    },
    weight: () => weight,
    values: (): Record<string, number> => Object.fromEntries([...sums].map(([name, sum]) => [name, sum / weight])),
  };
}

/** A result that is not needed any more, as a number. */
export async function read(tensor: Tensor): Promise<number | boolean> {
  const value = await tensor.item();
  tensor.dispose();
  return value;
}

async function readArray(tensor: Tensor) {
  const value = await tensor.array();
  tensor.dispose();
  return value;
}
