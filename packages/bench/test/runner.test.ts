import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { machine } from '@unfoldjs/measure';
import { measured, metric, notRun, type Bench } from '../src/bench.js';
import { openInChild } from '../src/processes.js';
import { describeRun, readRun, writeRun } from '../src/record.js';
import { benchNames, loadBench } from '../src/registry.js';
import { asText } from '../src/report/text.js';
import { runBench } from '../src/runner.js';
import { openHere } from './fixtures.js';

/** A bench of three cases that other code measures. */
const bench: Bench = {
  name: 'fake',
  summary: 'nothing',
  rounds: 3,
  cases: ['a', 'b', 'c'].map((name) => measured(name, async () => ({}))),
  report: () => [],
};

/** The same with all cases in one group, which take three turns. */
const race: Bench = { ...bench, turns: 3, cases: bench.cases.map((each) => ({ ...each, group: 'all' })) };

describe('the runner of the benches', () => {
  it('opens every case once a round, starting one further each round', async () => {
    const log: string[] = [];
    const results = await runBench(bench, { open: openHere(() => ({ ms: log.length }), {}, log) });
    expect(log.filter((word) => word.length === 1).join('')).to.equal('abcbcacab');
    expect(log.slice(0, 6)).to.deep.equal(['open a', 'a', 'close a', 'open b', 'b', 'close b']);
    expect(metric(results, 'b', 'ms')).to.have.length(3);
  });

  it('lets the cases of a group take turns while all are open, and closes them', async () => {
    const log: string[] = [];
    await runBench(race, { rounds: 1, open: openHere(() => ({ ms: 1 }), {}, log) });
    expect(log).to.deep.equal(['open a', 'open b', 'open c', ...'abcbcacab', 'close a', 'close b', 'close c']);
  });

  it('asks a case that was refused no more, and keeps the reason', async () => {
    const log: string[] = [];
    const results = await runBench(race, { rounds: 2, open: openHere(() => ({ ms: 1 }), { b: 'no GPU' }, log) });
    expect(log.filter((word) => word === 'open b')).to.have.length(1);
    expect(metric(results, 'b', 'ms')).to.deep.equal([]);
    expect(metric(results, 'a', 'ms')).to.have.length(6);
    expect(notRun(results)).to.deep.equal(['Not run: b: no GPU']);
  });

  it('takes a refusal from a sample too: what starts an engine there finds out there', async () => {
    const results = await runBench(race, { rounds: 2, open: openHere((name) => (name === 'a' ? { refused: 'not installed' } : { ms: 1 })) });
    expect(notRun(results)).to.deep.equal(['Not run: a: not installed']);
    expect(metric(results, 'b', 'ms')).to.have.length(6);
  });

  it('keeps no sample of a case that fails, and goes on with the others', async () => {
    let calls = 0;
    const results = await runBench(race, { rounds: 2, open: openHere((name) => (name === 'c' && ++calls > 1 ? { failed: 'the output is wrong' } : { ms: 1 })) });
    expect(metric(results, 'c', 'ms')).to.deep.equal([]);
    expect(metric(results, 'a', 'ms')).to.have.length(6);
    expect(notRun(results)).to.deep.equal(['Failed: c: the output is wrong']);
  });

  it('closes what is open where a case breaks', async () => {
    const log: string[] = [];
    const open = openHere(() => { throw new Error('broken'); }, {}, log);
    expect(await runBench(race, { open }).catch((error: Error) => error.message)).to.equal('broken');
    expect(log.filter((word) => word.startsWith('close'))).to.have.length(3);
  });
});

describe('the processes of the benches', () => {
  it('measure in processes of their own', async function () {
    this.timeout(60_000);
    const overhead = (await loadBench('overhead'))!;
    const results = await runBench(overhead, { rounds: 1, open: openInChild() });
    for (const name of ['buildMs', 'toBackendMs', 'wholeMs']) expect(metric(results, 'cached', name)[0], name).to.be.greaterThan(0);
    expect(asText(overhead.report(results))).to.include('until the backend runs');
  });

  it('compare engines that checked their output', async function () {
    this.timeout(120_000);
    const speed = (await loadBench('speed'))!;
    const cases = speed.cases.filter(({ name }) => ['A unfold-cpu', 'A nested-loops'].includes(name));
    const facts: Record<string, unknown> = {};
    const results = await runBench({ ...speed, cases }, { rounds: 1, turns: 2, open: openInChild(), onFacts: (name, said) => (facts[name] = said) });
    expect(notRun(results)).to.deep.equal([]);
    expect(metric(results, 'A unfold-cpu', 'resident')).to.have.length(2);
    expect(metric(results, 'A unfold-cpu', 'host')).to.have.length(2);
    expect(metric(results, 'A nested-loops', 'host')).to.have.length(2);
    expect(metric(results, 'A unfold-cpu', 'error').every((error) => error > 0 && error < 1e-6)).to.equal(true);
    expect(facts['A unfold-cpu']).to.include({ fma: false });
    expect(asText(speed.report(results))).to.include('A: 1x28x28x1 * 5x5x1x32 SAME');
  });

  it('say what became of one that has no such case', async function () {
    this.timeout(60_000);
    const results = await runBench({ ...bench, name: 'unknown', cases: bench.cases.slice(0, 1) }, { rounds: 1, open: openInChild() });
    expect(notRun(results)).to.deep.equal(['Failed: a: there is no case a in unknown']);
  });

  it('say what became of one that ends', async function () {
    this.timeout(60_000);
    const results = await runBench({ ...bench, cases: bench.cases.slice(0, 1) }, { rounds: 1, open: openInChild(['--no-such-flag']) });
    expect(notRun(results)[0]).to.match(/^Failed: a: the process ended with 9 and no result\. .*bad option/);
  });
});

describe('the record of a run', () => {
  it('keeps every sample with the machine it was taken on, and can be read again', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'bench-'));
    try {
      const results = await runBench(bench, { rounds: 2, open: openHere(() => ({ ms: 2 }), { c: 'why' }) });
      const run = { ...describeRun(bench, machine(), new Date('2026-01-02T03:04:05Z')), facts: { a: { device: 'x' } }, results };
      const path = writeRun(join(folder, 'new'), run);
      expect(path).to.match(/2026-01-02T03-04-05-fake\.json$/);
      const kept = readRun(path);
      expect(kept).to.deep.equal(run);
      expect(Object.fromEntries(kept.results)).to.deep.equal({ a: [{ ms: 2 }, { ms: 2 }], b: [{ ms: 2 }, { ms: 2 }], c: { refused: 'why' } });
      expect(kept.machine).to.include.keys('cpu', 'cores', 'node', 'load');
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

describe('the registry', () => {
  it('has every bench under its own name, with cases that are told apart', async () => {
    for (const name of benchNames) {
      const loaded = (await loadBench(name))!;
      expect(loaded.name).to.equal(name);
      expect(new Set(loaded.cases.map((each) => each.name)).size, name).to.equal(loaded.cases.length);
    }
    expect(await loadBench('constructor')).to.equal(undefined);
  });
});
