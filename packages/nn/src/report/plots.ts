import * as Plot from '@observablehq/plot';

/** A curve: its value after epoch 1, 2, ... */
export interface Series {
  readonly name: string;
  readonly values: readonly number[];
}

const colours = ['#3b6fb6', '#d1662a'];

/** Curves over epochs as SVG. `percent` shows shares of 1. */
export function curves(series: readonly Series[], label: string, percent: boolean, document: unknown): string {
  const points = series.flatMap(({ name, values }) => values.map((value, i) => ({ name, epoch: i + 1, value: percent ? 100 * value : value })).filter(({ value }) => Number.isFinite(value)));
  const epochs = Math.max(1, ...series.map(({ values }) => values.length));
  const last = series.flatMap(({ name }) => points.filter((point) => point.name === name).slice(-1)).sort((a, b) => b.value - a.value);
  const isClose = last.length > 1 && last[0]!.value - last.at(-1)!.value < 0.08 * (extent(points.map(({ value }) => value)) || 1);
  return svgOf(
    Plot.plot({
      ...plotLooks(document),
      width: 480,
      height: 270,
      marginLeft: 52,
      marginRight: 118,
      grid: true,
      x: { label: 'epoch', domain: [1, Math.max(2, epochs)], ticks: Math.min(epochs, 10), tickFormat: 'd', grid: false },
      y: { label, zero: !percent, nice: true },
      color: { domain: series.map(({ name }) => name), range: colours },
      marks: [
        Plot.lineY(points, { x: 'epoch', y: 'value', stroke: 'name', strokeWidth: 2 }),
        Plot.dot(points, { x: 'epoch', y: 'value', fill: 'name', r: epochs > 30 ? 0 : 2.5 }),
        // Labels of curves that end together stand one above the other.
        ...last.map((point, i) => Plot.text([point], { x: 'epoch', y: 'value', text: [`${point.name} ${percent ? `${point.value.toFixed(1)} %` : point.value.toPrecision(3)}`], fill: 'name', textAnchor: 'start', dx: 8, dy: isClose ? 16 * i - 8 : 0, fontWeight: 600 })),
      ],
    }),
  );
}

const extent = (values: readonly number[]): number => values.reduce((most, value) => Math.max(most, value), -Infinity) - values.reduce((least, value) => Math.min(least, value), Infinity);

/** A confusion matrix as SVG: a row for each true class, a column for each answer; cells by their share of the row. */
export function confusionMatrix(counts: readonly (readonly number[])[], classes: readonly string[], document: unknown): string {
  const cells = counts.flatMap((row, label) => {
    const total = row.reduce((sum, count) => sum + count, 0);
    return row.map((count, predicted) => ({ truth: classes[label]!, answer: classes[predicted]!, count, share: total === 0 ? 0 : count / total, right: label === predicted }));
  });
  const side = Math.max(30, Math.min(46, 520 / classes.length));
  const margin = 24 + 7 * Math.max(...classes.map((name) => name.length));
  const isWide = Math.max(...classes.map((name) => name.length)) > 4;
  return svgOf(
    Plot.plot({
      ...plotLooks(document),
      width: margin + side * classes.length + 10,
      height: side * classes.length + (isWide ? margin : 26) + 6,
      marginLeft: margin,
      marginTop: isWide ? margin : 26,
      marginBottom: 6,
      padding: 0.06,
      x: { axis: 'top', domain: classes, label: null, tickSize: 0, ...(isWide ? { tickRotate: -60 } : {}) },
      y: { domain: classes, label: null, tickSize: 0 },
      // Mistakes are few: a square root and a least strength keep one in a thousand visible.
      color: { type: 'identity' },
      marks: [
        Plot.cell(cells, { x: 'answer', y: 'truth', fill: ({ share, right }: (typeof cells)[number]) => tint(right ? [59, 111, 182] : [209, 102, 42], share === 0 ? 0 : 0.15 + 0.85 * Math.sqrt(share)), rx: 3 }),
        Plot.text(cells, { x: 'answer', y: 'truth', text: ({ count }: (typeof cells)[number]) => (count === 0 ? '' : String(count)), fill: ({ share }: (typeof cells)[number]) => (Math.sqrt(share) > 0.6 ? 'white' : '#222'), fontSize: side > 38 ? 12 : 10 }),
      ],
    }),
  );
}

const tint = (rgb: readonly number[], strength: number): string => `rgb(${rgb.map((channel) => Math.round(246 + (channel - 246) * strength)).join(',')})`;

/** What all plots of reports have in common. */
export const plotLooks = (document: unknown) => ({ document: document as never, style: { fontFamily: 'inherit', fontSize: '12px', overflow: 'visible' } });

/** A plot as text, without the class names that Plot draws by chance, so that one report is one text. */
export const svgOf = (plot: { readonly outerHTML: string }): string => plot.outerHTML.replaceAll(/plot-[0-9a-f]{6}/g, 'plot');
