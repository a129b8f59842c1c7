import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { expect } from 'chai';
import { bullmq, startWorker, type RunningWorker } from '@unfoldjs/distributed';
import { modeRuns, skip } from '@unfoldjs/test-support';
import { missingRedis, TestRedis } from '@unfoldjs/test-support/redis';
import { Redis } from 'ioredis';
import { codeOf, collect, engineSuite, fault, pidsIn, resultOf, tasks, until } from './support/engine-suite.js';
import { predictSuite } from './support/predict-suite.js';
import { WorkerCommand } from './support/worker-command.js';

describe('bullmq()', function () {
  this.timeout(20_000);
  let redis: TestRedis;
  let folder: string;
  before(async function () {
    if (missingRedis) skip(this, { mode: 'redis', reason: missingRedis });
    modeRuns('redis');
    folder = mkdtempSync(join(tmpdir(), 'unfold-bullmq-test-'));
    redis = await TestRedis.start();
  });
  after(async () => {
    await redis?.remove();
    if (folder) rmSync(folder, { recursive: true, force: true });
  });

  describe('with a worker of two processes', () => {
    let worker: RunningWorker;
    after(() => worker?.close());
    engineSuite(async () => {
      worker = await startWorker({ connection: redis.url, tasks, concurrency: 2 });
      return {
        engine: bullmq({ connection: redis.url }),
        damage: async (scope, key) => {
          const client = new Redis(redis.url);
          await client.set(`unfold:${scope}:blob:${key}`, createHash('sha256').update('other').digest());
          client.disconnect();
        },
      };
    });

    predictSuite(() => bullmq({ connection: redis.url }));

    it('refuses jobs that others wrote, and goes on', async () => {
      const client = new Redis(redis.url, { maxRetriesPerRequest: null });
      const { Queue } = await import('bullmq');
      const queue = new Queue('jobs', { connection: client, prefix: 'unfold' });
      const payload = JSON.stringify(3);
      const envelope = { scope: 'others', task: 'square', payload, checksum: createHash('sha256').update(payload).digest('hex'), deadlineMs: 1000, attempts: 1 };
      const session = await bullmq({ connection: redis.url }).open({ tasks, scope: 'others' });
      const bad = { empty: {}, text: 'process.exit(1)', checksum: { ...envelope, payload: '4' }, scope: { ...envelope, scope: '../x' }, deadline: { ...envelope, deadlineMs: 1e12 }, json: { ...envelope, payload: '{', checksum: createHash('sha256').update('{').digest('hex') } };
      for (const [id, data] of Object.entries(bad)) await queue.add('square', data, { jobId: `others.${id}` });
      const outcomes = await collect(session.outcomes(Object.keys(bad).map((id) => ({ id, task: 'square', payload: 3 }))));
      expect(outcomes.map(codeOf)).to.deep.equal(Object.keys(bad).map(() => 'PAYLOAD_REFUSED'));
      expect((await session.round('good', [{ id: 'good', task: 'square', payload: 3 }])).map(resultOf)).to.deep.equal([9]);
      await session.close();
      await queue.close();
      client.disconnect();
    });
  });

  describe('with workers that are lost', () => {
    const commands: WorkerCommand[] = [];
    const start = async (url: string): Promise<WorkerCommand> => {
      const command = new WorkerCommand(url);
      commands.push(command);
      return command.ready();
    };
    afterEach(async () => {
      for (const command of commands.splice(0)) await command.end('SIGKILL');
    });

    it('gives the job of a worker that is killed to another, and finds outcomes again after the coordinator was gone', async () => {
      const log = join(folder, 'lost');
      const first = await start(redis.url);
      const engine = bullmq({ connection: redis.url });
      const jobs = [{ id: 'long', task: 'slow', payload: { log, ms: 700, value: 1 } }, { id: 'short', task: 'square', payload: 3 }];
      const gone = await engine.open({ tasks, scope: 'lost' });
      const unanswered = fault(gone.round('r', jobs));
      await until(() => pidsIn(log).length === 1);
      await Promise.all([first.end('SIGKILL'), gone.close()]);
      expect(await unanswered).to.equal('ABORTED');
      await start(redis.url);
      const again = await engine.open({ tasks, scope: 'lost' });
      expect((await again.round('r', jobs)).map(resultOf)).to.deep.equal([1, 9]);
      await again.close();
      const later = await engine.open({ tasks, scope: 'lost' });
      expect((await collect(later.outcomes(jobs))).map(resultOf).sort()).to.deep.equal([1, 9]);
      await later.close();
      expect(pidsIn(log)).to.have.length(2);
    });

    it('finishes the job that runs when it is told to stop, and ends with 0', async () => {
      const log = join(folder, 'drain');
      const worker = await start(redis.url);
      const session = await bullmq({ connection: redis.url }).open({ tasks, scope: 'drain' });
      const running = session.round('r', [{ id: 'a', task: 'slow', payload: { log, ms: 400, value: 1 } }]);
      await until(() => pidsIn(log).length === 1);
      const [{ id: workerId } = { id: '' }] = await session.workers();
      expect(await worker.end('SIGTERM')).to.equal(0);
      expect((await running).map(resultOf)).to.deep.equal([1]);
      expect((await session.workers()).map(({ id }) => id)).not.to.include(workerId);
      await session.close();
    });

    it('goes on when Redis was killed and started again', async () => {
      const own = await TestRedis.start();
      try {
        const worker = await start(own.url);
        const session = await bullmq({ connection: own.url }).open({ tasks, scope: 'restart' });
        const jobs = Array.from({ length: 12 }, (_, i) => ({ id: `j${i}`, task: 'slow', payload: { ms: 60, value: i } }));
        const results: unknown[] = [];
        for await (const outcome of session.outcomes(jobs)) {
          if (results.push(resultOf(outcome)) !== 3) continue;
          await own.kill();
          await own.run();
        }
        expect(results.map(Number).sort((a, b) => a - b)).to.deep.equal(jobs.map((_, i) => i));
        await session.close();
        await worker.end('SIGKILL');
      } finally {
        await own.remove();
      }
    });
  });

  it('says within the time it was given that Redis does not answer, or refuses', async () => {
    const start = performance.now();
    const open = (connection: string, openMs: number): Promise<string> => fault(bullmq({ connection, openMs }).open({ tasks, scope: 'a' }));
    expect(await open('redis://127.0.0.1:1', 300)).to.equal('ENGINE_UNREACHABLE');
    expect(performance.now() - start).to.be.within(200, 3000);
    expect(await fault(startWorker({ connection: 'redis://127.0.0.1:1', openMs: 300, tasks }))).to.equal('ENGINE_UNREACHABLE');
    expect(await open('http://example.org', 300)).to.equal('INVALID_ARGUMENT');
  });

  it('never prints a password', async () => {
    const password = 'secret word/1';
    const own = await TestRedis.start(['--requirepass', password]);
    try {
      const url = (word: string): string => `redis://:${encodeURIComponent(word)}@127.0.0.1:${own.port}`;
      const shown: string[] = [];
      const failing = async (connection: Parameters<typeof bullmq>[0]['connection']): Promise<void> => {
        const error = await bullmq({ connection, openMs: 2000 })
          .open({ tasks, scope: 'a' })
          .then(
            () => new Error('it was opened'),
            (reason: Error) => reason,
          );
        shown.push(inspect(error, { depth: 9 }));
      };
      const wrong = `${password} no`;
      await failing(url(wrong));
      await failing({ host: '127.0.0.1', port: own.port, password: wrong });
      await failing(`redis://:${wrong}@%zz:${own.port}`);
      await failing({ password, retryStrategy: () => 1 });
      expect(shown.map((text) => /ENGINE_UNREACHABLE|INVALID_ARGUMENT/.exec(text)?.[0])).to.deep.equal(['ENGINE_UNREACHABLE', 'ENGINE_UNREACHABLE', 'INVALID_ARGUMENT', 'INVALID_ARGUMENT']);
      const worker = await new WorkerCommand(url(password)).ready();
      const session = await bullmq({ connection: url(password) }).open({ tasks, scope: 'a' });
      await session.blobs.put('key', new Uint8Array([1, 2]));
      expect((await session.round('r', [{ id: 'a', task: 'sumBlob', payload: { key: 'key' } }])).map(resultOf)).to.deep.equal([3]);
            await own.kill();
      await until(() => worker.printed.includes('ECONNREFUSED'));
      shown.push(worker.printed);
      await own.run();
      await session.close();
      await worker.end('SIGTERM');
      for (const text of shown) expect(text).not.to.include('secret').and.not.to.include(encodeURIComponent(password));
    } finally {
      await own.remove();
    }
  });

  it('refuses options that are none', async () => {
    for (const options of [{ prefix: 'a:b' }, { blobTtlMs: 0 }, { keepSeconds: 1.5 }]) expect(() => bullmq({ connection: redis.url, ...options })).to.throw(/INVALID_ARGUMENT/);
    expect(await fault(startWorker({ connection: redis.url, tasks, concurrency: 0 }))).to.equal('INVALID_ARGUMENT');
    expect(await fault(startWorker({ connection: redis.url, tasks: join(folder, 'none.js') }))).to.equal('INVALID_ARGUMENT');
  });
});
