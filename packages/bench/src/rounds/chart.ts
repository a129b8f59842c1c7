import * as Plot from '@observablehq/plot';
import { parseHTML } from 'linkedom';
import { roundCost, saturation, type Layout, type RoundConstants, type RoundShape } from './cost.js';

/** A way of training on many workers, to be drawn. */
export interface Way {
  readonly name: string;
  readonly shape: Omit<RoundShape, 'workers'>;
  readonly layout?: Layout;
}

export const most = 1000;

/** Whole numbers from 1 to `most`, evenly apart on a logarithmic axis. */
const workerCounts = [...new Set(Array.from({ length: 61 }, (_, i) => Math.round(most ** (i / 60))))];

/** Images a second over workers, and where the store takes longer than the shards compute (a ring), as an SVG file. */
export function roundsChart(constants: RoundConstants, ways: readonly Way[]): string {
  const { document } = parseHTML('<!doctype html><html><body></body></html>') as unknown as { readonly document: object };
  const at = ({ name, shape, layout }: Way, workers: number) => ({ name, workers, images: roundCost(constants, { ...shape, workers }, layout).imagesPerSecond });
  const points = ways.flatMap((way) => workerCounts.map((workers) => at(way, workers)));
  const rings = ways.flatMap((way) => {
    const workers = saturation(constants, way.shape, () => way.layout ?? {});
    return workers <= most ? [at(way, workers)] : [];
  });
  const { shape } = ways[0]!;
  const ideal = workerCounts.map((workers) => ({ workers, images: (workers * shape.localSteps * shape.batch) / roundCost(constants, { ...shape, workers }).compute }));
  const ends = ways.map((way) => at(way, most)).sort((a, b) => b.images - a.images);
  // Labels of curves that end together stand one above the other.
  const [low, high] = [Math.log(Math.min(...points.map(({ images }) => images))), Math.log(ideal.at(-1)!.images)];
  const lineHeight = ((high - low) * 15) / 400;
  const heights: number[] = [];
  for (const { images } of ends) heights.push(Math.min(Math.log(images), (heights.at(-1) ?? Infinity) - lineHeight));
  const labels = ends.map((end, i) => ({ ...end, images: Math.exp(heights[i]!) }));
  const svg = Plot.plot({
    document: document as never,
    style: { fontFamily: 'system-ui, sans-serif', fontSize: '12px', overflow: 'visible', background: 'white' },
    width: 860,
    height: 460,
    marginLeft: 70,
    marginRight: 240,
    x: { type: 'log', label: 'workers', tickFormat: '~s', domain: [1, most] },
    y: { type: 'log', label: 'images a second', grid: true, tickFormat: '~s' },
    color: { domain: ways.map(({ name }) => name), scheme: 'tableau10' },
    marks: [
      Plot.line(ideal, { x: 'workers', y: 'images', stroke: '#999', strokeDasharray: '4 4' }),
      Plot.line(points, { x: 'workers', y: 'images', stroke: 'name', strokeWidth: 2 }),
      Plot.dot(rings, { x: 'workers', y: 'images', stroke: 'name', fill: 'white', r: 5, strokeWidth: 2 }),
      Plot.text(labels, { x: 'workers', y: 'images', text: 'name', fill: 'name', textAnchor: 'start', dx: 8 }),
    ],
  });
  // A file of its own, not a part of a page; and without the class names that Plot draws by chance, so that the same constants give the same file.
  return `${svg.outerHTML.replace('<svg ', '<svg xmlns="http://www.w3.org/2000/svg" ').replaceAll(/plot-[0-9a-f]{6}/g, 'plot')}\n`;
}
