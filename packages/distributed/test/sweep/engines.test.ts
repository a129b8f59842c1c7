import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { UnfoldError } from '@unfoldjs/core';
import { asha, bullmq, local, startWorker, sweep, type JobEngine, type RunningWorker } from '@unfoldjs/distributed';
import { modeRuns, skip } from '@unfoldjs/test-support';
import { expect } from 'chai';
import { missingRedis, TestRedis } from '@unfoldjs/test-support/redis';
import { inProcess } from './in-process-engine.js';
import { mortal, mortalIn, space } from './mortal-trials.js';

const tasks = new URL('mortal-trials.js', import.meta.url);

describe('a sweep on an engine', function () {
  this.timeout(60_000);
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'sweep-engine-'))));
  afterEach(() => {
    delete process.env['UNFOLD_SWEEP_GRAVES'];
    rmSync(folder, { recursive: true });
  });

  const run = async (engine: JobEngine, name: string) => {
    const result = await sweep(mortal, space, { engine, tasks, objective: { metric: 'loss', direction: 'minimize' }, strategy: asha({ maxBudget: 4, reductionFactor: 2 }), trials: 8, seed: 2, parallel: 1, folder: join(folder, name) });
    return { trials: result.trials.map(({ milliseconds: _, ...told }) => told), best: [...readFileSync(result.checkpoint!)] };
  };

  const killed = 'gives what one without processes gives, though its workers are killed in the middle of trials';
  const isSameOn = async (start: () => Promise<JobEngine>) => {
    const expected = await run(inProcess({ tasks: [mortalIn(undefined)] }), 'plain');
    process.env['UNFOLD_SWEEP_GRAVES'] = join(folder, 'graves');
    mkdirSync(process.env['UNFOLD_SWEEP_GRAVES']);
    expect(await run(await start(), 'tested')).to.deep.equal(expected);
    expect(readdirSync(process.env['UNFOLD_SWEEP_GRAVES'])).to.have.lengthOf(expected.trials.filter(({ budget }) => budget > 1).length);
  };

  it(`local ${killed}`, () => isSameOn(async () => local({ workers: 1 })));

  describe('bullmq', () => {
    let redis: TestRedis | undefined;
    const workers: RunningWorker[] = [];
    before(async function () {
      if (missingRedis) skip(this, { mode: 'redis', reason: missingRedis });
      modeRuns('redis');
      redis = await TestRedis.start();
    });
    afterEach(async () => {
      for (const worker of workers.splice(0)) await worker.close();
    });
    after(() => redis?.remove());
    const start = async (concurrency: number): Promise<JobEngine> => {
      workers.push(await startWorker({ connection: redis!.url, tasks, concurrency }));
      return bullmq({ connection: redis!.url });
    };

    it(killed, () => isSameOn(() => start(1)));

    it('runs a sweep on two workers, and one whose coordinator gave up goes on with the same', async () => {
      const random = async (engine: JobEngine, name: string, signal?: AbortSignal, onTrialEnd?: () => void) =>
        (await sweep(mortal, space, { engine, tasks, objective: { metric: 'loss', direction: 'minimize' }, trials: 8, seed: 2, folder: join(folder, name), signal, onTrialEnd })).trials.map(({ milliseconds: _, ...told }) => told);
      const expected = await random(inProcess({ tasks: [mortal] }), 'plain');
      const engine = await start(2);
      const control = new AbortController();
      await random(engine, 'tested', control.signal, () => control.abort()).then(() => expect.fail('it was not stopped'), (error: UnfoldError) => expect(error.code).to.equal('ABORTED'));
      expect(await random(engine, 'tested')).to.deep.equal(expected);
    });
  });
});
