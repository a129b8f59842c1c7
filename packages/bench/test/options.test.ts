import { expect } from 'chai';
import { measured, type Bench, type BenchCase } from '../src/bench.js';
import { chosenCases, parseOptions } from '../src/options.js';

const speedCase = (group: string, engine: string, quick = false): BenchCase => ({ ...measured(`${group} ${engine}`, async () => ({})), group, engine, quick });

const bench: Bench = {
  name: 'fake',
  summary: '',
  rounds: 1,
  cases: [speedCase('A', 'wasm-1t', true), speedCase('A', 'wasm-2t'), speedCase('AB', 'wasm-1t'), measured('chain 100', async () => ({}))],
  report: () => [],
};

const chosen = (...args: string[]): string[] => chosenCases(bench, parseOptions(args)).map(({ name }) => name);

describe('the options of the benches', () => {
  it('choose by workload, which is named in full, and by the beginning of an engine', () => {
    expect(chosen()).to.have.length(4);
    expect(chosen('--only', 'A')).to.deep.equal(['A wasm-1t', 'A wasm-2t']);
    expect(chosen('--only', 'A, AB', '--engines', 'wasm-1')).to.deep.equal(['A wasm-1t', 'AB wasm-1t']);
    expect(chosen('--only', 'chain')).to.deep.equal(['chain 100']);
    expect(chosen('--engines', 'wasm')).to.deep.equal(['A wasm-1t', 'A wasm-2t', 'AB wasm-1t']);
  });

  it('leave out what is not quick, unless workload and engine are named', () => {
    expect(chosen('--quick')).to.deep.equal(['A wasm-1t']);
    expect(chosen('--quick', '--engines', 'wasm-2t')).to.deep.equal([]);
    expect(chosen('--quick', '--only', 'A', '--engines', 'wasm-2t')).to.deep.equal(['A wasm-2t']);
  });

  it('take fewer rounds and turns where it must be quick', () => {
    expect(parseOptions([])).to.include({ rounds: undefined, turns: undefined });
    expect(parseOptions(['--quick'])).to.include({ rounds: 1, turns: 3 });
    expect(parseOptions(['--quick', '--rounds', '4'])).to.include({ rounds: 4, turns: 3 });
  });

  it('refuse what is no count and what does not exist', () => {
    expect(() => parseOptions(['--rounds', '0'])).to.throw(RangeError, '--rounds 0 is not a whole number above 0');
    expect(() => parseOptions(['--turns', 'many'])).to.throw(RangeError, '--turns many');
    expect(() => parseOptions(['--fast'])).to.throw(TypeError, '--fast');
  });
});
