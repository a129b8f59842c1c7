import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { parseHTML } from 'linkedom';
import type { Machine } from '@unfoldjs/measure';
import type { Bench, Results } from '../src/bench.js';
import { coldStart } from '../src/benches/cold-start.js';
import { fit } from '../src/benches/fit.js';
import { speed } from '../src/benches/speed.js';
import { families } from '../src/fit/families.js';
import { writeRun, type Run } from '../src/record.js';
import { benchmarksOf } from '../src/report/benchmarks.js';
import { asMarkdown } from '../src/report/markdown.js';
import { asPage } from '../src/report/page.js';
import { newestRuns, writeReport } from '../src/report/write-report.js';
import { resultsOf, times } from './fixtures.js';

const machine: Machine = { cpu: 'Testprozessor <9>', cores: 2, memoryGiB: 8, platform: 'linux x64', node: 'v20.0.0', load: 0.5 };
const benches: readonly Bench[] = [coldStart, fit, speed];

const runOf = (bench: Bench, results: Results, more: Partial<Run> = {}): Run => ({ bench: bench.name, date: '2026-01-02T03:04:05.000Z', commit: 'abc123', machine, facts: {}, results, ...more });

const starts = resultsOf({
  'unfold-wasm-1t': [{ startMs: 30, openMs: 20, peakRss: 2 ** 25, error: 1e-7 }],
  'tfjs-wasm-1t': { failed: 'Error: A: element 3 is 1, not 2: off by 1, bound 0.1\n    at compare (file:///home/somebody/check.js:1:2)' },
});
const sizes = resultsOf(Object.fromEntries(families[0]!.members.map(({ size, workload }) => [`${workload.id} unfold-cpu`, [{ resident: size, firstMs: 2 * size }]])));
const speeds = resultsOf({ 'D unfold-wasm-2t': times('resident', 2, 2), 'D nested-loops': times('host', 1000, 1000), 'D unfold-cpu': times('resident', 100, 100) });

const taken = [
  { bench: coldStart, run: runOf(coldStart, starts) },
  { bench: fit, run: runOf(fit, sizes) },
  { bench: speed, run: runOf(speed, speeds, { facts: { 'D unfold-cpu': { version: '0.1.0' } } }) },
];

describe('the documents of the benches', () => {
  const markdown = asMarkdown(benchmarksOf(taken, benches));
  const lineOf = (...words: string[]): string => {
    const found = markdown.split('\n').find((line) => words.every((word) => line.includes(word)));
    expect(found, `no line with ${words.join(', ')} in\n${markdown}`).to.be.a('string');
    return found!;
  };

  it('name the machine before any figure, and versions, commit and load', () => {
    expect(markdown.indexOf('Testprozessor')).to.be.within(0, markdown.indexOf('30.0 ms'));
    expect(lineOf('cold-start', 'abc123')).to.include('0.5');
    // Two of the cases were run: a subset shows as one.
    expect(lineOf('cold-start', 'abc123')).to.include(`2 of ${coldStart.cases.length}`);
    expect(lineOf('unfold-cpu', '0.1.0')).to.include('|');
  });

  it('judge every target: reached, not reached, or not measured', () => {
    expect(lineOf('Cold start of Unfold wasm')).to.match(/30\.0 ms \| reached/);
    expect(lineOf('Unfold wasm, 2 threads, fast: 441x')).to.match(/500x \| reached/);
    expect(lineOf('Unfold wasm, 2 threads, fast, relaxed SIMD: 441x')).to.include('not measured');
    const slow = { bench: coldStart, run: runOf(coldStart, resultsOf({ 'unfold-wasm-1t': [{ startMs: 50, openMs: 1, peakRss: 1, error: 0 }] })) };
    expect(asMarkdown(benchmarksOf([slow], benches))).to.match(/Cold start of Unfold wasm.*50\.0 ms \| not reached/);
  });

  it('name what gave a wrong output with the reason, time it nowhere, and keep folders to themselves', () => {
    expect(lineOf('cold-start', 'tfjs-wasm-1t', 'element 3 is 1, not 2')).to.include('|');
    for (const text of [markdown, asPage(benchmarksOf(taken, benches))]) expect(text).to.not.include('somebody');
    const { parts } = benchmarksOf(taken, benches);
    expect(parts[0]!.sections.flatMap(({ table }) => table?.rows ?? []).map(([name]) => name)).to.deep.equal(['Unfold wasm, 1 thread, fast']);
  });

  it('leave out a run of another machine and say so', () => {
    const other = { bench: fit, run: runOf(fit, sizes, { machine: { ...machine, cpu: 'Other' }, date: '2025-01-01T00:00:00.000Z' }) };
    const both = benchmarksOf([taken[0]!, other], benches);
    expect(both.parts.map(({ name }) => name)).to.deep.equal(['cold-start']);
    expect(asMarkdown(both)).to.match(/fit ran on another machine \(Other/);
  });

  it('have tables of Markdown whose rows are as wide as their heads, with stars and pipes that stay text', () => {
    const tables = markdown.trim().split('\n\n').filter((block) => block.startsWith('|'));
    expect(tables.length).to.be.above(5);
    for (const table of tables) {
      const widths = table.split('\n').map((line) => line.match(/(?<!\\)\|/g)!.length);
      expect(new Set(widths).size, table).to.equal(1);
    }
    expect(markdown).to.include('1x56x56x64 \\* 3x3x64x64');
  });

  it('have a page that needs nothing else and draws a mark for each point', () => {
    const page = asPage(benchmarksOf(taken, benches));
    expect(page).to.not.match(/<script|<link|src="http|url\(/);
    expect(page).to.include('Testprozessor &lt;9&gt;');
    const { document } = parseHTML(page) as unknown as { document: { querySelectorAll(selector: string): ArrayLike<unknown> } };
    expect(document.querySelectorAll('g[aria-label="dot"] circle').length).to.equal(2 * families[0]!.members.length);
    // Cold start, and the convolutions twice: of the engines that ran, in each mode.
    expect(document.querySelectorAll('g[aria-label="bar"] rect').length).to.be.at.least(4);
    expect(asPage(benchmarksOf(taken, benches))).to.equal(page);
  });

  it('are written from the newest run of each bench in a folder', () => {
    const folder = mkdtempSync(join(tmpdir(), 'bench-'));
    try {
      expect(() => writeReport(join(folder, 'none'), folder, benches)).to.throw('there is no run to report. Fix: run benches first');
      writeRun(folder, runOf(coldStart, resultsOf({}), { date: '2026-01-01T00:00:00.000Z' }));
      for (const { run } of taken) writeRun(folder, run);
      expect(newestRuns(folder, benches).map(({ run }) => run)).to.deep.equal(taken.map(({ run }) => run));
      const paths = writeReport(folder, join(folder, 'docs'), benches);
      expect(paths.map((path) => path.slice(folder.length))).to.deep.equal(['/docs/benchmarks.md', '/docs/benchmarks.html']);
      expect(readFileSync(paths[0]!, 'utf8')).to.equal(markdown);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
