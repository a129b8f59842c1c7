import { badArgument } from '@unfoldjs/core';
import type { HostTensor } from '../files/host-tensor.js';
import type { EpochRecord, History } from '../training/history.js';
import { findingsOf, type Evaluation } from './evaluation.js';
import { escapedHtml, reportPage, reportSection } from './html.js';
import { filterPictures, imagePicture, type PngPicture } from './pictures.js';
import { confusionMatrix, curves, type Series } from './plots.js';

/** What a report shows; what is absent is left out. */
export interface TrainingReport {
  readonly title: string;
  /** Settings and results, one row each. */
  readonly facts?: Readonly<Record<string, string | number>> | undefined;
  /** What `fit` returned: a plot of the loss and one of each metric. Metrics whose name ends in 'accuracy' are shown in per cent. */
  readonly history?: History | undefined;
  /** What the model says about images that it was not trained on. */
  readonly test?: Evaluation | undefined;
  /** The kernel of the first convolution, [KH, KW, C, O]. */
  readonly filters?: HostTensor | undefined;
  /** Texts under headings of their own, such as `summary()` and `explain()`. */
  readonly texts?: Readonly<Record<string, string>> | undefined;
}

export interface TrainingReportOptions {
  /** A DOM to make SVG with. Default: the browser's; in Node use `writeReport` of @unfoldjs/nn/node. */
  readonly document?: unknown;
  /** Mistakes that are shown. Default: 24. */
  readonly mistakes?: number | undefined;
}

const maxFilters = 64;

/**
 * One HTML page that needs nothing else, not even scripts: curves, confusion matrix, the filters of the first layer and the worst
 * mistakes as pictures.
 *
 * @throws {UnfoldError} INVALID_ARGUMENT where there is no DOM; DATA_MISMATCH for scores that do not fit their dataset.
 */
export function trainingReport(report: TrainingReport, options: TrainingReportOptions = {}): string {
  const { document = (globalThis as { document?: unknown }).document, mistakes: shown = 24 } = options;
  if (!document) throw badArgument('trainingReport', 'document', 'there is no DOM here.', 'in Node call writeReport of @unfoldjs/nn/node, which brings one.');
  const { title, facts = {}, history, test, filters, texts = {} } = report;
  const findings = test && findingsOf(test);
  const rows = { ...facts, ...(findings ? { 'test accuracy': `${(100 * findings.accuracy).toFixed(2)} % of ${test.dataset.labels.length.toLocaleString('en')} images` } : {}) };
  const sections = [
    history && history.length > 0 ? reportSection('Training', `<div class="row">${historyPlots(history, document)}</div>`) : '',
    findings && test ? reportSection('Which class is taken for which', `${confusionMatrix(findings.confusion, test.dataset.classes, document)}<p>A row for what the image is, a column for what the model says. Blue: right. Orange: mistakes.</p>`) : '',
    findings && test ? mistakesSection(test, findings.mistakes, shown) : '',
    filters ? reportSection('Filters of the first layer', `<div class="tiles">${filterPictures(filters, maxFilters).map((picture) => `<figure>${image(picture, 56)}</figure>`).join('')}</div><p>${filters.shape[2] === 3 ? 'Red, green and blue weights; grey is 0.' : 'Red: positive weights. Blue: negative. White: 0.'}${(filters.shape[3] ?? 0) > maxFilters ? ` The first ${maxFilters} of ${filters.shape[3]}.` : ''}</p>`) : '',
    ...Object.entries(texts).map(([heading, text]) => reportSection(heading, `<pre>${escapedHtml(text)}</pre>`)),
  ];
  return reportPage({ title, facts: rows, sections });
}

function historyPlots(history: History, document: unknown): string {
  const series = (valueOf: (record: EpochRecord | EpochRecord['validation']) => number | undefined): Series[] => [
    { name: 'training', values: history.map((record) => valueOf(record) ?? NaN) },
    ...(history.some(({ validation }) => validation) ? [{ name: 'validation', values: history.map(({ validation }) => valueOf(validation) ?? NaN) }] : []),
  ];
  const plots = [curves(series((record) => record?.loss), 'loss', false, document)];
  for (const name of Object.keys(history[0]?.metrics ?? {})) {
    const percent = /accuracy$/i.test(name);
    plots.push(curves(series((record) => record?.metrics[name]), percent ? `${name}, %` : name, percent, document));
  }
  return plots.map((plot) => `<figure>${plot}</figure>`).join('');
}

function mistakesSection({ dataset }: Evaluation, mistakes: ReturnType<typeof findingsOf>['mistakes'], limit: number): string {
  if (mistakes.length === 0) return reportSection('Worst mistakes', '<p>None: every test image was recognised.</p>');
  const tiles = mistakes.slice(0, limit).map(({ index, label, predicted, confidence }) => {
    const [truth, answer] = [dataset.classes[label]!, dataset.classes[predicted]!].map(escapedHtml);
    return `<figure>${image(imagePicture(dataset.images, index), 84, `image ${index}`)}<figcaption><b>${answer}</b> ${Math.floor(100 * confidence)} %<br>it is ${truth}</figcaption></figure>`;
  });
  return reportSection('Worst mistakes', `<div class="tiles">${tiles.join('')}</div><p>${mistakes.length} in all; the surest first.</p>`);
}

/** A picture enlarged to about `side` CSS pixels, by a whole factor where it can be. */
function image({ uri, width, height }: PngPicture, side: number, title = ''): string {
  const factor = side / Math.max(width, height);
  const scale = factor > 1 ? Math.round(factor) : factor;
  return `<img src="${uri}" width="${Math.round(width * scale)}" height="${Math.round(height * scale)}" alt="" ${title ? `title="${title}"` : ''}>`;
}
