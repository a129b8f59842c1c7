import { availableParallelism } from 'node:os';
import type { Job } from 'bullmq';
import { badArgument } from '@unfoldjs/core';
import type { WorkerInfo } from '../engine/job-engine.js';
import { isCount, openEnvelope, type Envelope } from '../jobs/envelope.js';
import { jobErrorOf, lostJob } from '../jobs/errors.js';
import { moduleUrl } from '../jobs/settings.js';
import { ProcessPool } from '../processes/process-pool.js';
import { assertPrefix } from './bullmq.js';
import { defaultBlobTtlMs, defaultOpenMs, defaultPrefix, openRedis, redacted, type RedisConnection } from './connection.js';
import { queueName } from './names.js';
import type { TravellingOutcome, TravellingRound } from './travelling-outcome.js';
import { announce, heartbeatMs, withdraw } from './workers-alive.js';

export interface WorkerOptions {
  readonly connection: RedisConnection;
  /** The module whose exported tasks may run here: a path or a file URL. If it exports a function `setup`, each process calls that first, to choose a backend. */
  readonly tasks: string | URL;
  /** Processes, each of which runs one job at a time. Default: as many as the machine runs at once. */
  readonly concurrency?: number;
  /** As given to `bullmq()`. Default: 'unfold'. */
  readonly prefix?: string;
  /** As given to `bullmq()`. Default: a day. */
  readonly blobTtlMs?: number;
  /** Milliseconds in which Redis must answer at the start. Default: 5000. */
  readonly openMs?: number;
  /** Milliseconds after which a job counts as lost whose worker is not heard of. It renews its claim at half that time, whatever its tasks do. Default: 10,000. */
  readonly lockMs?: number;
  /** How often workers look for jobs that are lost, in milliseconds: one is found again after at most `lockMs` + 2 * `stalledMs`. Default: 5000. */
  readonly stalledMs?: number;
  /** Told of faults that work goes on after, such as a Redis that is away. Secrets of the connection are taken out. Default: nobody is told. */
  readonly onFault?: (message: string) => void;
}

export interface RunningWorker {
  /** The processes that are alive now. */
  workers(): readonly WorkerInfo[];
  /** Takes no more jobs, finishes those that run, and ends. A second call waits for the first. */
  close(): Promise<void>;
}

/** Stalled jobs are counted as tries (`attempts`), by this worker. BullMQ's own limit stays out of the way. */
const noLimit = 1_000_000;

/**
 * Takes jobs of `bullmq` engines from a Redis and runs them in processes of this machine, until it is closed. What arrives is data: only tasks of the
 * given module run, on payloads whose size and checksum were checked.
 *
 * @throws {UnfoldError} ENGINE_UNREACHABLE; INVALID_ARGUMENT, also where the module is none of tasks
 */
export async function startWorker(options: WorkerOptions): Promise<RunningWorker> {
  const { connection, tasks, concurrency = availableParallelism(), prefix = defaultPrefix, blobTtlMs = defaultBlobTtlMs, openMs = defaultOpenMs, lockMs = 10_000, stalledMs = 5000, onFault } = options;
  assertPrefix('startWorker', prefix);
  for (const [name, value, max] of [['concurrency', concurrency, 1024], ['blobTtlMs', blobTtlMs, Number.MAX_SAFE_INTEGER], ['openMs', openMs, 2 ** 31 - 1], ['lockMs', lockMs, 2 ** 31 - 1], ['stalledMs', stalledMs, 2 ** 31 - 1]] as const) {
    if (!isCount(value, max)) throw badArgument('startWorker', name, `${String(value)} is no whole number from 1 to ${max}.`, 'leave it out for its default.');
  }
  const url = moduleUrl(tasks);
  const client = await openRedis('startWorker', connection, openMs);
  let pool: ProcessPool;
  try {
    pool = await ProcessPool.open({ tasks: url, blobs: { kind: 'redis', connection, prefix, blobTtlMs } }, concurrency, 'startWorker');
  } catch (error) {
    client.disconnect();
    throw error;
  }
  const { Worker } = await import('bullmq');
  const worker = new Worker<unknown, TravellingOutcome | TravellingRound>(queueName, (job) => answer(pool, job), { connection: client, prefix, concurrency, lockDuration: lockMs, stalledInterval: stalledMs, maxStalledCount: noLimit });
  worker.on('error', (error) => onFault?.(redacted(error.message, connection)));
  const beat = (): void => void announce(client, prefix, pool.workers).catch(() => undefined);
  const heart = setInterval(beat, heartbeatMs);
  await announce(client, prefix, pool.workers);
  let closing: Promise<void> | null = null;
  const end = async (): Promise<void> => {
    await worker.close();
    clearInterval(heart);
    await withdraw(client, prefix, pool.workers);
    await pool.close();
    client.disconnect();
  };
  return { workers: () => pool.workers, close: () => (closing ??= end()) };
}

/** Runs a job once. Throws where it is to be tried again: BullMQ then puts it back. */
async function answer(pool: ProcessPool, job: Job<unknown>): Promise<TravellingOutcome | TravellingRound> {
  if ((job.data as { readonly round?: unknown } | null)?.round === true) return { round: await job.getChildrenValues() };
  let envelope: Envelope;
  try {
    ({ envelope } = openEnvelope(job.data));
  } catch (error) {
    return { status: 'failed', error: jobErrorOf(error, 'job') };
  }
  const { attempts } = envelope;
  const lost = (reason: string): TravellingOutcome => {
    const { status, error } = lostJob(job.id ?? '', attempts, reason) as Extract<ReturnType<typeof lostJob>, { status: 'failed' }>;
    return { status, error };
  };
  // A try that began and never ended was lost with its whole worker.
  if (job.attemptsStarted > attempts) return lost('its worker was not heard of again');
  const { worker, ...done } = await pool.run(envelope, (progress) => void job.updateProgress({ progress }).catch(() => undefined));
  if (done.status === 'done') return { ...done, worker };
  if (done.status === 'failed') return done;
  if (job.attemptsStarted >= attempts) return lost(done.reason);
  throw new Error(done.reason);
}
