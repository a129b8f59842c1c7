import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { asha, choice, integer, logUniform, sweepTable, uniform, type SweepResult, type TrialRecord } from '@unfoldjs/distributed';
import { sweepReport, writeSweepReport } from '@unfoldjs/distributed/report';
import { expect } from 'chai';

const space = { rate: logUniform(1e-3, 1), width: integer(1, 3), drop: uniform(0, 1), word: choice(['<a>', 'b & c']) };

const record = (trial: number, objective: number | null, more: Partial<TrialRecord<object>> = {}): TrialRecord<object> => ({
  trial,
  params: { rate: [0.001, 0.01, 1][trial]!, width: trial + 1, drop: trial / 2, word: trial ? 'b & c' : '<a>' },
  seed: 1,
  status: objective === null ? 'failed' : 'done',
  budget: 2,
  objective,
  metrics: objective === null ? {} : { accuracy: objective, loss: null },
  curve: objective === null ? [] : [1, 2].map((step) => ({ step, metrics: { accuracy: (objective * step) / 2 } })),
  milliseconds: 1500,
  error: objective === null ? { code: 'TASK_FAILED', message: 'out of <luck>\nFix: none.' } : null,
  ...more,
});

const resultOf = (trials: readonly TrialRecord<object>[], more: Partial<SweepResult<object>> = {}): SweepResult<object> => ({
  trial: 'digits & more',
  space,
  seed: 7,
  strategy: { kind: 'random', budget: 2 },
  objective: { metric: 'accuracy', direction: 'maximize' },
  trials,
  best: trials[0]?.status === 'done' ? trials[0] : null,
  checkpoint: null,
  ...more,
});

const result = resultOf([record(1, 0.975), record(0, 0.5), record(2, null)]);

describe('the table of a sweep', () => {
  it('has a row for each trial, the best first, with the reason of a failure', () => {
    expect(sweepTable(result).split('\n')).to.deep.equal([
      '  trial | accuracy | loss | rate  | width | drop | word  | budget | time  | status',
      '  ------|----------|------|-------|-------|------|-------|--------|-------|----------------------',
      '  1     | 97.50 %  | -    | 0.01  | 2     | 0.5  | b & c | 2      | 1.5 s | done',
      '  0     | 50.00 %  | -    | 0.001 | 1     | 0    | <a>   | 2      | 1.5 s | done',
      '  2     | -        | -    | 1     | 3     | 1    | b & c | 2      | 1.5 s | failed: out of <luck>',
    ]);
  });
});

describe('the report of a sweep', () => {
  let page: string;
  before(async () => void (page = await sweepReport(result)));
  const part = (heading: string, of = page): string => of.slice(of.indexOf(`<h2>${heading}`)).split('</section>')[0]!;
  /** The lines of a plot as lists of points, by the first line of their titles. */
  const linesIn = (html: string): Record<string, { points: [number, number][]; stroke: string }> =>
    Object.fromEntries(
      [...html.matchAll(/<path([^>]*)><title>([^\n<]*)[^<]*<\/title><\/path>/g)].map(([, attributes, title]) => {
        const numbers = [.../ d="([^"]*)"/.exec(attributes!)![1]!.matchAll(/-?[\d.]+/g)].map(Number);
        return [title!, { points: numbers.flatMap((x, i) => (i % 2 === 0 ? [[x, numbers[i + 1]!] as [number, number]] : [])), stroke: / stroke="([^"]*)"/.exec(attributes!)?.[1] ?? '' }];
      }),
    );

  it('needs nothing but itself and runs no scripts', () => {
    expect(page).not.to.match(/<script|<link|src="(?!data:)|url\(|@import/i);
    expect(page.match(/https?:[^"' ]+/g) ?? []).to.satisfy((links: string[]) => links.every((link) => link.startsWith('http://www.w3.org/')));
  });

  it('draws every trial through its parameters to its objective, the best in orange', () => {
    const lines = linesIn(part('What was tried'));
    expect(Object.keys(lines).sort()).to.deep.equal(['trial 0', 'trial 1', 'trial 2']);
    expect(lines['trial 1']!.stroke).to.equal('#d1662a');
    const ends = (name: string) => [lines[name]!.points[0]!, lines[name]!.points.at(-1)!];
    const [[, rate1], [right, top]] = ends('trial 1') as [[number, number], [number, number]];
    const [[, rate0], [, bottom]] = ends('trial 0') as [[number, number], [number, number]];
    const [[, rate2], [wordAxis]] = ends('trial 2') as [[number, number], [number, number]];
    // Upwards y falls: the rates lie at 0, 1/3 and 1 of an axis by logarithms.
    expect((rate0 - rate1) / (rate0 - rate2)).to.be.closeTo(1 / 3, 1e-2);
    expect(top).to.be.below(bottom);
    // One that failed does not reach the last axis.
    expect(wordAxis).to.be.below(right);
    for (const tick of ['0.001', '0.01', '&lt;a&gt;', 'b &amp; c', '>3<']) expect(part('What was tried')).to.include(tick);
  });

  it('turns the axis of a metric that is minimised, so that the best is at the top', async () => {
    const minimised = await sweepReport(resultOf([record(0, 0.5), record(1, 0.975)], { objective: { metric: 'accuracy', direction: 'minimize' } }));
    const lines = linesIn(part('What was tried', minimised));
    expect(lines['trial 0']!.points.at(-1)![1]).to.be.below(lines['trial 1']!.points.at(-1)![1]);
  });

  it('has an axis for the budget where trials had several', async () => {
    const asked = resultOf([record(1, 0.975, { budget: 6 }), record(0, 0.5)], { strategy: asha({ minBudget: 2, maxBudget: 6, reductionFactor: 3 }) });
    expect(part('What was tried', await sweepReport(asked))).to.include('>budget<');
    expect(part('What was tried')).not.to.include('>budget<');
  });

  it('draws the curves of those that reported some, and leaves the section out where nobody did', async () => {
    const lines = linesIn(part('Learning curves'));
    expect(Object.keys(lines).sort()).to.deep.equal(['trial 0', 'trial 1']);
    for (const { points } of Object.values(lines)) expect(points).to.have.lengthOf(2);
    expect(part('Learning curves')).to.include('97.50 %');
    expect(await sweepReport(resultOf([record(1, 0.9, { curve: [] })]))).not.to.include('Learning curves');
  });

  it('says what the best is and escapes what it is given', () => {
    expect(page).to.include('<dt>best accuracy</dt><dd>97.50 %</dd>').and.to.include('<dt>trials</dt><dd>3, of which 1 failed</dd>');
    expect(page).to.include('<title>Sweep of digits &amp; more</title>').and.to.include('failed: out of &lt;luck&gt;');
    expect(page).not.to.match(/<a>|<luck>/);
  });

  it('is made where all trials failed, where there is one, and where all are equal', async () => {
    for (const trials of [[record(2, null)], [record(0, 0.5)], [record(0, 0.5), record(1, 0.5)]]) {
      const made = await sweepReport(resultOf(trials));
      expect(made).not.to.match(/NaN|Infinity/);
      expect(Object.keys(linesIn(part('What was tried', made)))).to.have.lengthOf(trials.length);
    }
  });

  it('is one text for one result, and is written as a file', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'sweep-report-'));
    try {
      await writeSweepReport(join(folder, 'report.html'), result);
      expect(readFileSync(join(folder, 'report.html'), 'utf8')).to.equal(page);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
