import type { FlowProducer, Queue, QueueEvents } from 'bullmq';
import type { Redis } from 'ioredis';
import type { UnfoldError } from '@unfoldjs/core';
import type { BlobStore } from '../engine/blob-store.js';
import type { Job, JobOutcome, JobSession, WaitOptions, WorkerInfo } from '../engine/job-engine.js';
import type { Json } from '../engine/json.js';
import { envelopeOf, type Envelope } from '../jobs/envelope.js';
import { failedOutcome, lostJob, stopped } from '../jobs/errors.js';
import type { SessionSettings } from '../jobs/settings.js';
import { streamOutcomes } from '../jobs/stream-outcomes.js';
import { untilAborted } from '../jobs/until-aborted.js';
import { openRedis, type RedisPlace } from './connection.js';
import { forgetScope } from './forget-scope.js';
import { jobIdOf, queueName, roundIdOf } from './names.js';
import { blobsOn } from './redis-blobs.js';
import { arrivedOutcome, type TravellingRound } from './travelling-outcome.js';
import { Waiting } from './waiting.js';
import { aliveWorkers } from './workers-alive.js';

interface Parts {
  readonly client: Redis;
  readonly queue: Queue;
  readonly flows: FlowProducer;
  readonly events: QueueEvents;
}

type Options = { readonly openMs: number; readonly keepSeconds: number };

/** How often a session looks whether an event was missed, a job went away with a Redis, and which workers are alive. */
const lookMs = 2000;

export async function openBullmqSession(place: RedisPlace, settings: SessionSettings, options: Options): Promise<JobSession> {
  const client = await openRedis('open', place.connection, options.openMs);
  const { FlowProducer, Queue, QueueEvents } = await import('bullmq');
  const shared = { connection: client, prefix: place.prefix };
  // From the newest event on, by name: what happens before the first read must not be missed.
  const [newest] = await client.xrevrange(`${place.prefix}:${queueName}:events`, '+', '-', 'COUNT', 1);
  const parts: Parts = { client, queue: new Queue(queueName, shared), flows: new FlowProducer(shared), events: new QueueEvents(queueName, { ...shared, lastEventId: newest?.[0] ?? '0-0' }) };
  // Connections come back by themselves; until then everything waits.
  for (const part of [parts.queue, parts.flows, parts.events]) (part as { on(event: 'error', listener: () => void): unknown }).on('error', () => undefined);
  await parts.events.waitUntilReady();
  return new BullmqSession(place, settings, options, parts, await aliveWorkers(client, place.prefix));
}

class BullmqSession implements JobSession {
  readonly blobs: BlobStore;
  readonly #waiting: Waiting;
  #alive: number;
  #closing: Promise<void> | null = null;
  #looking: NodeJS.Timeout;

  constructor(
    readonly place: RedisPlace,
    readonly settings: SessionSettings,
    readonly options: Options,
    readonly parts: Parts,
    workers: readonly WorkerInfo[],
  ) {
    this.blobs = blobsOn(parts.client, place, settings.scope);
    this.#waiting = new Waiting(parts.queue, parts.events);
    this.#alive = workers.length;
    this.#looking = setTimeout(() => void this.#look(), lookMs);
  }

  outcomes(jobs: Iterable<Job> | AsyncIterable<Job>, { signal, onReport, ahead }: WaitOptions & { readonly ahead?: number } = {}): AsyncIterable<JobOutcome> {
    return streamOutcomes(jobs, (job) => this.#outcomeOf(job, onReport), () => ahead ?? 4 * Math.max(1, this.#alive), signal);
  }

  async round(id: string, jobs: readonly Job[], { signal, onReport }: WaitOptions = {}): Promise<readonly JobOutcome[]> {
    this.#assertOpen('round');
    return untilAborted(this.#round(id, jobs, onReport), signal, 'round');
  }

  async workers(): Promise<readonly WorkerInfo[]> {
    this.#assertOpen('workers');
    return aliveWorkers(this.parts.client, this.place.prefix);
  }

  async clear(): Promise<void> {
    this.#assertOpen('clear');
    await forgetScope(this.parts.client, this.parts.queue, this.place.prefix, this.settings.scope);
  }

  close(): Promise<void> {
    this.#closing ??= this.#end();
    return this.#closing;
  }

  async #end(): Promise<void> {
    clearTimeout(this.#looking);
    this.#waiting.refuse(stopped('outcomes', 'the session was closed.'));
    const { client, queue, flows, events } = this.parts;
    await Promise.allSettled([queue.close(), flows.close(), events.close()]);
    client.disconnect();
  }

  #assertOpen(op: string): void {
    if (this.#closing) throw stopped(op, 'the session is closed.');
  }

  async #look(): Promise<void> {
    // Whatever fails here fails as Redis is away; the next look is soon.
    await this.#waiting.look(Date.now() - lookMs).catch(() => undefined);
    await aliveWorkers(this.parts.client, this.place.prefix).then(
      ({ length }) => (this.#alive = length),
      () => undefined,
    );
    if (!this.#closing) this.#looking = setTimeout(() => void this.#look(), lookMs);
  }

  #jobOptions(jobId: string): { readonly jobId: string; readonly attempts: number; readonly removeOnComplete: { age: number }; readonly removeOnFail: { age: number } } {
    const age = this.options.keepSeconds;
    return { jobId, attempts: this.settings.attempts, removeOnComplete: { age }, removeOnFail: { age } };
  }

  #sealed(job: Job): Envelope | JobOutcome {
    try {
      return envelopeOf(job, this.settings);
    } catch (error) {
      return failedOutcome(job.id, error as UnfoldError);
    }
  }

  async #outcomeOf(job: Job, onReport?: WaitOptions['onReport']): Promise<JobOutcome> {
    this.#assertOpen('outcomes');
    const envelope = this.#sealed(job);
    if ('status' in envelope) return envelope;
    const jobId = jobIdOf(this.settings.scope, job.id);
    const stopListening = onReport && this.#waiting.listen(jobId, (progress) => onReport(job.id, progress));
    try {
      const ended = await this.#waiting.for(jobId, () => this.parts.queue.add(job.task, envelope, this.#jobOptions(jobId)));
      return 'reason' in ended ? lostJob(job.id, this.settings.attempts, ended.reason) : arrivedOutcome(job.id, this.settings.attempts, ended.value);
    } finally {
      stopListening?.();
    }
  }

  async #round(id: string, jobs: readonly Job[], onReport?: (id: string, progress: Json) => void): Promise<readonly JobOutcome[]> {
    const { scope } = this.settings;
    const sealed = jobs.map((job) => ({ job, jobId: jobIdOf(scope, job.id), envelope: this.#sealed(job) }));
    const children = sealed.flatMap(({ job, jobId, envelope }) => ('status' in envelope ? [] : [{ name: job.task, queueName, prefix: this.place.prefix, data: envelope, opts: { ...this.#jobOptions(jobId), ignoreDependencyOnFailure: true } }]));
    const stopListening = onReport ? sealed.map(({ job, jobId }) => this.#waiting.listen(jobId, (progress) => onReport(job.id, progress))) : [];
    const parentId = roundIdOf(scope, id);
    try {
      // `lifo`: nothing is left to be done once its jobs have ended, so the parent need not stand in line.
      const parent = { name: 'round', queueName, prefix: this.place.prefix, data: { round: true }, opts: { ...this.#jobOptions(parentId), lifo: true }, children };
      const ended = children.length === 0 ? null : await this.#waiting.for(parentId, () => this.parts.flows.add(parent));
      const values = (ended && 'value' in ended ? (ended.value as Partial<TravellingRound> | null)?.round : null) ?? {};
      return await Promise.all(
        sealed.map(async ({ job, jobId, envelope }) => {
          if ('status' in envelope) return envelope;
          const value = values[`${this.place.prefix}:${queueName}:${jobId}`];
          // A job that an earlier call ran is not the child of this parent.
          return value === undefined ? this.#outcomeOf(job) : arrivedOutcome(job.id, this.settings.attempts, value);
        }),
      );
    } finally {
      for (const stop of stopListening) stop();
    }
  }
}
