import { expect } from 'chai';
import fc from 'fast-check';
import { roundsChart } from '../src/rounds/chart.js';
import { roundCost, saturation, type RoundConstants } from '../src/rounds/cost.js';
import { roundsPage, waysOf } from '../src/rounds/page.js';
import { expectedMaximum } from '../src/rounds/expected-maximum.js';

const constants: RoundConstants = { step: 1e-3, image: 1e-4, spread: 0.1, flow: 2e-3, job: 5e-4, storeByte: 1e-9, codecByte: 2e-9, meanByte: 1e-9 };
const free: RoundConstants = { step: 1e-3, image: 1e-4, spread: 0, flow: 0, job: 0, storeByte: 0, codecByte: 0, meanByte: 0 };
const shape = { localSteps: 10, batch: 32, modelBytes: 480_000, slotBytes: 960_000 };

describe('the cost of a round', () => {
  it('knows the slowest of many: the tables of normal order statistics', () => {
    // H. L. Harter, "Expected values of normal order statistics", Biometrika 48, 1961, table 1; for two it is 1 / sqrt(pi).
    const known: [number, number][] = [[1, 0], [2, 1 / Math.sqrt(Math.PI)], [3, 0.84628], [5, 1.16296], [10, 1.53875], [20, 1.86748], [100, 2.50759]];
    for (const [count, value] of known) expect(expectedMaximum(count)).to.be.closeTo(value, 1e-5);
  });

  it('is what shards compute where all else is free', () => {
    for (const workers of [1, 3, 1000]) {
      const { seconds, imagesPerSecond } = roundCost(free, { ...shape, workers });
      expect(seconds).to.be.closeTo(10 * (1e-3 + 32e-4), 1e-12);
      expect(imagesPerSecond).to.be.closeTo((workers * 320) / seconds, 1e-6);
    }
  });

  it('is the sum of its pieces: by hand for one worker', () => {
    const { compute, stragglers, store, averaging, worker, seconds } = roundCost(constants, { ...shape, workers: 1 });
    expect(compute).to.be.closeTo(0.042, 1e-12);
    expect(stragglers).to.be.closeTo(0, 1e-12);
    // The model goes in and out, and so do the answer and the slots.
    expect(store).to.be.closeTo(2e-3 + 5e-4 + 2 * (480_000 + 480_000 + 960_000) * 1e-9, 1e-12);
    expect(averaging).to.be.closeTo(480_000 * (2e-9 + 1e-9) + 480_000 * 2e-9, 1e-12);
    expect(worker).to.be.closeTo(2 * 1_440_000 * 2e-9, 1e-12);
    expect(seconds).to.be.closeTo(compute + stragglers + store + averaging + worker, 1e-12);
  });

  it('grows with workers, bytes and steps, and never faster than they do', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 500 }), fc.integer({ min: 1, max: 100 }), fc.integer({ min: 1, max: 64 }), (workers, localSteps, batch) => {
        const at = { ...shape, workers, localSteps, batch };
        const { seconds, imagesPerSecond } = roundCost(constants, at);
        for (const more of [{ workers: 2 * workers }, { localSteps: 2 * localSteps }, { modelBytes: 2 * shape.modelBytes }]) expect(roundCost(constants, { ...at, ...more }).seconds).to.be.within(seconds, 2 * seconds * (1 + constants.spread));
        expect(roundCost(constants, { ...at, workers: workers + 1 }).imagesPerSecond).to.be.at.least(0.999 * imagesPerSecond);
      }),
      { seed: 1, numRuns: 100 },
    );
  });

  it('tells from which number of workers on the store takes longest, and what moves it', () => {
    const one = saturation(constants, shape);
    const over = roundCost(constants, { ...shape, workers: one });
    const under = roundCost(constants, { ...shape, workers: one - 1 });
    expect(over.store + over.averaging).to.be.above(over.compute + over.stragglers);
    expect(under.store + under.averaging).to.be.at.most(under.compute + under.stragglers);
    expect(saturation(constants, { ...shape, localSteps: 100 })).to.be.above(5 * one);
    expect(saturation(constants, shape, () => ({ stores: 8, fanIn: 8 }))).to.be.above(2 * one);
    expect(saturation(free, shape)).to.equal(Infinity);
  });

  it('is told on a page: what was measured first, and that the rest was not', () => {
    const machine = { cpu: 'Testprozessor', cores: 2, memoryGiB: 8, platform: 'linux x64', node: 'v20.0.0', load: 0.5 };
    const page = roundsPage({ constants, modelBytes: 480_000, slotBytes: 960_000, checks: [{ workers: 2, localSteps: 1, measured: 0.0123, predicted: 0.0111 }] }, [{ engine: 'double', work: 'predictAll', pairs: [[1000, 1800], [1000, 2000], [1100, 2090]] }], 'double', machine, '2026-01-02T03:04:05.000Z');
    const [measured, computed] = page.split('From here on nothing is measured');
    expect(measured).to.contain('Testprozessor').and.to.contain('| 2 | 1 | 12.3 ms | 11.1 ms |').and.to.contain('| bytes into the store or out of it | 1,000 MB/s |');
    expect(measured).to.contain('| double | predictAll | 1,000 | 2,000 | 1.90x | 1.80x to 2.00x |');
    for (const { name } of waysOf({ modelBytes: 1, slotBytes: 1 })) {
      expect(measured).not.to.contain(name);
      expect(computed).to.contain(`| ${name} | `);
    }
    expect(page).not.to.contain('NaN');
  });

  it('is drawn as one file that is the same each time', () => {
    const ways = [{ name: 'one step', shape: { ...shape, localSteps: 1 } }, { name: 'fifty', shape: { ...shape, localSteps: 50 }, layout: { stores: 4, fanIn: 8 } }];
    const svg = roundsChart(constants, ways);
    expect(svg).to.match(/^<svg /).and.to.contain('fifty').and.not.to.contain('NaN');
    expect(roundsChart(constants, ways)).to.equal(svg);
    // Axes are there, and both ways saturate below a thousand workers or not at all, as computed.
    const rings = ways.filter(({ shape: own, layout }) => saturation(constants, own, () => layout ?? {}) <= 1000).length;
    expect(svg.split('<circle').length - 1).to.equal(rings);
  });
});
