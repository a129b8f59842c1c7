import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { machine } from '@unfoldjs/measure';
import { metric, refusals, type Bench } from '../src/bench.js';
import { record } from '../src/record.js';
import { findBench } from '../src/registry.js';
import { runBench, type RunCase } from '../src/runner.js';

const unused = async () => ({});

/** A bench of three cases that other code measures. */
const bench: Bench = {
  name: 'fake',
  summary: 'nothing',
  rounds: 3,
  cases: ['a', 'b', 'c'].map((name) => ({ name, measure: unused })),
  report: () => '',
};

describe('the runner of the benches', () => {
  it('runs every case once a round, starting one further each round', async () => {
    const order: string[] = [];
    const runCase: RunCase = async (_, name) => ({ sample: { ms: order.push(name) } });
    const results = await runBench(bench, { runCase });
    expect(order.join('')).to.equal('abcbcacab');
    expect(metric(results, 'a', 'ms')).to.deep.equal([1, 6, 8]);
    expect(metric(results, 'c', 'ms')).to.deep.equal([3, 5, 7]);
  });

  it('asks a case that was refused no more, and keeps the reason', async () => {
    const asked: string[] = [];
    const runCase: RunCase = async (_, name) => (asked.push(name), name === 'b' ? { refused: 'no GPU' } : { sample: { ms: 1 } });
    const results = await runBench(bench, { runCase, rounds: 2 });
    expect(asked.filter((name) => name === 'b')).to.have.length(1);
    expect(metric(results, 'b', 'ms')).to.deep.equal([]);
    expect(refusals(results)).to.deep.equal(['Not run: b: no GPU']);
  });

  it('reports nothing where a case fails', async () => {
    const runCase: RunCase = async () => ({ failed: 'the output is wrong' });
    const failure = await runBench(bench, { runCase }).catch((error: Error) => error.message);
    expect(failure).to.equal('fake: a failed.\nthe output is wrong');
  });

  it('measures in a process of its own', async function () {
    this.timeout(60_000);
    const overhead = findBench('overhead')!;
    const results = await runBench(overhead, { rounds: 1 });
    for (const name of ['buildMs', 'toBackendMs', 'wholeMs']) {
      expect(metric(results, 'cached', name)).to.have.length(1);
      expect(metric(results, 'cached', name)[0]).to.be.greaterThan(0);
    }
    expect(overhead.report(results)).to.include('until the backend runs');
  });

  it('says what became of a child that ends without a result', async function () {
    this.timeout(60_000);
    const failure = await runBench({ ...bench, name: 'unknown' }, { rounds: 1 }).catch((error: Error) => error.message);
    expect(failure).to.include('there is no case a in unknown');
  });

  it('keeps every sample with the machine it was taken on', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'bench-'));
    try {
      const results = await runBench(bench, { runCase: async (_, name) => (name === 'c' ? { refused: 'why' } : { sample: { ms: 2 } }), rounds: 2 });
      const path = record(join(folder, 'new'), bench, results, machine(), new Date('2026-01-02T03:04:05Z'));
      expect(path).to.match(/2026-01-02T03-04-05-fake\.json$/);
      const kept = JSON.parse(readFileSync(path, 'utf8')) as Record<string, unknown>;
      expect(kept['results']).to.deep.equal({ a: [{ ms: 2 }, { ms: 2 }], b: [{ ms: 2 }, { ms: 2 }], c: { refused: 'why' } });
      expect(kept['machine']).to.include.keys('cpu', 'cores', 'node', 'load');
      expect(kept).to.include.keys('commit', 'date', 'bench');
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
