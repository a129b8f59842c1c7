import { UnfoldError, unfoldError, type ErrorCode } from '@unfoldjs/core';
import type { JobError, JobOutcome } from '../engine/job-engine.js';

const longest = 4000;

/** The error of a task as it travels. One of Unfold keeps its code, also where the task's module brings its own copy of the core. */
export function jobErrorOf(error: unknown, task: string): JobError {
  const known = error instanceof UnfoldError || (error instanceof Error && 'code' in error && 'problem' in error && 'fix' in error);
  const { code, message } = known ? (error as UnfoldError) : taskFailed(task, error);
  return { code, message: message.slice(0, longest) };
}

const taskFailed = (task: string, error: unknown): UnfoldError =>
  unfoldError({ code: 'TASK_FAILED', op: task, problem: `it threw ${error instanceof Error ? `${error.name}: ${error.message}` : String(error)}`.slice(0, longest - 200), fix: 'mend the task, or what its payload names.' });

export const refusedPayload = (problem: string, fix: string, argument = 'payload'): UnfoldError => unfoldError({ code: 'PAYLOAD_REFUSED', op: 'job', argument, problem, fix });

/** A job that was lost as often as it is tried. */
export const lostJob = (id: string, attempts: number, reason: string): JobOutcome =>
  failedOutcome(id, unfoldError({ code: 'JOB_LOST', op: 'job', argument: id, problem: `it was tried ${attempts === 1 ? 'once' : `${attempts} times`} and lost each time; the last time ${reason}.`, fix: 'look at what the workers print; give a longer `deadlineMs`, more memory, or more `attempts`.' }));

export const failedOutcome = (id: string, { code, message }: { readonly code: ErrorCode; readonly message: string }): JobOutcome => ({ id, status: 'failed', error: { code, message } });

export const stopped = (op: string, why: string): UnfoldError => unfoldError({ code: 'ABORTED', op, problem: why, fix: 'open another session of the same scope to go on.' });
