import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { fitDistributed, type JobEngine, type JobSession, type WorkerInfo } from '@unfoldjs/distributed';
import { randomAt } from '@unfoldjs/nn';
import { expect } from 'chai';
import { halves, setup, whole } from './tasks.js';
import { alone, bitsOf, numbersOf, onDouble, type RunOptions } from './trainings.js';

export const tasks = new URL('./tasks.js', import.meta.url);
const program = fileURLToPath(new URL('./run-halves.js', import.meta.url));

/** An engine, and what a test needs to trouble it. */
export interface EngineUnderTest {
  /** With two workers. */
  engine(): JobEngine;
  /** The processes that are alive, at once. */
  alive(session: JobSession): Promise<readonly WorkerInfo[]> | readonly WorkerInfo[];
  /** The URL of its Redis, where it has one. */
  redis(): string | undefined;
}

/** What every engine must do. */
export function trainingSuite({ engine, alive, redis }: EngineUnderTest): void {
  let folder: string;
  before(async () => {
    await setup();
    folder = mkdtempSync(join(tmpdir(), 'engines-'));
  });
  after(() => rmSync(folder, { recursive: true }));

  const run = (options: RunOptions, on = engine()) => fitDistributed(halves, { engine: on, tasks, workers: 2, batchSize: 8, progress: false, ...options });

  it('gives the numbers of one process where float32 holds all of them', async () => {
    const { state } = await fitDistributed(whole, { engine: engine(), tasks, workers: 4, batchSize: 8, progress: false });
    expect(await numbersOf(state.params)).to.deep.equal(await numbersOf((await alone(whole)).params));
  });

  it('gives the same bits while workers are killed', async () => {
    for (const options of [{ epochs: 1, seed: 3 }, { epochs: 2, seed: 3, localSteps: 2 }] satisfies RunOptions[]) {
      let session: JobSession | null = null;
      const watched: JobEngine = { name: 'watched', open: async (given) => (session = await engine().open(given)) };
      const random = randomAt(5, 9);
      let [kills, isOver] = [0, false];
      const chosen = new Set<number>();
      const onRound: RunOptions['onRound'] = async ({ record: { round } }) => {
        const pids = [...(await alive(session!))].map(({ id }) => Number(/-(\d+)-[0-9a-f]+$/.exec(id)![1])).filter((pid) => !chosen.has(pid));
        if (round > 1 || pids.length === 0) return;
        const pid = pids[random.below(pids.length)]!;
        chosen.add(pid);
        const kill = (): void => {
          if (isOver) return;
          process.kill(pid, 'SIGKILL');
          kills++;
        };
        // While the next round is on its way.
        setTimeout(kill, random.between(0, 10));
      };
      const { state } = await run({ ...options, onRound }, watched);
      isOver = true;
      expect(kills).to.be.at.least(1);
      expect(await bitsOf(state)).to.deep.equal(await bitsOf((await onDouble(halves, 2, options)).state));
    }
  });

  it('gives the same bits when its coordinator is killed, again and again, and started again', async () => {
    const expected = await bitsOf((await onDouble(halves, 2, { seed: 3, epochs: 4, localSteps: 2, outer: { learningRate: 0.5 } })).state);
    const random = randomAt(6, 9);
    for (let kills = 0; ; ) {
      const child = spawn(process.execPath, [program, folder, ...[redis() ?? []].flat()], { stdio: ['ignore', 'pipe', 'pipe'] });
      let [printed, said] = ['', ''];
      const last = 1 + random.below(2);
      child.stdout.on('data', (chunk: Buffer) => (printed += chunk.toString()));
      child.stderr.on('data', (chunk: Buffer) => {
        said += chunk.toString();
        if (kills < 2 && said.split('round').length > last && child.kill('SIGKILL')) kills++;
      });
      const [code] = (await once(child, 'close')) as [number | null];
      if (code === null) continue;
      expect(code, said).to.equal(0);
      expect(JSON.parse(printed)).to.deep.equal(expected);
      expect(kills).to.equal(2);
      return;
    }
  });
}
