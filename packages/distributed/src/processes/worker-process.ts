import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { badArgument } from '@unfoldjs/core';
import workerpool from 'workerpool';
import type { WorkerInfo } from '../engine/job-engine.js';
import type { Json } from '../engine/json.js';
import type { Envelope } from '../jobs/envelope.js';
import type { Answer } from '../jobs/run-job.js';
import type { ProcessEvent, ProcessSetup, StartedProcess } from './serve.js';

/** How long a task may take to stop once its deadline has passed; then its process is killed. */
const graceMs = 1000;

/** How long a process may take to load its tasks and to choose a backend. */
const startMs = 5 * 60_000;

/** What became of one try. `counts` is false where the process was gone before the job reached it. */
export type Try = Exclude<Answer, { status: 'late' }> | { readonly status: 'lost'; readonly reason: string; readonly counts: boolean };

/** One process that runs one job at a time. Once it is lost it stays so: another takes its place. */
export interface WorkerProcess {
  readonly info: WorkerInfo;
  isAlive(): boolean;
  run(envelope: Envelope, report: (progress: Json) => void): Promise<Try>;
  kill(): void;
}

const script = (): string => join(dirname(fileURLToPath(import.meta.resolve('@unfoldjs/distributed/package.json'))), 'bin/worker-process.js');

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It is gone already.
  }
}

/** Starts one. @throws {UnfoldError} INVALID_ARGUMENT where the module is none of tasks, or ends the process. */
export async function startProcess(setup: ProcessSetup, op: string): Promise<WorkerProcess> {
  // In a group of its own, so that the Ctrl-C of a terminal reaches it by way of this process, which may have to drain first.
  const pool = workerpool.pool(script(), { workerType: 'process', maxWorkers: 1, forkOpts: { detached: true, serialization: 'advanced' } });
  const fix = 'give a module that exports tasks made by `defineTask`.';
  const started = (await pool.exec('start', [setup]).timeout(startMs).then(
    (answer) => answer as unknown,
    (error: Error) => {
      throw badArgument(op, 'tasks', `a process that loads ${setup.tasks} ends before it is ready: ${error.message.split('\n', 3).join(' ').replaceAll(/\s+/g, ' ')}.`, fix);
    },
  )) as StartedProcess | { readonly problem: string };
  if ('problem' in started) {
    void pool.terminate(true);
    throw badArgument(op, 'tasks', started.problem, fix);
  }
  const { pid, ...info } = started;
  let isLost = false;
  return {
    info,
    isAlive: () => !isLost && isRunning(pid),
    kill: () => kill(pid),
    async run(envelope, report) {
      let timer: NodeJS.Timeout | undefined;
      let hasStarted = false;
      let isLate = false;
      const watch = (): void => {
        clearTimeout(timer);
        timer = setTimeout(() => {
          isLate = true;
          kill(pid);
        }, envelope.deadlineMs + graceMs);
      };
      const on = (event: ProcessEvent): void => {
        if (event.kind === 'report') return report(event.progress);
        hasStarted = true;
        watch();
      };
      // A process that stands still does not even say that it has started.
      watch();
      const late = `it was not done in ${envelope.deadlineMs} ms`;
      try {
        const answer = (await pool.exec('run', [envelope], { on: on as (payload: unknown) => unknown })) as Answer;
        return answer.status === 'late' ? { status: 'lost', reason: late, counts: true } : answer;
      } catch {
        // `run` throws nothing of its own: the process is gone.
        isLost = true;
        return { status: 'lost', reason: isLate ? late : `its worker ${info.id} ended`, counts: hasStarted };
      } finally {
        clearTimeout(timer);
      }
    },
  };
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
