import { badArgument } from '@unfoldjs/core';

/** Asynchronous successive halving, as data. */
export interface Asha {
  readonly kind: 'asha';
  readonly minBudget: number;
  readonly maxBudget: number;
  readonly reductionFactor: number;
}

export interface AshaOptions {
  /** What every trial may spend before it is compared with others, in the unit of the trial, such as epochs. A whole number from 1. Default: 1. */
  readonly minBudget?: number;
  /** What the best may spend in all. A whole number. */
  readonly maxBudget: number;
  /** One in how many goes on, and how many times as much it may then have spent. A whole number from 2. Default: 4, as in the paper. */
  readonly reductionFactor?: number;
}

/**
 * Asynchronous successive halving: all trials get a small budget, the best 1 in `reductionFactor` of them go on to `reductionFactor` times
 * as much, the best of these to as much again. Nobody waits: a worker that is free takes the best trial that may go on, and begins a new
 * one where there is none.
 *
 * @source Li, Jamieson, Rostamizadeh, Gonina, Ben-tzur, Hardt, Recht, Talwalkar, "A System for Massively Parallel Hyperparameter Tuning", MLSys 2020, https://arxiv.org/abs/1810.05934, algorithm 2 (with early-stopping rate s = 0)
 * @throws {UnfoldError} INVALID_ARGUMENT for budgets or a factor that are not whole, too small or not in order.
 * @example
 * import { asha, budgetsOf } from '@unfoldjs/distributed';
 * budgetsOf(asha({ maxBudget: 20, reductionFactor: 3 })); // => [1, 3, 9]
 */
export function asha({ minBudget = 1, maxBudget, reductionFactor = 4 }: AshaOptions): Asha {
  const whole = (argument: string, value: number, min: number) => {
    if (!Number.isSafeInteger(value) || value < min) throw badArgument('asha', argument, `${value} is not a whole number from ${min}.`, `pass a whole number from ${min}.`);
  };
  whole('minBudget', minBudget, 1);
  whole('maxBudget', maxBudget, minBudget);
  whole('reductionFactor', reductionFactor, 2);
  return { kind: 'asha', minBudget, maxBudget, reductionFactor };
}

/** What a trial may have spent at each rung: r, r·η, r·η², ... up to the largest budget. */
export function budgetsOf({ minBudget, maxBudget, reductionFactor }: Asha): number[] {
  const budgets: number[] = [];
  for (let budget = minBudget; budget <= maxBudget; budget *= reductionFactor) budgets.push(budget);
  return budgets;
}

/** A trial that is to run up to the budget of a rung, from 0. */
export interface Step {
  readonly trial: number;
  readonly rung: number;
}

/** A step in names of jobs, blobs and files. */
export const stepName = ({ trial, rung }: Step): string => `trial-${trial}-rung-${rung}`;

/** Which trials have begun, ended and gone on, and so what a free worker is to do. */
export interface Ladder {
  started(step: Step): void;
  /** `loss`: smaller is better; null where the trial failed, and never goes on. */
  ended(step: Step, loss: number | null): void;
  /** What a worker that is free does next; null where there is nothing unless something ends. */
  next(): Step | null;
}

/**
 * `get_job` of the paper's algorithm 2. One rung, from which nobody is promoted, is random search or a grid. Of equal losses the trial of
 * the lower number is the better one.
 */
export function ladder({ rungs, reductionFactor, trials }: { readonly rungs: number; readonly reductionFactor: number; readonly trials: number }): Ladder {
  const ranked = Array.from({ length: rungs }, (): { trial: number; loss: number }[] => []);
  const promoted = Array.from({ length: rungs }, () => new Set<number>());
  let begun = 0;
  return {
    started({ trial, rung }) {
      if (rung === 0) begun = Math.max(begun, trial + 1);
      else promoted[rung - 1]!.add(trial);
    },
    ended({ trial, rung }, loss) {
      if (loss === null) return;
      const rank = ranked[rung]!;
      const at = rank.findIndex((other) => loss < other.loss || (loss === other.loss && trial < other.trial));
      rank.splice(at < 0 ? rank.length : at, 0, { trial, loss });
    },
    next() {
      for (let rung = rungs - 2; rung >= 0; rung--) {
        const rank = ranked[rung]!;
        const best = rank.slice(0, Math.floor(rank.length / reductionFactor)).find(({ trial }) => !promoted[rung]!.has(trial));
        if (best) return { trial: best.trial, rung: rung + 1 };
      }
      return begun < trials ? { trial: begun, rung: 0 } : null;
    },
  };
}
