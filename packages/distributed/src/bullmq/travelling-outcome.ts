import type { JobOutcome } from '../engine/job-engine.js';
import { lostJob } from '../jobs/errors.js';

/** What a worker returns for a job: its outcome, but for the id, by which BullMQ knows it. */
export type TravellingOutcome = JobOutcome extends infer Each ? (Each extends JobOutcome ? Omit<Each, 'id'> : never) : never;

/** What a worker returns for a round: what BullMQ has of the jobs it waited for, by their keys. */
export interface TravellingRound {
  readonly round: Readonly<Record<string, unknown>>;
}

/** The outcome in what BullMQ holds, which anyone may have written. */
export function arrivedOutcome(id: string, attempts: number, value: unknown): JobOutcome {
  const { status, result, worker, milliseconds, error } = (value ?? {}) as Partial<Record<string, unknown>>;
  if (status === 'done' && result !== undefined && typeof worker === 'string' && typeof milliseconds === 'number') return { id, status, result: result as never, worker, milliseconds };
  const { code, message } = (error ?? {}) as Partial<Record<string, unknown>>;
  if (status === 'failed' && typeof code === 'string' && typeof message === 'string') return { id, status, error: { code, message } };
  return lostJob(id, attempts, 'what stands for its outcome is none');
}
