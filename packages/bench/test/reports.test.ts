import { expect } from 'chai';
import type { Results, Sample } from '../src/bench.js';
import { buildCost } from '../src/benches/build-cost.js';
import { conv } from '../src/benches/conv.js';

const resultsOf = (entries: Record<string, Sample[] | { refused: string }>): Results => new Map(Object.entries(entries));
const times = (...values: number[]): Sample[] => values.map((ms) => ({ ms }));

/** The cells of the row that begins with a name. */
function row(report: string, name: string): string[] {
  const line = report.split('\n').find((text) => text.trimStart().startsWith(name));
  expect(line, `no row ${name} in\n${report}`).to.be.a('string');
  return line!.trim().split(/\s{2,}/);
}

describe('the report of the convolutions', () => {
  it('gives medians and ratios of the rounds', () => {
    const report = conv.report(resultsOf({ 'D nested loops': times(1000, 2000, 1200), 'D cpu, fused': times(100, 200, 120) }));
    expect(row(report, 'nested loops')).to.include('1.20 s');
    expect(row(report, 'cpu, fused')).to.include.members(['120 ms', '10.0x (10.0-10.0)']);
  });

  it('prints no ratio where it is noise', () => {
    const report = conv.report(resultsOf({ 'D nested loops': times(1000, 1000), 'D cpu, fused': times(900, 1100) }));
    expect(row(report, 'cpu, fused')).to.include('same within noise');
  });

  it('prints no ratio on D where the loops are too slow to be compared with', () => {
    // 231 MFLOP in 2 s: 0.12 GFLOP/s.
    const report = conv.report(resultsOf({ 'D nested loops': times(2000, 2000), 'D cpu, fused': times(100, 100) }));
    expect(row(report, 'cpu, fused')).to.include('not printed');
    expect(report).to.include('The nested loops ran at 0.116 GFLOP/s, under 0.18');
  });

  it('tells the peak of memory as a multiple of input, filters and output', () => {
    const tensors = 4 * (56 * 56 * 64 + 3 * 3 * 64 * 64 + 56 * 56 * 64);
    const report = conv.report(resultsOf({ 'D nested loops': times(1000), 'D cpu, fused': [{ ms: 100, peakBytes: 1.5 * tensors }] }));
    expect(row(report, 'cpu, fused')).to.include('1.50x');
  });

  it('lists what did not run', () => {
    const report = conv.report(resultsOf({ 'A gpu, fused': { refused: 'no GPU' }, 'D gpu, fused': { refused: 'no GPU' } }));
    expect(report).to.include('Not run: A gpu, fused; D gpu, fused: no GPU');
  });
});

describe('the report of the cost of building', () => {
  it('tells costs an op and how they grow', () => {
    const entries = [100, 1000].map((ops): [string, Sample[]] => [`chain ${ops}`, [{ ops, buildMs: ops * 0.001, optimizeMs: (ops * ops) / 1e5, planMs: ops * 0.0005, totalMs: ops * 0.01, firstMs: ops * 0.02 }]]);
    const report = buildCost.report(resultsOf(Object.fromEntries(entries)));
    expect(row(report, '1000')).to.deep.equal(['1000', '1.00', '10.0', '0.500', '10.0 ms', '20.0 ms']);
    expect(row(report, 'slope')).to.deep.equal(['slope', '1.00', '2.00', '1.00', '1.00', '1.00']);
  });
});
