import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { asha, local, sweep, type JobEngine } from '@unfoldjs/distributed';
import { expect } from 'chai';
import { inProcess } from './in-process-engine.js';
import { mortal, mortalIn, space } from './mortal-trials.js';

describe('a sweep on an engine', function () {
  this.timeout(60_000);
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'sweep-engine-'))));
  afterEach(() => {
    delete process.env['UNFOLD_SWEEP_GRAVES'];
    rmSync(folder, { recursive: true });
  });

  const run = async (engine: JobEngine, name: string) => {
    const result = await sweep(mortal, space, { engine, tasks: new URL('mortal-trials.js', import.meta.url), objective: { metric: 'loss', direction: 'minimize' }, strategy: asha({ maxBudget: 4, reductionFactor: 2 }), trials: 8, seed: 2, parallel: 1, folder: join(folder, name) });
    return { trials: result.trials.map(({ milliseconds: _, ...told }) => told), best: [...readFileSync(result.checkpoint!)] };
  };

  it('local gives what one without processes gives, though its workers are killed in the middle of trials', async () => {
    const expected = await run(inProcess({ tasks: [mortalIn(undefined)] }), 'plain');
    process.env['UNFOLD_SWEEP_GRAVES'] = join(folder, 'graves');
    mkdirSync(process.env['UNFOLD_SWEEP_GRAVES']);
    expect(await run(local({ workers: 1 }), 'local')).to.deep.equal(expected);
    expect(readdirSync(process.env['UNFOLD_SWEEP_GRAVES'])).to.have.lengthOf(expected.trials.filter(({ budget }) => budget > 1).length);
  });
});
