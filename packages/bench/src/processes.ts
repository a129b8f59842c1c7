import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Facts, Failure, Refusal, Sample } from './bench.js';
import { isFailure, isRefusal, type OpenCaseElsewhere } from './runner.js';

/** What a child says: once when its case is open, then once for each sample that it is asked for. */
export type ChildMessage = { readonly ready: Facts } | { readonly sample: Sample } | Refusal | Failure;

const childFile = fileURLToPath(new URL('./child.js', import.meta.url));

/** The longest that anything may take: an engine that hangs must not stop the others for ever. */
const patienceMs = 900_000;

/** Opens each case in a fresh process, so that no case finds the code, the heap or the caches of another. */
export const openInChild =
  (execArgv: readonly string[] = []): OpenCaseElsewhere =>
  async (bench, benchCase) => {
    const child = fork(childFile, [bench.name, benchCase.name], { execArgv: ['--expose-gc', ...execArgv, ...(benchCase.execArgv ?? [])], stdio: ['ignore', 'inherit', 'pipe', 'ipc'] });
    let complaint = '';
    child.stderr?.on('data', (chunk: Buffer) => (complaint += chunk));
    let answer: (message: ChildMessage) => void = () => undefined;
    let last: Failure | null = null;
    const fail = (failed: string): void => answer((last ??= { failed }));
    child.on('message', (message) => answer(message as ChildMessage));
    child.on('error', (error) => fail(error.message));
    child.on('close', (code, signal) => fail(`the process ended with ${signal ?? code} and no result. ${complaint.trim().slice(-2000)}`));
    // Not 'close', which never comes once this side has disconnected.
    const ended = new Promise((resolve) => child.on('exit', resolve));
    const next = async (ask: () => void): Promise<ChildMessage> => {
      if (last) return last;
      let timer: NodeJS.Timeout | undefined;
      const message = await new Promise<ChildMessage>((resolve) => {
        answer = resolve;
        timer = setTimeout(() => (fail(`it did not answer within ${patienceMs / 1000} s`), child.kill('SIGKILL')), patienceMs);
        ask();
      });
      clearTimeout(timer);
      return message;
    };
    const close = async (): Promise<void> => {
      if (child.connected) child.disconnect();
      await ended;
    };

    const opened = await next(() => undefined);
    if (!('ready' in opened)) {
      await close();
      return isFailure(opened) ? opened : (opened as Refusal);
    }
    return {
      facts: opened.ready,
      close,
      async sample() {
        const message = await next(() => child.send('sample'));
        return 'sample' in message ? message.sample : isFailure(message) || isRefusal(message) ? message : { failed: 'it gave no sample' };
      },
    };
  };
