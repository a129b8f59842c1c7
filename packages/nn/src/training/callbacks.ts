import { unfoldError } from '@unfoldjs/core';
import { checkBoolean, checkInteger, checkOneOf, checkOptions, checkRange } from '../check.js';
import type { EpochRecord, History } from './history.js';
import { copied, type TrainState } from './state.js';

/** After a step. The tensors of `state` are whole until the callback's promise resolves. */
export interface StepEvent {
  readonly epoch: number;
  readonly state: TrainState;
  readonly loss: number;
  readonly metrics: { readonly [name: string]: number };
  readonly learningRate: number;
  /** Ends the training after this step. */
  stop(): void;
}

/** After an epoch. */
export interface EpochEvent {
  readonly state: TrainState;
  readonly record: EpochRecord;
  /** All records up to this one. */
  readonly history: History;
  /** Ends the training. */
  stop(): void;
}

/** What is called during `fit`; each call is awaited. */
export interface Callback {
  onTrainBegin?(): void | Promise<void>;
  onStepEnd?(event: StepEvent): void | Promise<void>;
  onEpochEnd?(event: EpochEvent): void | Promise<void>;
  /** May return another state for `fit` to return. */
  onTrainEnd?(event: { readonly state: TrainState; readonly history: History }): TrainState | void | Promise<TrainState | void>;
}

export interface EarlyStoppingOptions {
  /** 'loss', the name of a metric, or either with 'validation.' before it. Default: 'validation.loss'. */
  readonly monitor?: string | undefined;
  /** Whether small or large is good. Default: 'min' for a loss, else 'max'. */
  readonly mode?: 'min' | 'max' | undefined;
  /** Epochs without an improvement before training ends. Default: 0, the first one. */
  readonly patience?: number | undefined;
  /** An improvement is more than this. Default: 0. */
  readonly minDelta?: number | undefined;
  /** True returns parameters and statistics of the best epoch. Default: false. */
  readonly restoreBest?: boolean | undefined;
}

/**
 * Ends training when a number stops improving.
 *
 * @throws {UnfoldError} INVALID_ARGUMENT for bad options; `fit` where the monitored number is not measured.
 * @source https://keras.io/api/callbacks/early_stopping/
 * @example
 * import { earlyStopping } from '@unfoldjs/nn';
 * const callbacks = [earlyStopping({ monitor: 'validation.accuracy', patience: 3, restoreBest: true })];
 */
export function earlyStopping(options: EarlyStoppingOptions = {}): Callback {
  const op = 'earlyStopping';
  checkOptions(op, options, ['monitor', 'mode', 'patience', 'minDelta', 'restoreBest']);
  const { monitor = 'validation.loss', patience = 0, minDelta = 0, restoreBest = false } = options;
  const { mode = /(^|\.)loss$/.test(monitor) ? 'min' : 'max' } = options;
  checkOneOf(op, 'mode', mode, ['min', 'max']);
  checkInteger(op, 'patience', patience, 0);
  checkRange(op, 'minDelta', minDelta, 0, Infinity);
  checkBoolean(op, 'restoreBest', restoreBest);
  let best: number | null = null;
  let since = 0;
  let kept: Pick<TrainState, 'params' | 'state'> | null = null;
  return {
    onTrainBegin() {
      [best, since, kept] = [null, 0, null];
    },
    async onEpochEnd({ record, state, stop }) {
      const value = measured(op, monitor, record);
      const gain = best === null ? Infinity : mode === 'min' ? best - value : value - best;
      if (gain > minDelta) {
        best = value;
        since = 0;
        if (restoreBest) kept = { params: await copied(state.params), state: await copied(state.state) };
      } else if (++since >= Math.max(1, patience)) stop();
    },
    onTrainEnd: ({ state }) => (kept ? { ...state, ...kept } : state),
  };
}

function measured(op: string, monitor: string, { loss, metrics, validation }: EpochRecord): number {
  const named: Readonly<Record<string, number>> = {
    ...metrics,
    loss,
    ...(validation && Object.fromEntries(Object.entries({ ...validation.metrics, loss: validation.loss }).map(([name, value]) => [`validation.${name}`, value]))),
  };
  const value = named[monitor];
  if (value !== undefined) return value;
  throw unfoldError({ code: 'INVALID_ARGUMENT', op, argument: 'monitor', problem: `${JSON.stringify(monitor)} is not measured; there are ${Object.keys(named).join(', ')}.`, fix: 'name one of them, or give `fit` validation data or the metric.' });
}
