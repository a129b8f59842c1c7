import { badArgument } from '@unfoldjs/core';
import { deriveSeed } from '@unfoldjs/nn';
import { asha, budgetsOf, type Asha } from './asha.js';
import type { SweepIdentity } from './journal.js';
import type { Objective, RecordSource } from './records.js';
import { gridParams, gridSize, sampleParams } from './sample.js';
import type { ParamsOf, Space } from './space.js';

/** How a sweep goes through its space. */
export type Strategy = 'grid' | 'random' | Asha;

/** What is tried, and how it is compared. */
export interface PlanOptions {
  /** Which metric of the trial is to be small or large. */
  readonly objective: Objective;
  /** How to go through the space: every combination of a `grid`, configurations drawn at `random`, or `asha` with its budgets. Default: 'random'. */
  readonly strategy?: Strategy | undefined;
  /** Configurations that are tried. Default: all of a grid; otherwise it must be given. More of them may be asked for when a sweep is resumed. */
  readonly trials?: number | undefined;
  /** Configurations, and the seed of each trial, follow from it. Default: 0. */
  readonly seed?: number | undefined;
  /** What each trial may spend, in the unit of the trial, such as epochs; `asha` has budgets of its own. Default: 1. */
  readonly budget?: number | undefined;
}

/** What is to be tried: known before anything runs. */
export interface Plan<Params> extends RecordSource<Params> {
  readonly identity: SweepIdentity;
  readonly trials: number;
  readonly reductionFactor: number;
}

/** @throws {UnfoldError} INVALID_ARGUMENT for what is not a sweep. */
export function planOf<S extends Space>(trial: string, space: S, { seed = 0, trials, objective, strategy = 'random', budget }: PlanOptions): Plan<ParamsOf<S>> {
  const refuse = (argument: string, problem: string, fix: string) => badArgument('sweep', argument, problem, fix);
  const isWhole = (value: unknown, min: number) => Number.isSafeInteger(value) && (value as number) >= min;
  const kinds: readonly unknown[] = ['choice', 'uniform', 'logUniform', 'integer'];
  const odd = Object.keys(space).find((name) => !kinds.includes(space[name]?.kind));
  if (odd !== undefined) throw refuse('space', `\`${odd}\` is no parameter.`, 'make each by choice([...]), uniform, logUniform or integer(low, high); a value that is not tried belongs into the trial.');
  if (Object.keys(space).length === 0) throw refuse('space', 'it has no parameters.', 'name at least one: { rate: logUniform(1e-4, 1e-1) }.');
  if (!isWhole(seed, 0)) throw refuse('seed', `${seed} is not a whole number from 0.`, 'pass a whole number from 0.');
  if (trials !== undefined && !isWhole(trials, 1)) throw refuse('trials', `${trials} is not a whole number from 1.`, 'pass how many configurations to try.');
  if (!objective?.metric || !['minimize', 'maximize'].includes(objective.direction)) throw refuse('objective', 'it is no metric with a direction.', "pass such as { metric: 'accuracy', direction: 'maximize' }.");
  if (budget !== undefined && !isWhole(budget, 1)) throw refuse('budget', `${budget} is not a whole number from 1.`, 'pass what each trial may spend, such as epochs.');

  const isAsha = typeof strategy === 'object' && strategy?.kind === 'asha';
  if (!isAsha && strategy !== 'grid' && strategy !== 'random') throw refuse('strategy', `${JSON.stringify(strategy)} is not known.`, "use 'grid', 'random' or asha({ maxBudget }).");
  if (isAsha && budget !== undefined) throw refuse('budget', 'asha has budgets of its own.', 'leave it out, or use another strategy.');
  if (strategy !== 'grid' && trials === undefined) throw refuse('trials', 'it is missing.', 'pass how many configurations to try.');

  const chosen = typeof strategy === 'object' ? asha(strategy) : { kind: strategy, budget: budget ?? 1 };
  return {
    identity: { trial, space, seed, objective: { ...objective }, strategy: chosen },
    objective,
    trials: strategy === 'grid' ? Math.min(gridSize(space), trials ?? Infinity) : trials!,
    budgets: chosen.kind === 'asha' ? budgetsOf(chosen) : [chosen.budget],
    reductionFactor: chosen.kind === 'asha' ? chosen.reductionFactor : 1,
    params: (number) => (strategy === 'grid' ? gridParams(space, number) : sampleParams(space, seed, number)),
    seed: (number) => deriveSeed(seed, number),
  };
}
