import { createHash } from 'node:crypto';
import { expect } from 'chai';
import { bullmq, startWorker, type RunningWorker } from '@unfoldjs/distributed';
import { modeRuns, skip } from '@unfoldjs/test-support';
import { Redis } from 'ioredis';
import { engineSuite, tasks } from './support/engine-suite.js';
import { missingRedis, TestRedis } from './support/redis.js';

describe('bullmq()', function () {
  this.timeout(20_000);
  let redis: TestRedis;
  before(async function () {
    if (missingRedis) skip(this, { mode: 'redis', reason: missingRedis });
    modeRuns('redis');
    redis = await TestRedis.start();
  });
  after(() => redis?.remove());

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
  });
});
