import { expect } from 'chai';
import { Unavailable } from '../src/bench.js';
import { bestPeak, limits } from '../src/benches/limits.js';
import { multiplyAddModule } from '../src/limits/multiply-add-module.js';
import { expectedSum, multiplyAddLoop } from '../src/limits/peak.js';
import { webAssembly } from '../src/web-assembly.js';
import { resultsOf, row } from './fixtures.js';

describe('the loop of multiply-adds', () => {
  for (const kind of ['mul, add', 'relaxed madd'] as const) {
    it(`of ${kind} gives what JavaScript computes float by float, or says that the runtime has no such instruction`, () => {
      if (!webAssembly.validate(multiplyAddModule(kind, 1))) {
        expect(() => multiplyAddLoop(kind, 1)).to.throw(Unavailable, 'this runtime has no relaxed SIMD');
        return;
      }
      for (const chains of [1, 8, 14]) {
        for (const rounds of [1, 3, 50]) expect(multiplyAddLoop(kind, chains).run(rounds), `${chains} chains, ${rounds} rounds`).to.equal(expectedSum(kind, chains, rounds));
      }
    });
  }

  it('has chains that all count: one more adds its end to the sum', () => {
    const rounds = 1;
    const [seven, eight] = [7, 8].map((chains) => multiplyAddLoop('mul, add', chains).run(rounds)) as [number, number];
    // The last starts at 8 and halves its distance to 1 in each of 8 steps.
    expect(eight - seven).to.equal(1 + 7 / 2 ** 8);
  });
});

describe('the report of the limits', () => {
  const D = 2 * 56 * 56 * 64 * 9 * 64;
  const results = resultsOf({
    'mul, add, 8 chains': [{ gflops: 20 }],
    'mul, add, 12 chains': [{ gflops: 40 }],
    'mm512 unfold-wasm-1t-exact': [{ resident: (2 * 512 ** 3) / 20e6, error: 1e-7 }],
    'D unfold-wasm-1t-exact': [{ resident: D / 36e6, error: 1e-7 }],
  });

  it('holds workloads against the best number of chains', () => {
    expect(bestPeak(results, 'mul, add')?.chains).to.equal(12);
    expect(bestPeak(results, 'relaxed madd')).to.equal(null);
    expect(row(limits.report(results), 'mm512')).to.include.members(['20.0', '50 %', '80 %']);
    expect(row(limits.report(results), 'D')).to.include.members(['36.0', '90 %', '75 %']);
  });

  it('judges every target, and says which it did not measure', () => {
    const verdicts = limits.verdicts!(results);
    const reached = (start: string): boolean | null => verdicts.find(({ target }) => target.startsWith(start))!.reached;
    expect(reached('mm512 at 80 % of the WebAssembly peak (mul, add), 1')).to.equal(false);
    expect(reached('D at 75 % of the WebAssembly peak (mul, add), 1')).to.equal(true);
    expect(reached('mm1024 at 80 % of the WebAssembly peak (mul, add), 1')).to.equal(null);
    expect(reached('D at 75 % of the WebAssembly peak (relaxed madd), 2')).to.equal(null);
  });
});
