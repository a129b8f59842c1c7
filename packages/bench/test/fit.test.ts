import { expect } from 'chai';
import { fit } from '../src/benches/fit.js';
import { families } from '../src/fit/families.js';
import { logLogFit } from '../src/fit/log-log-fit.js';
import { resultsOf, row } from './fixtures.js';

describe('a log-log fit', () => {
  it('finds the exponent and the factor of a power', () => {
    const x = [1, 2, 4, 8, 16];
    const { slope, r2, factor } = logLogFit(x, x.map((value) => 3 * value ** 1.5));
    expect(slope).to.be.closeTo(1.5, 1e-12);
    expect(factor).to.be.closeTo(3, 1e-12);
    expect(r2).to.be.closeTo(1, 1e-12);
  });

  it('has an R2 that is the squared correlation of the logarithms', () => {
    // log2: (0, 0), (1, 2), (2, 1): the correlation is 1/2.
    const { slope, r2 } = logLogFit([1, 2, 4], [1, 4, 2]);
    expect(slope).to.be.closeTo(0.5, 1e-12);
    expect(r2).to.be.closeTo(0.25, 1e-12);
  });

  it('refuses one size alone, and values without a logarithm', () => {
    expect(() => logLogFit([2, 2], [1, 2])).to.throw(RangeError, 'a line needs two sizes or more');
    expect(() => logLogFit([1, 2], [0, 2])).to.throw(RangeError, 'only positive numbers');
    expect(() => logLogFit([1, 2], [NaN, 2])).to.throw(RangeError, 'only positive numbers');
  });
});

describe('the families of the fit', () => {
  it('do work that grows with the size as they say', () => {
    for (const { id, work, members } of families) {
      if (id === 'length') continue; // Elementwise ops count no products.
      const { slope } = logLogFit(members.map(({ size }) => size), members.map(({ workload }) => workload.flops));
      expect(slope, id).to.be.closeTo(work, 1e-9);
    }
  });
});

describe('the report of the fit', () => {
  it('gives slope, R2, the slope between the two largest sizes and the points', () => {
    const entries = families[0]!.members.slice(0, 4).map(({ size, workload }) => [`${workload.id} unfold-cpu`, [{ resident: Math.max(2, size), firstMs: 10 * size }]] as const);
    const cells = row(fit.report(resultsOf(Object.fromEntries(entries))), 'Unfold cpu');
    expect(cells.slice(0, 5)).to.deep.equal(['Unfold cpu', 'a call', '0.700', '0.891', '1.00']);
    expect(cells[5]).to.match(/^1: 2\.00 ms \(2\.00 ms-2\.00 ms\); 2: 2\.00 ms/);
  });
});
