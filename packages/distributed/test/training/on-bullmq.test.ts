import { bullmq, fitDistributed, startWorker, type RunningWorker } from '@unfoldjs/distributed';
import { modeRuns, skip } from '@unfoldjs/test-support';
import { missingRedis, TestRedis } from '@unfoldjs/test-support/redis';
import { expect } from 'chai';
import { halves } from './tasks.js';
import { tasks, trainingSuite } from './training-suite.js';
import { bitsOf, onDouble, type RunOptions } from './trainings.js';

describe('training on bullmq()', function () {
  this.timeout(120_000);
  let redis: TestRedis;
  let worker: RunningWorker;
  before(async function () {
    if (missingRedis) skip(this, { mode: 'redis', reason: missingRedis });
    modeRuns('redis');
    redis = await TestRedis.start();
    worker = await startWorker({ connection: redis.url, tasks, concurrency: 2 });
  });
  after(async () => {
    await worker?.close();
    await redis?.remove();
  });
  trainingSuite({ engine: () => bullmq({ connection: redis.url }), alive: () => worker.workers(), redis: () => redis.url });

  it('gives the same bits when Redis crashes in the middle, and comes back with its data', async () => {
    const options: RunOptions = { epochs: 3, seed: 3 };
    let crashes = 0;
    const onRound: RunOptions['onRound'] = async ({ record: { round } }) => {
      if (round !== 2 && round !== 5) return;
      crashes++;
      // The next call to the session finds it away.
      await redis.kill();
      setTimeout(() => void redis.run(), 200);
    };
    const { state } = await fitDistributed(halves, { engine: bullmq({ connection: redis.url }), tasks, workers: 2, batchSize: 8, progress: false, ...options, onRound });
    expect(crashes).to.equal(2);
    expect(await bitsOf(state)).to.deep.equal(await bitsOf((await onDouble(halves, 2, options)).state));
  });
});
