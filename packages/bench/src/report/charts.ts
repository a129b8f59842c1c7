import * as Plot from '@observablehq/plot';
import type { Chart } from './section.js';

/** A chart as SVG with its legend. `document` is the DOM to build it in. */
export function drawChart(chart: Chart, document: unknown): string {
  const points = chart.points.filter(({ y }) => Number.isFinite(y) && y > 0);
  const series = [...new Set(points.map((point) => point.series))];
  if (points.length === 0) return '';
  const shared = {
    document: document as never,
    style: { fontFamily: 'inherit', fontSize: '12px', overflow: 'visible' },
    width: 960,
    height: 320,
    marginLeft: 60,
    color: { type: 'ordinal' as const, domain: series, legend: true, ...(series.length > 10 ? { scheme: 'turbo' as const } : { scheme: 'tableau10' as const }) },
  };
  // A logarithmic axis has no 0 to stand on: bars stand on the power of ten below the least.
  const floor = 10 ** Math.floor(Math.log10(Math.min(...points.map(({ y }) => y))) - 1e-9);
  const title = ({ series: name, x, y }: Chart['points'][number]): string => `${name}, ${x}: ${y.toPrecision(3)} ${chart.y}`;
  const plot =
    chart.kind === 'bars'
      ? Plot.plot({
          ...shared,
          x: { axis: null, domain: series },
          fx: { label: null, domain: [...new Set(points.map(({ x }) => x))] },
          y: { type: 'log', label: chart.y, grid: true, tickFormat: '~g' },
          marks: [Plot.barY(points, { fx: 'x', x: 'series', y1: floor, y2: 'y', fill: 'series', title })],
        })
      : Plot.plot({
          ...shared,
          x: { type: 'log', base: 2, label: chart.x, tickFormat: '~g' },
          y: { type: 'log', label: chart.y, grid: true, tickFormat: '~g' },
          marks: [Plot.line(points, { x: 'x', y: 'y', stroke: 'series', strokeWidth: 2 }), Plot.dot(points, { x: 'x', y: 'y', fill: 'series', r: 3, title })],
        });
  // Without the class names that Plot draws by chance, so that one report is one text.
  return plot.outerHTML.replaceAll(/plot-[0-9a-f]{6}/g, 'plot');
}
