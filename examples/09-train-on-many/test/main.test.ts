import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startWorker } from '@unfoldjs/distributed';
import { modeRuns, skip } from '@unfoldjs/test-support';
import { missingRedis, TestRedis } from '@unfoldjs/test-support/redis';
import { expect } from 'chai';

const program = fileURLToPath(new URL('../dist/main.js', import.meta.url));
const tasks = new URL('../dist/tasks.js', import.meta.url);

describe('training on many workers', function () {
  this.timeout(120_000);
  let folder: string;
  before(() => (folder = mkdtempSync(join(tmpdir(), 'many-'))));
  after(() => rmSync(folder, { recursive: true }));

  const run = async (...args: string[]): Promise<string> => {
    const child = spawn(process.execPath, [program, '--training', 'few', ...args], { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] });
    let [printed, said] = ['', ''];
    child.stdout.on('data', (chunk: Buffer) => (printed += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
    const [status] = (await once(child, 'close')) as [number | null];
    expect(status, said).to.equal(0);
    return printed;
  };
  const weights = (name: string): Buffer => readFileSync(join(folder, name, 'few/weights.safetensors'));

  it('averages gradients, and says where the time went', async () => {
    const printed = await run('--local-steps', '1', '--epochs', '1', '--out', 'gradients');
    expect(printed).to.match(/epoch 1\/1 .* loss \d/).and.to.match(/19 rounds in [\d.]+ s, [\d,]+ images\/s: \d+ % in steps and means, \d+ % in blobs, \d+ % waiting/);
    expect(printed).to.match(/accuracy [\d.]+ % of 100 other images, seed 1/);
  });

  it('ends with the same weights whether it was stopped in between or not', async () => {
    await run('--local-steps', '5', '--out', 'whole');
    await run('--local-steps', '5', '--out', 'parts', '--epochs', '1');
    await run('--local-steps', '5', '--out', 'parts');
    expect(weights('parts').equals(weights('whole'))).to.equal(true);
  });

  it('ends with the same weights on a Redis', async function () {
    if (missingRedis) skip(this, { mode: 'redis', reason: missingRedis });
    modeRuns('redis');
    const redis = await TestRedis.start();
    const worker = await startWorker({ connection: redis.url, tasks, concurrency: 2 });
    try {
      await run('--local-steps', '5', '--out', 'redis', '--redis', redis.url);
      expect(weights('redis').equals(weights('whole'))).to.equal(true);
    } finally {
      await worker.close();
      await redis.remove();
    }
  });
});
