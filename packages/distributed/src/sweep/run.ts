import { UnfoldError, unfoldError } from '@unfoldjs/core';
import type { Job, JobError, JobOutcome, JobSession } from '../engine/job-engine.js';
import type { Json } from '../engine/json.js';
import { ladder, stepName, type Step } from './asha.js';
import type { Checkpoints } from './checkpoints.js';
import type { Journal, JournalEntry } from './journal.js';
import type { Plan } from './plan.js';
import { lossOf, objectiveError } from './records.js';
import { answerOf, type CurvePoint, type TrialPayload } from './trial.js';

/** One sweep in progress. */
export interface Run {
  readonly plan: Plan<unknown>;
  readonly journal: Journal;
  readonly checkpoints: Checkpoints;
  /** Trials that may run at once. */
  readonly parallel: number | undefined;
  readonly signal: AbortSignal | undefined;
  readonly onReport: ((step: Step, point: CurvePoint) => void) | undefined;
  /** What the journal holds by now. */
  readonly entries: JournalEntry[];
  /** Called when something ended, and its entry is in the journal. */
  readonly onEnded: (step: Step) => Promise<void>;
}

function stepOf(id: string): Step {
  const [, trial, rung] = /^trial-(\d+)-rung-(\d+)/.exec(id)!;
  return { trial: Number(trial), rung: Number(rung) };
}

/** What the journal leaves to do: steps that began and did not end, and a ladder that knows the rest. */
export function resumed({ plan, entries }: Pick<Run, 'plan' | 'entries'>) {
  const { objective, budgets, reductionFactor, trials } = plan;
  const rungs = ladder({ rungs: budgets.length, reductionFactor, trials });
  const open = new Map<string, Step>();
  for (const entry of entries) {
    if (entry.event === 'started') {
      rungs.started(entry);
      open.set(stepName(entry), { trial: entry.trial, rung: entry.rung });
    } else {
      rungs.ended(entry, entry.event === 'ended' ? lossOf(objective, entry) : null);
      open.delete(stepName(entry));
    }
  }
  return { rungs, open: [...open.values()] };
}

/** Runs what is left of a sweep, until nothing runs and nothing may go on. */
export async function runSteps(session: JobSession, task: string, run: Run, { rungs, open }: ReturnType<typeof resumed>): Promise<void> {
  const { plan, signal, onReport } = run;
  const append = async (entry: JournalEntry): Promise<void> => {
    await run.journal.append(entry);
    run.entries.push(entry);
  };
  const running = new Set<string>();
  /** Steps that run a second time, under another id, as the engine kept their outcomes longer than their bytes. */
  const again = new Set<string>();
  let isStopped = false;
  let wake = (): void => undefined;
  const stop = (): void => {
    isStopped = true;
    wake();
  };
  // Promotions follow from what has ended: a step that is chosen while no worker is free would be chosen too early.
  const mayRun = async (): Promise<number> => run.parallel ?? (plan.budgets.length === 1 ? Infinity : Math.max(1, (await session.workers()).length));

  async function* jobs(): AsyncGenerator<Job> {
    while (!isStopped) {
      const limit = await mayRun();
      const begun = running.size < limit ? open.shift() : undefined;
      const next = begun ?? (running.size < limit ? rungs.next() : null);
      if (next) {
        running.add(stepName(next));
        rungs.started(next);
        if (!begun) await append({ event: 'started', ...next });
        const job = await jobOf(session, task, run, next);
        yield again.has(job.id) ? { ...job, id: `${job.id}-again` } : job;
      } else if (running.size === 0) return;
      else await new Promise<void>((resolve) => (wake = resolve));
    }
  }

  // The engine may end the jobs while the next one is being waited for.
  const source: AsyncIterable<Job> = {
    [Symbol.asyncIterator]() {
      const inner = jobs();
      const end = (): Promise<IteratorResult<Job>> => {
        stop();
        return inner.return(undefined);
      };
      return { next: () => inner.next(), return: end };
    },
  };
  const refuseAborted = (): void => {
    if (signal?.aborted) throw unfoldError({ code: 'ABORTED', op: 'sweep', argument: 'signal', problem: 'the sweep was stopped.', fix: 'call it again with the same folder to go on.' });
  };
  refuseAborted();
  signal?.addEventListener('abort', stop, { once: true });
  try {
    const outcomes = session.outcomes(source, {
      ...(run.parallel !== undefined && { ahead: run.parallel }),
      ...(signal && { signal }),
      ...(onReport && { onReport: (id: string, point: Json) => onReport(stepOf(id), point as CurvePoint) }),
    });
    for await (const outcome of outcomes) {
      const step = stepOf(outcome.id);
      const entry = await entryOf(session, run, step, outcome);
      if (entry.event === 'failed' && isLost(entry.error) && !again.has(stepName(step))) {
        again.add(stepName(step));
        open.push(step);
      } else {
        await append(entry);
        await run.onEnded(step);
        await session.blobs.delete([stepName(step), resumeKey(step)]);
        rungs.ended(step, entry.event === 'ended' ? lossOf(plan.objective, entry) : null);
      }
      running.delete(stepName(step));
      wake();
    }
    refuseAborted();
  } finally {
    signal?.removeEventListener('abort', stop);
  }
}

const isLost = ({ code }: Pick<JobError, 'code'>): boolean => code === 'BLOB_MISSING' || code === 'BLOB_DAMAGED';

const resumeKey = (step: Step): string => `${stepName(step)}-from`;

async function jobOf(session: JobSession, task: string, { plan, entries, checkpoints }: Run, step: Step): Promise<Job> {
  const { trial, rung } = step;
  const before = { trial, rung: rung - 1 };
  const goesOn = entries.some((entry) => entry.event === 'ended' && entry.checkpoint && stepName(entry) === stepName(before));
  if (goesOn) await session.blobs.put(resumeKey(step), await checkpoints.read(before));
  const payload: TrialPayload = { trial, seed: plan.seed(trial), budget: plan.budgets[rung]!, params: plan.params(trial) as TrialPayload['params'], resumeFrom: goesOn ? resumeKey(step) : null, checkpoint: stepName(step) };
  return { id: stepName(step), task, payload };
}

async function entryOf(session: JobSession, { plan, checkpoints }: Run, step: Step, outcome: JobOutcome): Promise<JournalEntry> {
  const failed = (error: JobError): JournalEntry => ({ event: 'failed', ...step, error });
  if (outcome.status === 'failed') return failed(outcome.error);
  const answer = answerOf(outcome.result);
  if (!answer) return failed({ code: 'PAYLOAD_REFUSED', message: 'the worker answered with what is not the result of a trial: it may be of another version.' });
  const { metrics, curve, checkpoint } = answer;
  const error = objectiveError(plan.objective, { metrics });
  if (error) return failed(error);
  if (checkpoint) {
    let bytes: Uint8Array;
    try {
      bytes = await session.blobs.get(stepName(step));
    } catch (cause) {
      if (cause instanceof UnfoldError && isLost(cause)) return failed({ code: cause.code, message: cause.message });
      throw cause;
    }
    await checkpoints.write(step, bytes);
  }
  return { event: 'ended', ...step, metrics, curve, milliseconds: outcome.milliseconds, worker: outcome.worker, checkpoint };
}
