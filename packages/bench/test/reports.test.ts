import { expect } from 'chai';
import type { Sample } from '../src/bench.js';
import { buildCost } from '../src/benches/build-cost.js';
import { conv } from '../src/benches/conv.js';
import { asText } from '../src/report/text.js';
import { resultsOf, row, times } from './fixtures.js';

describe('the report of the convolutions', () => {
  it('gives medians and ratios of the rounds', () => {
    const report = conv.report(resultsOf({ 'D nested-loops': times('host', 1000, 2000, 1200), 'D unfold-cpu': times('host', 100, 200, 120) }));
    expect(row(report, 'nested loops')).to.include('1.20 s');
    expect(row(report, 'Unfold cpu')).to.include.members(['120 ms', '10.0x (10.0-10.0)']);
  });

  it('prints no ratio where it is noise', () => {
    const report = conv.report(resultsOf({ 'D nested-loops': times('host', 1000, 1000), 'D unfold-cpu': times('host', 900, 1100) }));
    expect(row(report, 'Unfold cpu')).to.include('same within noise');
  });

  it('prints no ratio where the loops are too slow to be compared with', () => {
    // 231 MFLOP in 2 s: 0.12 GFLOP/s.
    const report = conv.report(resultsOf({ 'D nested-loops': times('host', 2000, 2000), 'D unfold-cpu': times('host', 100, 100) }));
    expect(row(report, 'Unfold cpu')).to.include('not printed');
    expect(asText(report)).to.include('The nested loops ran at 0.116 GFLOP/s on D, under 0.18');
  });

  it('tells the peak of memory as a multiple of input, filters and output', () => {
    const tensors = 4 * (56 * 56 * 64 + 3 * 3 * 64 * 64 + 56 * 56 * 64);
    const report = conv.report(resultsOf({ 'D nested-loops': times('host', 1000), 'D unfold-cpu': [{ host: 100, peakBytes: 1.5 * tensors }] }));
    expect(row(report, 'Unfold cpu')).to.include('1.50x');
  });

  it('lists what did not run', () => {
    const report = conv.report(resultsOf({ 'A unfold-gpu': { refused: 'no GPU' }, 'D unfold-gpu': { refused: 'no GPU' } }));
    expect(asText(report)).to.include('Not run: A unfold-gpu; D unfold-gpu: no GPU');
  });
});

describe('the report of the cost of building', () => {
  it('tells costs an op and how they grow', () => {
    const entries = [100, 1000].map((ops): [string, Sample[]] => [`chain ${ops}`, [{ ops, buildMs: ops * 0.001, optimizeMs: (ops * ops) / 1e5, planMs: ops * 0.0005, totalMs: ops * 0.01, firstMs: ops * 0.02 }]]);
    const report = buildCost.report(resultsOf(Object.fromEntries(entries)));
    expect(row(report, '1000')).to.deep.equal(['1000', '1.00', '10.0', '0.500', '10.0 ms', '20.0 ms']);
    expect(row(report, 'slope')).to.deep.equal(['slope', '1.00', '2.00', '1.00', '1.00', '1.00']);
  });

  it('holds the slowest kind of graph to the targets, and none where a kind is missing', () => {
    const sample = (us: number, ms: number): Sample[] => [{ ops: 10_000, buildMs: 10 * us, optimizeMs: 1, planMs: 1, totalMs: ms, firstMs: ms }];
    const results = { 'chain 10000': sample(1, 500), 'wide 10000': sample(1.5, 1500) };
    expect(buildCost.verdicts!(resultsOf(results)).map(({ reached }) => reached)).to.deep.equal([null, null]);
    const verdicts = buildCost.verdicts!(resultsOf({ ...results, 'conv net 10000': sample(1, 600) }));
    expect(verdicts.map(({ measured, reached }) => [measured, reached])).to.deep.equal([['1.50 us', true], ['1.50 s', false]]);
  });
});
