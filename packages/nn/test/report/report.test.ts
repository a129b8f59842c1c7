import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { decode } from 'fast-png';
import { UnfoldError } from '@unfoldjs/core';
import { datasetOf, type EpochRecord, type HostTensor } from '@unfoldjs/nn';
import { findingsOf, trainingReport, type TrainingReport } from '@unfoldjs/nn/report';
import { writeReport } from '@unfoldjs/nn/node';

const dataset = datasetOf({ images: Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8), shape: [2, 2, 1], labels: [0, 1], classes: ['<cat>', 'dog'] });
// The first is taken for a dog with probability 3/4, the second is right.
const scores = Float32Array.of(0, Math.log(3), 0, 1);
const filters: HostTensor = { dtype: 'float32', shape: [1, 2, 1, 2], data: Float32Array.of(1, -1, 0, 0.5) };
const record = (epoch: number, loss: number, accuracy: number, validation: EpochRecord['validation'] = null): EpochRecord => ({ epoch, loss, metrics: { accuracy }, validation, step: epoch, learningRate: 1, seconds: 1, imagesPerSecond: 1 });
const report: TrainingReport = {
  title: 'Cats & dogs',
  facts: { epochs: 3 },
  history: [record(0, 3, 0.1, { loss: 3, metrics: { accuracy: 0.2 } }), record(1, 2, 0.5, { loss: 2.5, metrics: { accuracy: 0.4 } }), record(2, 1, 0.9, { loss: 2, metrics: { accuracy: 0.5 } })],
  test: { dataset, scores },
  filters,
  texts: { Model: 'a < b' },
};

describe('findings', () => {
  it('are accuracy, confusion and mistakes, the surest first', () => {
    const { accuracy, confusion, mistakes } = findingsOf({ dataset, scores });
    expect(accuracy).to.equal(0.5);
    expect(confusion).to.deep.equal([[0, 1], [0, 1]]);
    expect(mistakes.map(({ index, label, predicted }) => [index, label, predicted])).to.deep.equal([[0, 0, 1]]);
    expect(mistakes[0]!.confidence).to.be.closeTo(0.75, 1e-7);
    const sure = findingsOf({ dataset, scores: Float32Array.of(0.4, 0.6, 0.9, 0.1), kind: 'probabilities' }).mistakes;
    expect(sure.map(({ index, confidence }) => [index, confidence])).to.deep.equal([[1, Math.fround(0.9)], [0, Math.fround(0.6)]]);
  });

  it('refuse scores that do not fit', () => {
    expect(() => findingsOf({ dataset, scores: Float32Array.of(1) })).to.throw(UnfoldError).with.property('code', 'DATA_MISMATCH');
  });
});

describe('the training report', () => {
  let folder: string;
  let page: string;
  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'report-'));
    await writeReport(join(folder, 'report.html'), report);
    page = readFileSync(join(folder, 'report.html'), 'utf8');
  });
  after(() => rmSync(folder, { recursive: true }));

  /** The PNGs of a section, decoded. */
  const picturesIn = (heading: string) =>
    [...page.slice(page.indexOf(`<h2>${heading}`)).split('</section>')[0]!.matchAll(/base64,([^"]+)/g)].map(([, text]) => decode(Buffer.from(text!, 'base64')));

  it('needs nothing but itself and runs no scripts', () => {
    expect(page).not.to.match(/<script|<link|src="(?!data:)|url\(|@import/i);
    expect(page.match(/https?:[^"' ]+/g) ?? []).to.satisfy((links: string[]) => links.every((link) => link.startsWith('http://www.w3.org/')));
  });

  it('draws a curve for each series, through every epoch', () => {
    expect(page.match(/aria-label="line"/g)).to.have.length(2);
    const paths = [...page.matchAll(/<path [^>]*d="(M[^"]+)"/g)].map(([, d]) => d!).filter((d) => d.split('L').length === 3);
    expect(paths).to.have.length(4);
    for (const text of ['training 1.00', 'validation 2.00', 'training 90.0 %', 'validation 50.0 %']) expect(page).to.include(text);
  });

  it('counts what is taken for what', () => {
    const cells = page.slice(page.indexOf('aria-label="cell"'));
    expect(cells.match(/<rect/g)).to.have.length(4);
    expect(page).to.include('50.00 % of 2 images');
  });

  it('shows mistakes and filters as pictures of the right pixels', () => {
    const [mistake] = picturesIn('Worst mistakes');
    expect([...mistake!.data]).to.deep.equal([1, 2, 3, 4]);
    const shown = picturesIn('Filters of the first layer');
    expect(shown).to.have.length(2);
    expect([...shown[0]!.data]).to.deep.equal([178, 24, 43, 255, 255, 255]);
    expect([...shown[1]!.data].slice(0, 3)).to.deep.equal([33, 102, 172]);
  });

  it('escapes what it is given', () => {
    expect(page).to.include('Cats &amp; dogs').and.to.include('a &lt; b').and.to.include('&lt;cat&gt;').and.not.to.include('<cat>');
  });

  it('is one text for one report', async () => {
    await writeReport(join(folder, 'again.html'), report);
    expect(readFileSync(join(folder, 'again.html'), 'utf8')).to.equal(page);
  });

  it('leaves out what is absent', async () => {
    await writeReport(join(folder, 'short.html'), { title: 'Short' });
    expect(readFileSync(join(folder, 'short.html'), 'utf8')).not.to.include('<section');
    await writeReport(join(folder, 'one.html'), { title: 'One epoch', history: [record(0, 1, 1)], test: { dataset, scores: Float32Array.of(1, 0, 0, 1) } });
    expect(readFileSync(join(folder, 'one.html'), 'utf8')).to.include('None: every test image was recognised');
  });

  it('asks for a DOM where there is none', () => {
    expect(() => trainingReport(report)).to.throw(UnfoldError, 'writeReport').with.property('code', 'INVALID_ARGUMENT');
  });
});
