import { writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { bullmq, local, startWorker } from '@unfoldjs/distributed';
import { machine } from '@unfoldjs/measure';
import { missingRedis, TestRedis } from '@unfoldjs/test-support/redis';
import { roundsChart } from './chart.js';
import { measureRounds, type WithEngine } from './measure.js';
import { roundsPage, waysOf } from './page.js';
import { measureScaling } from './scaling.js';
import { tasks } from './tasks.js';

/**
 * Measures what rounds cost on a Redis of its own, and writes `round-cost.md` and `round-cost.svg`. Gives their paths.
 *
 * @throws RangeError where there is no Redis to start.
 */
export async function writeRoundCost(to: string, say: (line: string) => void): Promise<string[]> {
  if (missingRedis) throw new RangeError(`round-cost needs a Redis: ${missingRedis}`);
  const redis = await TestRedis.start();
  const withEngine: WithEngine = async (workers, run) => {
    const worker = await startWorker({ connection: redis.url, tasks, concurrency: workers });
    try {
      return await run(bullmq({ connection: redis.url }));
    } finally {
      await worker.close();
    }
  };
  try {
    const before = machine();
    const taken = await measureRounds(withEngine, availableParallelism(), say);
    const scalings = await measureScaling({ local: (workers, run) => run(local({ workers })), bullmq: withEngine }, say);
    const files = { 'round-cost.md': roundsPage(taken, scalings, 'bullmq', before, new Date().toISOString()), 'round-cost.svg': roundsChart(taken.constants, waysOf(taken)) };
    return Object.entries(files).map(([name, text]) => {
      writeFileSync(join(to, name), text);
      return join(to, name);
    });
  } finally {
    await redis.remove();
  }
}
