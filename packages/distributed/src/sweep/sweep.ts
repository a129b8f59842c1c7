import { join } from 'node:path';
import { badArgument } from '@unfoldjs/core';
import type { JobEngine } from '../engine/job-engine.js';
import { stepName, type Step } from './asha.js';
import { checkpointsIn, writeWhole } from './checkpoints.js';
import { openJournal } from './journal.js';
import { planOf, type PlanOptions } from './plan.js';
import { recordsOf, type SweepResult, type TrialRecord } from './records.js';
import { resumed, runSteps, type Run } from './run.js';
import type { ParamsOf, Space } from './space.js';
import type { CurvePoint, Trial } from './trial.js';

export interface SweepOptions<Params> extends PlanOptions {
  /** Where trials run: `local()` or `bullmq({ connection })`. */
  readonly engine: JobEngine;
  /** The module that exports the trial: a path or a file URL. */
  readonly tasks: string | URL;
  /** Keeps the journal, the checkpoints and the best of them. A sweep that was stopped goes on from its folder; one process at a time. */
  readonly folder: string;
  /** Trials at once. Default: one for each worker that is alive, for `asha`; otherwise as many as the engine takes. */
  readonly parallel?: number | undefined;
  /** Milliseconds that a trial may take for one budget. Default: that of the engine. */
  readonly deadlineMs?: number | undefined;
  /** How often a trial is tried whose worker was lost. Default: that of the engine. */
  readonly attempts?: number | undefined;
  /** Stops the sweep; what is finished stays in the folder. Default: none. */
  readonly signal?: AbortSignal | undefined;
  /** Told each point of a curve as it is measured. Default: none. */
  readonly onReport?: ((trial: number, point: CurvePoint) => void) | undefined;
  /** Told each time a trial has spent a budget, or failed. Default: none. */
  readonly onTrialEnd?: ((record: TrialRecord<Params>, progress: SweepProgress<Params>) => void) | undefined;
}

/** How far a sweep is. */
export interface SweepProgress<Params> {
  /** Trials that have spent a budget or failed. */
  readonly ended: number;
  readonly trials: number;
  /** The best so far; null where none succeeded. */
  readonly best: TrialRecord<Params> | null;
}

/**
 * Tries configurations of a space on an engine, and says which are good. What a trial gets follows from the seed and its number alone, so a
 * grid and a random search give the same on any number of workers. With `asha`, which trials go on depends on which end first; with
 * `parallel: 1` that is the same each time too.
 *
 * A trial that fails is a record with its error, and the rest goes on. When the program is killed and started again, no trial runs again
 * for a budget that it has finished.
 *
 * @throws {UnfoldError} INVALID_ARGUMENT for bad options, and for a folder of another sweep; INVALID_FILE where the folder is damaged or
 * cannot be written; ABORTED by the signal; as the engine's `open`.
 * @example
 * import { mkdtempSync, writeFileSync } from 'node:fs';
 * import { tmpdir } from 'node:os';
 * import { join } from 'node:path';
 * import { local, sweep, uniform } from '@unfoldjs/distributed';
 *
 * const folder = mkdtempSync(join(tmpdir(), 'unfold-example-'));
 * writeFileSync(`${folder}/tasks.mjs`, `
 *   import { defineTrial } from '${import.meta.resolve('@unfoldjs/distributed')}';
 *   export const parabola = defineTrial({ name: 'parabola', run: async ({ x }) => ({ metrics: { loss: (x - 0.5) ** 2 } }) });
 * `);
 * const { parabola } = await import(`${folder}/tasks.mjs`);
 * const { best } = await sweep(parabola, { x: uniform(-1, 1) }, {
 *   engine: local({ workers: 1 }),
 *   tasks: `${folder}/tasks.mjs`,
 *   objective: { metric: 'loss', direction: 'minimize' },
 *   trials: 20,
 *   folder: `${folder}/sweep`,
 * });
 * Math.abs(best!.params.x - 0.5) < 0.1; // => true
 */
export async function sweep<S extends Space>(trial: Trial<ParamsOf<NoInfer<S>>>, space: S, options: SweepOptions<ParamsOf<S>>): Promise<SweepResult<ParamsOf<S>>> {
  const { engine, tasks, folder, deadlineMs, attempts, parallel, signal, onReport, onTrialEnd } = options;
  if (typeof folder !== 'string' || folder === '') throw badArgument('sweep', 'folder', 'it is missing.', 'name a folder for the journal and the best model.');
  if (parallel !== undefined && !(Number.isSafeInteger(parallel) && parallel >= 1)) throw badArgument('sweep', 'parallel', `${parallel} is not a whole number from 1.`, 'pass how many trials may run at once.');
  const plan = planOf(trial.name, space, options);
  const journal = await openJournal(folder, plan.identity);
  const entries = [...journal.entries];
  const keeper = keeperOf(folder, plan, entries);
  const run: Run = {
    plan,
    journal,
    entries,
    checkpoints: keeper.checkpoints,
    parallel,
    signal,
    onReport: onReport && ((step, point) => onReport(step.trial, point)),
    async onEnded({ trial: number }) {
      const records = await keeper.keep();
      onTrialEnd?.(records.find((record) => record.trial === number)!, { ended: records.length, trials: plan.trials, best: bestOf(records) });
    },
  };
  try {
    await keeper.keep();
    const left = resumed(run);
    if (left.open.length > 0 || left.rungs.next()) {
      const session = await engine.open({ tasks, scope: `sweep-${journal.id}`, ...(deadlineMs !== undefined && { deadlineMs }), ...(attempts !== undefined && { attempts }) });
      try {
        await runSteps(session, trial.name, run, left);
        await session.clear();
      } finally {
        await session.close();
      }
    }
  } finally {
    await journal.close();
  }
  const trials = recordsOf(entries, plan);
  return { ...plan.identity, trials, best: bestOf(trials), checkpoint: keeper.best() };
}

const bestOf = <Params>([first]: readonly TrialRecord<Params>[]): TrialRecord<Params> | null => (first?.status === 'done' ? first : null);

/** Keeps the checkpoints that are still needed, and a copy of the best. */
function keeperOf<S extends Space>(folder: string, plan: ReturnType<typeof planOf<S>>, entries: readonly Run['entries'][number][]) {
  const checkpoints = checkpointsIn(join(folder, 'checkpoints'));
  const path = join(folder, 'best.safetensors');
  let saved = '';
  return {
    checkpoints,
    best: () => (saved ? path : null),
    async keep(): Promise<TrialRecord<ParamsOf<S>>[]> {
      const records = recordsOf(entries, plan);
      const best = bestOf(records);
      const latest = entries.filter((entry) => entry.event === 'ended' && entry.checkpoint).map(({ trial, rung }): Step => ({ trial, rung })).filter(({ trial, rung }) => plan.budgets[rung] === records.find((record) => record.trial === trial)!.budget);
      const first = latest.find(({ trial }) => trial === best?.trial);
      const name = first ? stepName(first) : '';
      if (first && name !== saved) await writeWhole(path, await checkpoints.read(first));
      saved = name;
      // Those of trials that may go on are needed later.
      await checkpoints.keepOnly(plan.budgets.length > 1 ? latest : first ? [first] : []);
      return records;
    },
  };
}
