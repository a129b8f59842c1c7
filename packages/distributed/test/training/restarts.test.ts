import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { getBackend, liveMemory, setBackend } from '@unfoldjs/core';
import { cpu } from '@unfoldjs/backend-cpu';
import { wasm } from '@unfoldjs/backend-wasm';
import { fitDistributed, type FitDistributedOptions, type Training } from '@unfoldjs/distributed';
import { randomAt } from '@unfoldjs/nn';
import { expect } from 'chai';
import fc from 'fast-check';
import { doubleEngine, Killed, World, type Faults } from './double-engine.js';
import { bitsOf, convolutional, onDouble, type RunOptions } from './trainings.js';

const ways: Record<string, RunOptions> = {
  'averaged gradients': { epochs: 1, seed: 3, checkpointEvery: 2 },
  'local steps': { epochs: 2, seed: 3, localSteps: 2, checkpointEvery: 1 },
  'local steps and an outer optimizer': { epochs: 2, seed: 3, localSteps: 2, outer: { learningRate: 0.5 } },
};

describe('a training in rounds', () => {
  const training = convolutional();
  let folder: string;
  before(async () => {
    await setBackend(cpu());
    folder = mkdtempSync(join(tmpdir(), 'rounds-'));
  });
  after(() => rmSync(folder, { recursive: true }));

  for (const [way, options] of Object.entries(ways)) {
    describe(`with ${way}`, () => {
      let whole: Record<string, number[]>;
      before(async () => {
        const { checkpointEvery: _, ...rest } = options;
        whole = await bitsOf((await onDouble(training, 2, rest)).state);
      });

      it('ends with the same bytes when its coordinator is killed between any two calls to the session, and started again', async function () {
        this.timeout(60_000);
        const all = doubleEngine([training], new World());
        await started(all, training, { ...options, folder: join(folder, `${way} all`) });
        for (let kill = 0; kill < all.calls(); kill++) {
          const world = new World();
          const own = { ...options, folder: join(folder, `${way} ${kill}`) };
          const killed: unknown = await started(doubleEngine([training], world, { killAt: kill }), training, own).catch((error: unknown) => error);
          expect(killed, `killed at call ${kill}`).to.be.instanceOf(Killed);
          const { state, history } = await started(doubleEngine([training], world), training, own);
          expect(await bitsOf(state), `killed at call ${kill}`).to.deep.equal(whole);
          expect(history.map(({ round }) => round)).to.deep.equal([...history.keys()]);
        }
      });

      it('ends with the same bytes when its coordinator is killed again and again, workers are lost and jobs run twice, in any order', async function () {
        this.timeout(60_000);
        let lives = 0;
        await fc.assert(
          fc.asyncProperty(fc.integer({ min: 0, max: 2 ** 30 }), async (seed) => {
            const random = randomAt(seed, 9);
            const world = new World();
            const own = { ...options, folder: join(folder, `${way} again ${seed}`) };
            for (let life = 0; ; life++) {
              lives++;
              const faults: Faults = { order: random.below(100), twice: random.below(2) === 0, loseAfter: () => (random.below(3) === 0 ? random.below(4) : null), killAt: life < 4 ? 4 + random.below(30) : Infinity };
              const result = await started(doubleEngine([training], world, faults), training, own).catch((error: unknown) => {
                if (!(error instanceof Killed)) throw error;
                return null;
              });
              if (!result) continue;
              expect(await bitsOf(result.state)).to.deep.equal(whole);
              return;
            }
          }),
          { seed: 9, numRuns: process.env['UNFOLD_LONG'] === '1' ? 100 : 6 },
        );
        expect(lives).to.be.above(10);
      });

      it('goes on after its last epoch, to the bytes of a longer one', async () => {
        const own = { ...options, folder: join(folder, `${way} longer`) };
        await onDouble(training, 2, own);
        const { checkpointEvery: _, ...rest } = { ...options, epochs: options.epochs! + 1 };
        const longer = await bitsOf((await onDouble(training, 2, rest)).state);
        expect(await bitsOf((await onDouble(training, 2, { ...own, epochs: rest.epochs })).state)).to.deep.equal(longer);
        expect(longer).not.to.deep.equal(whole);
      });

      it('leaves neither outcomes nor blobs behind', async () => {
        const world = new World();
        await onDouble(training, 2, { ...options, folder: join(folder, `${way} clean`) }, {}, world);
        expect([world.outcomes.size, world.blobs.size]).to.deep.equal([0, 0]);
      });
    });
  }

  it('finds the jobs that were finished when its coordinator was killed', async () => {
    const world = new World();
    const own: RunOptions = { rounds: 1, folder: join(folder, 'found') };
    // Calls: open, put, round, end of the first job.
    const killed: unknown = await started(doubleEngine([training], world, { killAt: 3 }), training, own).catch((error: unknown) => error);
    expect(killed).to.be.instanceOf(Killed);
    await started(doubleEngine([training], world), training, own);
    expect(world.ran).to.deep.equal(['0/0', '0/1']);
  });

  it('keeps the blobs of one round, however many there are', async () => {
    const world = new World();
    const most: number[] = [];
    await onDouble(training, 2, { epochs: 4, localSteps: 2, onRound: () => void most.push(world.blobs.size) }, {}, world);
    expect(most).to.deep.equal(new Array(8).fill(2));
  });

  it('holds no more memory after many rounds than after a few', async () => {
    await setBackend(wasm({ threads: 1 }));
    for (const options of Object.values(ways)) {
      const { checkpointEvery: _, ...rest } = options;
      const live: string[] = [];
      await onDouble(convolutional(), 2, { ...rest, epochs: 6, onRound: () => void live.push(`${getBackend().memory().live} ${liveMemory().bytes}`) });
      // The last round of an epoch has smaller batches, and its programs come in the first.
      const [early, late] = [live.slice(live.length / 3, live.length / 2), live.slice(-live.length / 6)];
      expect(late).to.deep.equal(early);
    }
    await getBackend().dispose();
    await setBackend(cpu());
  });
});

const started = (engine: FitDistributedOptions['engine'], training: Training, options: RunOptions) => fitDistributed(training, { engine, tasks: 'not read by the double', workers: 2, batchSize: 8, progress: false, ...options });
