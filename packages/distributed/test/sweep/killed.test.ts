import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { startWorker, type SweepResult } from '@unfoldjs/distributed';
import { modeRuns, skip } from '@unfoldjs/test-support';
import { expect } from 'chai';
import { missingRedis, TestRedis } from '@unfoldjs/test-support/redis';

const program = fileURLToPath(new URL('sweep-program.js', import.meta.url));
const linesOf = (path: string): string[] => (existsSync(path) ? readFileSync(path, 'utf8').split('\n').slice(0, -1) : []);
const endedIn = (folder: string): string[] => linesOf(join(folder, 'journal.jsonl')).flatMap((text) => {
  const { event, trial, rung } = JSON.parse(text) as { event?: string; trial: number; rung: number };
  return event === 'ended' ? [`trial-${trial}-rung-${rung}`] : [];
});

/** The result without what depends on clocks. */
const told = ({ trials, checkpoint }: SweepResult<unknown>) => ({
  trials: trials.map(({ milliseconds: _, ...trial }) => trial),
  best: [...readFileSync(checkpoint!)],
});

describe('a sweep whose process is killed', function () {
  this.timeout(60_000);
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'killed-'))));
  afterEach(() => rmSync(folder, { recursive: true }));

  /** Runs the program, until it ends or so many budgets have been run up to since it began; then it is killed. */
  async function run(name: string, killAfter: number, redis?: string): Promise<SweepResult<unknown> | null> {
    const runs = join(folder, 'runs');
    const child = spawn(process.execPath, [program, join(folder, name), runs, ...(redis ? [redis] : [])], { stdio: ['ignore', 'pipe', 'inherit'] });
    let printed = '';
    child.stdout.on('data', (chunk: Buffer) => (printed += chunk.toString()));
    const ended = once(child, 'close') as Promise<[number | null, NodeJS.Signals | null]>;
    const before = linesOf(runs).length;
    const isOver = ended.then(() => true);
    while (!(await Promise.race([isOver, setTimeout(3, false)]))) if (linesOf(runs).length >= before + killAfter) child.kill('SIGKILL');
    const [code, signal] = await ended;
    if (signal === 'SIGKILL') return null;
    expect(code).to.equal(0);
    return JSON.parse(printed) as SweepResult<unknown>;
  }

  /** Kills the sweep after so many budgets, each time it is started, and then lets it end. It must end as one that was not killed. */
  async function compare(kills: readonly number[], redis?: string): Promise<void> {
    const whole = await run('whole', Infinity, redis);
    const finished = new Set<string>();
    let killed = 0;
    for (const killAfter of [...kills, Infinity]) {
      const before = linesOf(join(folder, 'runs')).length;
      const result = await run('killed', killAfter, redis);
      const again = linesOf(join(folder, 'runs')).slice(before).filter((name) => finished.has(name));
      expect(again).to.deep.equal([]);
      for (const name of endedIn(join(folder, 'killed'))) finished.add(name);
      if (result) expect(told(result)).to.deep.equal(told(whole!));
      else killed++;
    }
    expect(killed).to.equal(kills.length);
    expect(finished.size).to.equal(endedIn(join(folder, 'whole')).length);
  }

  it('ends as if it had not been, and runs nothing again that is in the journal: asha on a local worker', () => compare([2, 3]));

  describe('on the workers of a Redis', () => {
    let redis: TestRedis | undefined;
    before(async function () {
      if (missingRedis) skip(this, { mode: 'redis', reason: missingRedis });
      modeRuns('redis');
      redis = await TestRedis.start();
    });
    after(() => redis?.remove());

    it('ends as if it had not been, and runs nothing twice, as the workers went on and their answers were kept', async () => {
      const worker = await startWorker({ connection: redis!.url, tasks: new URL('slow-trials.js', import.meta.url), concurrency: 2 });
      try {
        await compare([1], redis!.url);
        // Eight of the sweep that was not killed, eight of the other.
        expect(linesOf(join(folder, 'runs'))).to.have.lengthOf(16);
      } finally {
        await worker.close();
      }
    });
  });
});
