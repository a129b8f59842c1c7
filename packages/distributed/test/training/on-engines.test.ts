import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { fitDistributed, local, type JobEngine, type JobSession } from '@unfoldjs/distributed';
import { randomAt } from '@unfoldjs/nn';
import { expect } from 'chai';
import { halves, setup, whole } from './tasks.js';
import { alone, bitsOf, numbersOf, onDouble, type RunOptions } from './trainings.js';

const tasks = new URL('./tasks.js', import.meta.url);
const program = fileURLToPath(new URL('./run-halves.js', import.meta.url));

describe('training on local()', function () {
  this.timeout(120_000);
  let folder: string;
  before(async () => {
    await setup();
    folder = mkdtempSync(join(tmpdir(), 'engines-'));
  });
  after(() => rmSync(folder, { recursive: true }));

  const run = (options: RunOptions, engine: JobEngine = local({ workers: 2 })) => fitDistributed(halves, { engine, tasks, workers: 2, batchSize: 8, progress: false, ...options });

  it('gives the numbers of one process where float32 holds all of them', async () => {
    const { state } = await fitDistributed(whole, { engine: local({ workers: 3 }), tasks, workers: 4, batchSize: 8, progress: false });
    expect(await numbersOf(state.params)).to.deep.equal(await numbersOf((await alone(whole)).params));
  });

  it('gives the same bits while workers are killed', async () => {
    for (const options of [{ epochs: 1, seed: 3 }, { epochs: 2, seed: 3, localSteps: 2 }] satisfies RunOptions[]) {
      let session: JobSession | null = null;
      const engine: JobEngine = { name: 'watched', open: async (given) => (session = await local({ workers: 2 }).open(given)) };
      const random = randomAt(5, 9);
      let kills = 0;
      const { state } = await run(
        {
          ...options,
          async onRound({ record: { round } }) {
            if (round % 2 === 1) return;
            const alive = await session!.workers();
            const pid = Number(/-(\d+)-[0-9a-f]+$/.exec(alive[random.below(alive.length)]!.id)![1]);
            // While the next round is on its way.
            setTimeout(() => {
              process.kill(pid, 'SIGKILL');
              kills++;
            }, random.between(0, 20));
          },
        },
        engine,
      );
      expect(kills).to.equal(2);
      expect(await bitsOf(state)).to.deep.equal(await bitsOf((await onDouble(halves, 2, options)).state));
    }
  });

  it('gives the same bits when its coordinator is killed, again and again, and started again', async () => {
    const expected = await bitsOf((await onDouble(halves, 2, { seed: 3, epochs: 4, localSteps: 2, outer: { learningRate: 0.5 } })).state);
    const random = randomAt(6, 9);
    let kills = 0;
    for (;;) {
      const child = spawn(process.execPath, [program, folder], { stdio: ['ignore', 'pipe', 'pipe'] });
      let [printed, rounds] = ['', 0];
      const last = 1 + random.below(2);
      child.stdout.on('data', (chunk: Buffer) => (printed += chunk.toString()));
      child.stderr.on('data', (chunk: Buffer) => {
        rounds += chunk.toString().split('round').length - 1;
        if (kills < 2 && rounds >= last && child.kill('SIGKILL')) kills++;
      });
      const [code] = (await once(child, 'close')) as [number | null];
      if (code === null) continue;
      expect(code).to.equal(0);
      expect(JSON.parse(printed)).to.deep.equal(expected);
      break;
    }
    expect(kills).to.equal(2);
  });
});
