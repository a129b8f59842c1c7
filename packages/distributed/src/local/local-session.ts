import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { UnfoldError } from '@unfoldjs/core';
import type { BlobStore } from '../engine/blob-store.js';
import type { Job, JobOutcome, JobSession, WaitOptions, WorkerInfo } from '../engine/job-engine.js';
import type { Json } from '../engine/json.js';
import { envelopeOf, type Envelope } from '../jobs/envelope.js';
import { failedOutcome, lostJob, stopped } from '../jobs/errors.js';
import { untilAborted } from '../jobs/until-aborted.js';
import type { SessionSettings } from '../jobs/settings.js';
import { streamOutcomes } from '../jobs/stream-outcomes.js';
import type { ProcessPool } from '../processes/process-pool.js';
import { blobFolder, folderBlobs } from './folder-blobs.js';
import { OutcomeLog } from './outcome-log.js';

interface Home {
  /** The folder of all scopes. */
  readonly root: string;
  /** Whether it stays when the session ends. */
  readonly isKept: boolean;
  dispose(): Promise<void>;
}

type Listener = (id: string, progress: Json) => void;

/** A job of this session, under way or ended. */
interface Known {
  readonly outcome: Promise<JobOutcome>;
  readonly listeners: Set<Listener>;
}

export class LocalSession implements JobSession {
  readonly blobs: BlobStore;
  readonly #known = new Map<string, Known>();
  readonly #log: OutcomeLog | null;
  readonly #writing = new Set<Promise<void>>();
  #closing: Promise<void> | null = null;

  constructor(
    readonly pool: ProcessPool,
    readonly settings: SessionSettings,
    readonly home: Home,
  ) {
    this.blobs = folderBlobs(home.root, settings.scope);
    this.#log = home.isKept ? new OutcomeLog(join(home.root, settings.scope, 'outcomes')) : null;
  }

  outcomes(jobs: Iterable<Job> | AsyncIterable<Job>, { signal, onReport, ahead = 4 * this.pool.size }: WaitOptions & { readonly ahead?: number } = {}): AsyncIterable<JobOutcome> {
    return streamOutcomes(jobs, (job) => this.#outcomeOf(job, onReport), () => ahead, signal);
  }

  async round(_id: string, jobs: readonly Job[], { signal, onReport }: WaitOptions = {}): Promise<readonly JobOutcome[]> {
    return untilAborted(Promise.all(jobs.map((job) => this.#outcomeOf(job, onReport))), signal, 'round');
  }

  async workers(): Promise<readonly WorkerInfo[]> {
    return this.pool.workers;
  }

  async clear(): Promise<void> {
    this.#known.clear();
    await Promise.all([blobFolder(this.home.root, this.settings.scope), ...(this.#log ? [this.#log.folder] : [])].map((folder) => rm(folder, { recursive: true, force: true })));
  }

  close(): Promise<void> {
    this.#closing ??= this.#end();
    return this.#closing;
  }

  async #end(): Promise<void> {
    await this.pool.close({ drain: this.home.isKept });
    await Promise.allSettled(this.#writing);
    await this.home.dispose();
  }

  async #outcomeOf(job: Job, onReport?: Listener): Promise<JobOutcome> {
    if (this.#closing) throw stopped('outcomes', 'the session is closed.');
    let known = this.#known.get(job.id);
    if (!known) {
      const listeners = new Set<Listener>();
      known = { listeners, outcome: this.#run(job, (progress) => listeners.forEach((listen) => listen(job.id, progress))) };
      this.#known.set(job.id, known);
    }
    const { outcome, listeners } = known;
    if (!onReport) return outcome;
    listeners.add(onReport);
    try {
      return await outcome;
    } finally {
      listeners.delete(onReport);
    }
  }

  async #run(job: Job, report: (progress: Json) => void): Promise<JobOutcome> {
    const before = await this.#log?.read(job.id);
    if (before) return before;
    const outcome = await this.#try(job, report);
    if (this.#log) {
      const writing = this.#log.write(outcome);
      this.#writing.add(writing);
      await writing.finally(() => this.#writing.delete(writing));
    }
    return outcome;
  }

  async #try(job: Job, report: (progress: Json) => void): Promise<JobOutcome> {
    let envelope: Envelope;
    try {
      envelope = envelopeOf(job, this.settings);
    } catch (error) {
      return failedOutcome(job.id, error as UnfoldError);
    }
    for (let tries = 1; ; tries++) {
      const answer = await this.pool.run(envelope, report);
      if (answer.status === 'done') return { id: job.id, status: 'done', result: answer.result, worker: answer.worker, milliseconds: answer.milliseconds };
      if (answer.status === 'failed') return { id: job.id, status: 'failed', error: answer.error };
      if (this.#closing) throw stopped('outcomes', 'the session was closed while the job ran.');
      if (tries >= this.settings.attempts) return lostJob(job.id, tries, answer.reason);
    }
  }
}
