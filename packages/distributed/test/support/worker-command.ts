import { spawn, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { tasks, until } from './engine-suite.js';

const script = fileURLToPath(new URL('./run-worker.js', import.meta.url));

/** A worker that is a process of its own, so that it can be killed. */
export class WorkerCommand {
  readonly child: ChildProcess;
  printed = '';

  constructor(connection: string, concurrency = 1) {
    this.child = spawn(process.execPath, [script, tasks.href, String(concurrency)], { env: { ...process.env, TEST_REDIS: connection }, stdio: ['ignore', 'pipe', 'pipe'] });
    for (const stream of [this.child.stdout!, this.child.stderr!]) stream.on('data', (chunk: Buffer) => (this.printed += chunk.toString()));
  }

  async ready(): Promise<this> {
    await until(() => this.printed.includes('ready'));
    return this;
  }

  async end(signal: NodeJS.Signals): Promise<number | null> {
    if (this.child.exitCode === null && this.child.signalCode === null) {
      const ended = new Promise((resolve) => this.child.once('exit', resolve));
      this.child.kill(signal);
      await ended;
    }
    return this.child.exitCode;
  }
}
