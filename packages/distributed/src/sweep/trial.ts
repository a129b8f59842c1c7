import { badArgument } from '@unfoldjs/core';
import type { Json } from '../engine/json.js';
import type { Task } from '../engine/task.js';

/** Numbers by the names of what they measure. */
export type Metrics = { readonly [name: string]: number };

/** What a trial is given beside its parameters. */
export interface TrialContext {
  /** Its number in the sweep, from 0. */
  readonly trial: number;
  /** A seed of its own, for weights and order: it follows from the seed of the sweep and the number of the trial. */
  readonly seed: number;
  /** What it may have spent when it ends, in the unit of the trial, such as epochs; what it spent before counts. */
  readonly budget: number;
  /** The `checkpoint` that it gave at a smaller budget, to go on from; undefined where it begins, and where it gave none. */
  readonly resumeFrom: Uint8Array | undefined;
  /** Aborted where the trial is given up. */
  readonly signal: AbortSignal;
  /** A point of the learning curve: how much of the budget is spent, and what is measured there. Points of one step replace each other. */
  report(step: number, metrics: Metrics): Promise<void>;
}

/** What a trial gives when its budget is spent. */
export interface TrialResult {
  /** What was measured, the objective of the sweep among it. A trial whose objective is not finite counts as failed. */
  readonly metrics: Metrics;
  /** All that the training needs to go on, as by `encodeState`. That of the best trial is saved. Default: none, and a trial that gets a larger budget begins anew. */
  readonly checkpoint?: Uint8Array | undefined;
}

/** A trial as its author writes it. */
export interface TrialDefinition<Params> {
  /** Unique in the module of tasks. */
  readonly name: string;
  /** May run again for the same parameters and budget where a worker was lost. */
  run(params: Params, context: TrialContext): Promise<TrialResult>;
}

/** The payload of a job that runs a trial up to a budget. */
export type TrialPayload = {
  readonly trial: number;
  readonly seed: number;
  readonly budget: number;
  readonly params: { readonly [name: string]: Json };
  /** The blob to go on from. */
  readonly resumeFrom: string | null;
  /** The blob in which to leave the checkpoint. */
  readonly checkpoint: string;
};

/** Metrics as they travel: JSON has no NaN and no infinity, so null stands for them. */
export type TravellingMetrics = { readonly [name: string]: number | null };

/** A point of a learning curve. */
export type CurvePoint = { readonly step: number; readonly metrics: TravellingMetrics };

/** What comes back from such a job. */
export type TrialAnswer = {
  readonly metrics: TravellingMetrics;
  readonly curve: readonly CurvePoint[];
  /** Whether it left a checkpoint. */
  readonly checkpoint: boolean;
};

declare const takes: unique symbol;

/** A trial as a task, for which parameters it is. */
export interface Trial<Params> extends Task<TrialPayload, TrialAnswer> {
  readonly [takes]?: (params: Params) => void;
}

/**
 * Declares what a sweep tries, as a task: the module that the workers load exports it.
 *
 * @throws {UnfoldError} INVALID_ARGUMENT for an empty name.
 * @example
 * import { defineTrial, uniform, type ParamsOf } from '@unfoldjs/distributed';
 * export const space = { x: uniform(-1, 1) };
 * export const parabola = defineTrial({
 *   name: 'parabola',
 *   async run({ x }: ParamsOf<typeof space>) {
 *     return { metrics: { loss: (x - 0.5) ** 2 } };
 *   },
 * });
 * parabola.name; // => parabola
 */
export function defineTrial<Params extends { readonly [name: string]: Json }>({ name, run }: TrialDefinition<Params>): Trial<Params> {
  if (typeof name !== 'string' || name === '') throw badArgument('defineTrial', 'name', 'it is empty.', 'give the trial a name that no other task of its module has.');
  return {
    name,
    parse: payloadOf,
    async run({ trial, seed, budget, params, resumeFrom, checkpoint }, { signal, blobs, report }) {
      const curve = new Map<number, CurvePoint>();
      const result = await run(params as Params, {
        trial,
        seed,
        budget,
        signal,
        resumeFrom: resumeFrom === null ? undefined : await blobs.get(resumeFrom),
        async report(step, metrics) {
          if (!Number.isFinite(step)) throw badArgument(name, 'step', `${step} is no place on a curve.`, 'report(step, metrics) takes how much of the budget is spent first.');
          const point = { step, metrics: travelling(name, metrics) };
          curve.set(step, point);
          await report(point);
        },
      });
      const metrics = travelling(name, result?.metrics);
      if (result.checkpoint !== undefined) {
        if (!(result.checkpoint instanceof Uint8Array)) throw badArgument(name, 'checkpoint', 'it is not bytes.', 'give a Uint8Array, such as `await encodeState(state)`.');
        await blobs.put(checkpoint, result.checkpoint);
      }
      return { metrics, curve: [...curve.values()], checkpoint: result.checkpoint !== undefined };
    },
  };
}

function travelling(op: string, metrics: unknown): TravellingMetrics {
  if (typeof metrics !== 'object' || metrics === null) throw badArgument(op, 'metrics', 'the trial gave none.', 'return { metrics: { accuracy } }, with a number for each name.');
  return Object.fromEntries(
    Object.entries(metrics).map(([name, value]: [string, unknown]) => {
      if (typeof value !== 'number') throw badArgument(op, 'metrics', `\`${name}\` is a ${typeof value}.`, 'give a number for each name; `await` what is a promise.');
      return [name, Number.isFinite(value) ? value : null];
    }),
  );
}

function payloadOf(payload: Json): TrialPayload {
  const { trial, seed, budget, params, resumeFrom, checkpoint } = (payload ?? {}) as { readonly [name: string]: unknown };
  const isWhole = (value: unknown) => Number.isSafeInteger(value) && (value as number) >= 0;
  const wrong = [
    isWhole(trial) || 'trial',
    isWhole(seed) || 'seed',
    (typeof budget === 'number' && budget > 0) || 'budget',
    (typeof params === 'object' && params !== null && !Array.isArray(params)) || 'params',
    resumeFrom === null || typeof resumeFrom === 'string' || 'resumeFrom',
    typeof checkpoint === 'string' || 'checkpoint',
  ].filter((name) => name !== true);
  if (wrong.length > 0) throw badArgument('defineTrial', wrong.join(', '), 'the payload is not that of a trial.', 'run trials by sweep(trial, space, options).');
  return { trial, seed, budget, params, resumeFrom, checkpoint } as TrialPayload;
}

/** The result of such a job, where it is one. */
export function answerOf(result: Json): TrialAnswer | null {
  const { metrics, curve, checkpoint } = (result ?? {}) as { readonly [name: string]: unknown };
  const areMetrics = (value: unknown): boolean => typeof value === 'object' && value !== null && !Array.isArray(value) && Object.values(value).every((number) => number === null || typeof number === 'number');
  const isPoint = (point: unknown): boolean => typeof point === 'object' && point !== null && typeof (point as CurvePoint).step === 'number' && areMetrics((point as CurvePoint).metrics);
  return areMetrics(metrics) && Array.isArray(curve) && curve.every(isPoint) && typeof checkpoint === 'boolean' ? ({ metrics, curve, checkpoint } as TrialAnswer) : null;
}
