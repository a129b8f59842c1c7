import { checkInteger, checkOptions, checkRange } from './check.js';

/** The learning rate of update `step`, counted from 0. Any function of this form is one. */
export type Schedule = (step: number) => number;

/**
 * The same rate at every step.
 *
 * @throws {UnfoldError} INVALID_ARGUMENT for a rate that is not a number from 0.
 */
export function constantRate(rate: number): Schedule {
  checkRange('constantRate', 'rate', rate, 0, Infinity);
  return () => rate;
}

export interface StepDecayOptions {
  /** The rate to begin with. */
  readonly rate: number;
  /** Steps between two falls. */
  readonly every: number;
  /** What each fall multiplies the rate by. Default: 0.1. */
  readonly factor?: number | undefined;
}

/**
 * A rate that falls in stairs: `rate * factor^floor(step / every)`.
 *
 * @throws {UnfoldError} INVALID_ARGUMENT for options that do not exist or are out of range.
 * @source https://keras.io/api/optimizers/learning_rate_schedules/exponential_decay/ (staircase)
 * @example
 * import { stepDecay } from '@unfoldjs/nn';
 * const schedule = stepDecay({ rate: 1, every: 10, factor: 0.5 });
 * [0, 9, 10, 25].map(schedule); // => [1, 1, 0.5, 0.25]
 */
export function stepDecay(options: StepDecayOptions): Schedule {
  const op = 'stepDecay';
  checkOptions(op, options, ['rate', 'every', 'factor']);
  const { rate, every, factor = 0.1 } = options;
  checkRange(op, 'rate', rate, 0, Infinity);
  checkInteger(op, 'every', every, 1);
  checkRange(op, 'factor', factor, 0, Infinity);
  return (step) => rate * factor ** Math.floor(step / every);
}

export interface CosineDecayOptions {
  /** The rate to begin with. */
  readonly rate: number;
  /** Steps until the end. */
  readonly steps: number;
  /** The part of the rate that is left at the end. Default: 0. */
  readonly alpha?: number | undefined;
}

/**
 * Half a wave of the cosine from `rate` to `alpha * rate` over `steps` steps; constant afterwards.
 *
 * @throws {UnfoldError} INVALID_ARGUMENT for options that do not exist or are out of range.
 * @source https://keras.io/api/optimizers/learning_rate_schedules/cosine_decay/
 * @example
 * import { cosineDecay } from '@unfoldjs/nn';
 * const schedule = cosineDecay({ rate: 1, steps: 100, alpha: 0.5 });
 * [0, 50, 100, 150].map(schedule); // => [1, 0.75, 0.5, 0.5]
 */
export function cosineDecay(options: CosineDecayOptions): Schedule {
  const op = 'cosineDecay';
  checkOptions(op, options, ['rate', 'steps', 'alpha']);
  const { rate, steps, alpha = 0 } = options;
  checkRange(op, 'rate', rate, 0, Infinity);
  checkInteger(op, 'steps', steps, 1);
  checkRange(op, 'alpha', alpha, 0, 1);
  return (step) => {
    const wave = 0.5 * (1 + Math.cos((Math.PI * Math.min(step, steps)) / steps));
    return rate * ((1 - alpha) * wave + alpha);
  };
}

/**
 * Grows from `schedule(0) / steps` in a straight line for `steps` steps, then follows `schedule` from its beginning.
 *
 * @throws {UnfoldError} INVALID_ARGUMENT for steps that are not a whole number from 1.
 * @source P. Goyal et al., "Accurate, large minibatch SGD: training ImageNet in 1 hour", 2017, section 2.2
 * @example
 * import { constantRate, warmUp } from '@unfoldjs/nn';
 * const schedule = warmUp(constantRate(1), { steps: 4 });
 * [0, 1, 3, 4].map(schedule); // => [0.25, 0.5, 1, 1]
 */
export function warmUp(schedule: Schedule, options: { readonly steps: number }): Schedule {
  checkOptions('warmUp', options, ['steps']);
  const { steps } = options;
  checkInteger('warmUp', 'steps', steps, 1);
  return (step) => (step < steps ? (schedule(0) * (step + 1)) / steps : schedule(step - steps));
}
