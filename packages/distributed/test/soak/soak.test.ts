import { expect } from 'chai';
import { modeRuns, skip } from '@unfoldjs/test-support';
import { missingRedis } from '@unfoldjs/test-support/redis';
import { bitsOf, convolutional, onDouble } from '../training/trainings.js';
import { setup } from '../training/tasks.js';
import { faultsOf, kinds } from './faults.js';
import { SmallDisk, Soak } from './soak.js';
import { soakOptions } from './soak-options.js';

/** `UNFOLD_SOAK=50` runs as many schedules; `UNFOLD_SEED` is the first. */
const schedules = Number(process.env['UNFOLD_SOAK'] ?? 2);
const firstSeed = Number(process.env['UNFOLD_SEED'] ?? 1);

describe('a training on a Redis, with real processes of which some are killed', function () {
  this.timeout(180_000);
  const expected = new Map<number, unknown>();
  let disk: SmallDisk | null = null;

  before(async function () {
    if (missingRedis) skip(this, { mode: 'redis', reason: missingRedis });
    modeRuns('redis');
    await setup();
    for (const localSteps of [1, 3]) expected.set(localSteps, await bitsOf((await onDouble(convolutional(), 2, soakOptions(localSteps))).state));
  });
  beforeEach(() => void (disk = SmallDisk.mount()));
  afterEach(() => disk?.unmount());

  for (let seed = firstSeed; seed < firstSeed + schedules; seed++) {
    const localSteps = seed % 2 === 1 ? 1 : 3;
    it(`ends with the bits of a run in one process: schedule ${seed}, ${localSteps === 1 ? 'averaged gradients' : 'local steps'}`, async () => {
      const faults = faultsOf(seed, disk ? kinds : kinds.filter((kind) => kind !== 'disk'));
      expect(await Soak.run(faults, localSteps, disk)).to.deep.equal(expected.get(localSteps));
    });
  }
});
