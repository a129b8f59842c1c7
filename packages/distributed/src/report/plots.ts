import * as Plot from '@observablehq/plot';
import { plotLooks, svgOf } from '@unfoldjs/nn/report';
import { axesOf, isWide } from './axes.js';
import type { SweepResult, TrialRecord } from '../sweep/records.js';
import { isPercent, paramText, valueText } from '../sweep/text.js';

const best = '#d1662a';
const failed = '#9aa3b2';
const [pale, deep] = [[203, 214, 230], [38, 84, 150]] as const;

/** The better a trial ranks, the deeper its blue; the best is orange. */
function colourOf({ trials }: SweepResult<unknown>): (record: TrialRecord<unknown>) => string {
  const done = trials.filter(({ status }) => status === 'done');
  const ranks = new Map(done.map(({ trial }, rank) => [trial, rank]));
  return ({ trial }) => {
    const rank = ranks.get(trial);
    if (rank === undefined) return failed;
    const share = done.length > 1 ? 1 - rank / (done.length - 1) : 1;
    return rank === 0 ? best : `rgb(${pale.map((from, i) => Math.round(from + (deep[i]! - from) * share)).join(',')})`;
  };
}

const widthOf = (result: SweepResult<unknown>, { trial }: TrialRecord<unknown>): number => (trial === result.best?.trial ? 3 : 1.4);

function titleOf({ objective: { metric } }: SweepResult<unknown>, { trial, params, objective, budget, error }: TrialRecord<unknown>): string {
  const values = Object.entries(params as object).map(([name, value]) => `${name}: ${paramText(value)}`);
  return [`trial ${trial}`, error ? 'failed' : `${metric}: ${valueText(metric, objective)}, budget ${budget}`, ...values].join('\n');
}

/** Every trial as a line through its parameters to what came of it, as SVG. */
export function parallelCoordinates(result: SweepResult<unknown>, document: unknown): string {
  const axes = axesOf(result);
  const colour = colourOf(result);
  // The best is drawn last, on top of the others.
  const points = [...result.trials].reverse().flatMap((record) =>
    axes.map((axis, x) => ({ x, y: axis.height(record), trial: record.trial, stroke: colour(record), width: widthOf(result, record), title: titleOf(result, record), isDone: record.status === 'done' })).filter(({ y }) => y !== null),
  );
  const ticks = axes.flatMap((axis, x) => axis.ticks.map(({ height, text }) => ({ x, y: height, text })));
  const line = { x: 'x', y: 'y', z: 'trial', stroke: 'stroke', title: 'title', curve: 'bump-x' } as const;
  return svgOf(
    Plot.plot({
      ...plotLooks(document),
      width: Math.max(480, Math.min(980, 180 * axes.length)),
      height: 380,
      marginLeft: 70,
      marginRight: 70,
      marginTop: 40,
      marginBottom: 14,
      x: { axis: null, domain: [0, Math.max(1, axes.length - 1)] },
      y: { axis: null, domain: [0, 1] },
      color: { type: 'identity' },
      marks: [
        Plot.ruleX(axes, { x: (_, x) => x, stroke: '#c5cbd5' }),
        Plot.line(points.filter(({ isDone }) => !isDone), { ...line, strokeDasharray: '3 3', strokeWidth: 1.2 }),
        Plot.line(points.filter(({ isDone }) => isDone), { ...line, strokeWidth: 'width' }),
        Plot.ruleY(ticks, { x1: 'x', x2: 'x', y: 'y', insetLeft: -4, insetRight: 0, stroke: '#8b94a5' }),
        Plot.text(ticks, { x: 'x', y: 'y', text: 'text', textAnchor: 'end', dx: -7, fill: '#454e5e', stroke: 'white', strokeWidth: 4 }),
        Plot.text(axes, { x: (_, x) => x, y: 1, text: 'name', dy: -22, fontWeight: 600, fontSize: 12.5, fill: '#1d2330' }),
      ],
    }),
  );
}

/** The objective of every trial over what it had spent, as SVG; null where no trial reported more than one point. */
export function learningCurves(result: SweepResult<unknown>, document: unknown): string | null {
  const { metric } = result.objective;
  const scale = isPercent(metric) ? 100 : 1;
  const colour = colourOf(result);
  const curveOf = ({ curve }: TrialRecord<unknown>) => curve.flatMap(({ step, metrics }) => (typeof metrics[metric] === 'number' ? [{ step, value: metrics[metric] * scale }] : []));
  const curves = [...result.trials].reverse().map((record) => ({ record, curve: curveOf(record) }));
  if (!curves.some(({ curve }) => curve.length > 1)) return null;
  const points = curves.flatMap(({ record, curve }) => curve.map((point) => ({ ...point, trial: record.trial, stroke: colour(record), width: widthOf(result, record), title: titleOf(result, record) })));
  const values = points.map(({ value }) => value);
  const last = curves.at(-1)!.record.trial === result.best?.trial ? curves.at(-1)!.curve.slice(-1) : [];
  const steps = points.map(({ step }) => step);
  const ends = curves.flatMap(({ curve, record }) => curve.slice(-1).map((point) => ({ ...point, fill: colour(record), title: titleOf(result, record) })));
  return svgOf(
    Plot.plot({
      ...plotLooks(document),
      width: 940,
      height: 340,
      marginLeft: 56,
      marginRight: 110,
      grid: true,
      x: { label: 'budget spent', ticks: Math.min(10, Math.max(...steps) - Math.min(...steps)), grid: false },
      y: { label: isPercent(metric) ? `${metric}, %` : metric, nice: true, ...(isWide(Math.min(...values), Math.max(...values)) && { type: 'log' as const, tickFormat: '~g' }) },
      color: { type: 'identity' },
      marks: [
        Plot.line(points, { x: 'step', y: 'value', z: 'trial', stroke: 'stroke', strokeWidth: 'width', title: 'title' }),
        Plot.dot(ends, { x: 'step', y: 'value', fill: 'fill', r: 3, title: 'title' }),
        Plot.text(last, { x: 'step', y: 'value', text: () => `trial ${result.best!.trial}\n${valueText(metric, result.best!.objective)}`, fill: best, textAnchor: 'start', dx: 9, fontWeight: 600, lineHeight: 1.3 }),
      ],
    }),
  );
}
