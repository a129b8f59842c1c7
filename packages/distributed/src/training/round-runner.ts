import { unfoldError, UnfoldError } from '@unfoldjs/core';
import type { Params } from '@unfoldjs/nn';
import type { Job, JobOutcome, JobSession } from '../engine/job-engine.js';
import { getTree } from './blobs.js';
import { parseResult, type RoundPayload, type RoundResult } from './payload.js';
import type { Stopwatch } from './stopwatch.js';

/** A shard's answer with the tree that it speaks of, read. */
export interface ShardAnswer {
  readonly answer: RoundResult;
  /** Null where the shard had no example. */
  readonly tree: Params | null;
  readonly worker: string;
}

export interface RoundRunner {
  readonly session: JobSession;
  /** The name of the task. */
  readonly task: string;
  /** Sets what this coordinator asks for anew apart from what earlier ones asked for. */
  readonly life: string;
  /** True where a coordinator before this one may have run these rounds. */
  readonly isResumed: boolean;
  readonly signal: AbortSignal | undefined;
  readonly clock: Stopwatch<'transport' | 'waiting'>;
  /** Writes what the round begins with once more. */
  readonly restore: () => Promise<void>;
}

/** True for bytes that were lost, or are not those that were written. */
export const isLost = (error: unknown): boolean => error instanceof UnfoldError && (error.code === 'BLOB_MISSING' || error.code === 'BLOB_DAMAGED');

/** How often a round is asked for again, where blobs are gone. */
const retries = 3;

/**
 * Runs the jobs of one round and reads what they made, in the order of the shards. Jobs are `round/shard`, so that a coordinator that was
 * restarted finds what was finished. Where the blob of such a job is gone, or it had failed, or a job did not find its own, the shard runs
 * again under an id of this coordinator's own; it gives the same bytes.
 *
 * @throws {UnfoldError} TASK_FAILED or JOB_LOST for a shard that failed; BLOB_MISSING or BLOB_DAMAGED where blobs are gone that cannot be
 * made again, or go as soon as they are made; DATA_MISMATCH for a worker whose model is another.
 */
export async function runRound(runner: RoundRunner, payloads: readonly RoundPayload[], like: Params): Promise<ShardAnswer[]> {
  const { session, task, life, isResumed, signal, clock, restore } = runner;
  const round = payloads[0]!.round;
  const answers = new Map<number, ShardAnswer>();
  for (let attempt = 0; ; attempt++) {
    if (attempt > 0) await restore();
    const suffix = attempt === 0 ? '' : `/${life}-${attempt}`;
    const open = payloads.filter(({ shard }) => !answers.has(shard));
    const jobs = open.map((payload): Job => ({ id: `${round}/${payload.shard}${suffix}`, task, payload }));
    const outcomes = await session.round(`${round}${suffix}`, jobs, { ...(signal && { signal }) });
    clock.lap('waiting');
    let lost: unknown = null;
    const read = async (outcome: JobOutcome, { shard }: RoundPayload): Promise<void> => {
      try {
        answers.set(shard, await answerOf(runner, outcome, { round, shard }, like));
      } catch (error) {
        const isOfBefore = isResumed && attempt === 0 && outcome.status === 'failed';
        if (!isLost(error) && !isOfBefore) throw error;
        lost = error;
      }
    };
    await Promise.all(open.map((payload, i) => read(outcomes[i]!, payload)));
    clock.lap('transport');
    if (answers.size === payloads.length) return payloads.map(({ shard }) => answers.get(shard)!);
    if (attempt === retries) throw lost;
  }
}

async function answerOf({ session, task }: RoundRunner, outcome: JobOutcome, { round, shard }: { readonly round: number; readonly shard: number }, like: Params): Promise<ShardAnswer> {
  if (outcome.status === 'failed') {
    const { code, message } = outcome.error;
    const kept = (['JOB_LOST', 'BLOB_MISSING', 'BLOB_DAMAGED'] as const).find((own) => own === code);
    throw unfoldError({
      code: kept ?? 'TASK_FAILED',
      op: 'fitDistributed',
      argument: 'training',
      problem: `shard ${shard} of round ${round} failed (${code}):\n${message}`,
      fix: 'mend what it names; with `folder`, the same call then goes on from the last checkpoint.',
    });
  }
  const answer = parseResult(task, outcome.result);
  return { answer, tree: answer.result && (await getTree(session.blobs, answer.result, like)), worker: outcome.worker };
}
