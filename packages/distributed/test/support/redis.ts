import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createConnection, createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** Why no Redis can be started here; null where one can. */
export const missingRedis: string | null = spawnSync('redis-server', ['--version']).status === 0 ? null : 'there is no `redis-server` (Debian has it in the package of that name)';

const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const server = createServer().once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });

const answers = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = createConnection(port, '127.0.0.1', () => socket.write('PING\r\n'));
    // A server that asks for a password or still loads its data says so.
    socket.once('data', (text) => resolve(!text.toString().includes('LOADING'))).once('error', () => resolve(false));
    socket.once('data', () => socket.destroy());
  });

/** A Redis of the test's own. */
export class TestRedis {
  #server: ChildProcess | null = null;

  private constructor(
    readonly port: number,
    readonly folder: string,
    readonly flags: readonly string[],
  ) {}

  static async start(flags: readonly string[] = []): Promise<TestRedis> {
    const redis = new TestRedis(await freePort(), mkdtempSync(join(tmpdir(), 'unfold-redis-')), flags);
    await redis.run();
    return redis;
  }

  get url(): string {
    return `redis://127.0.0.1:${this.port}`;
  }

  /** Starts it, again with the data of before. */
  async run(): Promise<void> {
    this.#server = spawn('redis-server', ['--port', String(this.port), '--bind', '127.0.0.1', '--dir', this.folder, '--save', '', '--appendonly', 'yes', ...this.flags], { stdio: 'ignore' });
    for (let i = 0; i < 200; i++) {
      if (await answers(this.port)) return;
      await sleep(25);
    }
    throw new Error('redis-server does not answer');
  }

  /** Ends it as a crash does. */
  async kill(): Promise<void> {
    const server = this.#server;
    if (!server || server.exitCode !== null || server.signalCode !== null) return;
    const ended = new Promise((resolve) => server.once('exit', resolve));
    server.kill('SIGKILL');
    await ended;
  }

  async remove(): Promise<void> {
    await this.kill();
    rmSync(this.folder, { recursive: true, force: true });
  }
}
