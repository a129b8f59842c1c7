import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { SweepResult } from '@unfoldjs/distributed';
import { expect } from 'chai';

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

describe('a sweep on local workers whose process is killed', function () {
  this.timeout(60_000);
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'killed-'))));
  afterEach(() => rmSync(folder, { recursive: true }));

  /** Runs the program, until it ends or so many budgets have been run up to since it began; then it is killed. */
  async function run(name: string, workers: number, killAfter: number): Promise<SweepResult<unknown> | null> {
    const runs = join(folder, 'runs');
    const child = spawn(process.execPath, [program, join(folder, name), runs, String(workers)], { stdio: ['ignore', 'pipe', 'inherit'] });
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

  for (const [workers, what, kills] of [[1, 'asha on one worker', [2, 4]], [2, 'random search on two', [3]]] as const) {
    it(`ends as if it had not been, and runs nothing again that is in the journal: ${what}`, async () => {
      const whole = await run('whole', workers, Infinity);
      const finished = new Set<string>();
      const kept = join(folder, 'killed');
      let killed = 0;
      for (const killAfter of [...kills, Infinity]) {
        const before = linesOf(join(folder, 'runs')).length;
        const result = await run('killed', workers, killAfter);
        const again = linesOf(join(folder, 'runs')).slice(before).filter((name) => finished.has(name));
        expect(again).to.deep.equal([]);
        for (const name of endedIn(kept)) finished.add(name);
        if (result) expect(told(result)).to.deep.equal(told(whole!));
        else killed++;
      }
      expect(killed).to.equal(kills.length);
      expect(finished.size).to.equal(endedIn(join(folder, 'whole')).length);
    });
  }
});
