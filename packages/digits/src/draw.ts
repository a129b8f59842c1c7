import type { Random } from '@unfoldjs/nn';
import type { Point, Stroke } from './strokes.js';

type Segment = readonly [from: Point, to: Point];

/**
 * One handwriting of strokes as grey values from 0 (paper) to 1 (ink), `side` x `side` pixels: points tremble, the whole is shifted,
 * turned, slanted and stretched, pens are thin or thick and press more or less, and paper and camera are not perfect.
 */
export function drawStrokes(strokes: readonly Stroke[], side: number, random: Random): Float32Array {
  const place = handwriting(random);
  const segments = strokes.flatMap((stroke) => segmentsOf(stroke, random)).map(([from, to]): Segment => [place(from), place(to)]);
  const radius = random.between(0.035, 0.075);
  const blur = random.between(0.02, 0.045);
  const ink = random.between(0.7, 1);
  const noise = random.between(0, 0.08);
  const page = new Float32Array(side * side);
  for (let i = 0; i < page.length; i++) {
    const distance = distanceTo(segments, ((i % side) + 0.5) / side, (Math.floor(i / side) + 0.5) / side);
    const covered = Math.min(1, Math.max(0, 0.5 + (radius - distance) / blur));
    page[i] = Math.min(1, Math.max(0, ink * covered + noise * random.normal()));
  }
  return page;
}

/** A random affine map about the middle of the page. */
function handwriting(random: Random): (point: Point) => Point {
  const angle = random.between(-0.22, 0.22);
  const slant = random.between(-0.3, 0.3);
  const [width, height] = [random.between(0.62, 1.02), random.between(0.72, 1.02)];
  const [dx, dy] = [random.between(-0.09, 0.09), random.between(-0.08, 0.08)];
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  return ([x, y]) => {
    const [u, v] = [width * (x - 0.5) - slant * (y - 0.5), height * (y - 0.5)];
    return [0.5 + dx + cos * u - sin * v, 0.5 + dy + sin * u + cos * v];
  };
}

/** A stroke as short straight lines, its points moved a little. */
function segmentsOf({ points, corners }: Stroke, random: Random): Segment[] {
  const moved = points.map(([x, y]): Point => [x + 0.02 * random.normal(), y + 0.02 * random.normal()]);
  const path = corners ? moved : smooth(moved);
  return path.slice(1).map((to, i): Segment => [path[i]!, to]);
}

const stepsBetweenPoints = 5;

/** The Catmull-Rom curve through points. */
function smooth(points: readonly Point[]): Point[] {
  const at = (i: number): Point => points[Math.min(points.length - 1, Math.max(0, i))]!;
  const path: Point[] = [at(0)];
  for (let i = 0; i + 1 < points.length; i++) {
    const [a, b, c, d] = [at(i - 1), at(i), at(i + 1), at(i + 2)];
    for (let step = 1; step <= stepsBetweenPoints; step++) {
      const t = step / stepsBetweenPoints;
      const mix = (axis: 0 | 1): number =>
        0.5 * (2 * b[axis] + (c[axis] - a[axis]) * t + (2 * a[axis] - 5 * b[axis] + 4 * c[axis] - d[axis]) * t ** 2 + (3 * b[axis] - a[axis] - 3 * c[axis] + d[axis]) * t ** 3);
      path.push([mix(0), mix(1)]);
    }
  }
  return path;
}

/** From a point to the nearest of the segments. */
function distanceTo(segments: readonly Segment[], x: number, y: number): number {
  let least = Infinity;
  for (const [from, to] of segments) {
    const dx = to[0] - from[0];
    const dy = to[1] - from[1];
    const [fromX, fromY] = [x - from[0], y - from[1]];
    const lengthSquared = dx * dx + dy * dy;
    const along = lengthSquared === 0 ? 0 : Math.min(1, Math.max(0, (fromX * dx + fromY * dy) / lengthSquared));
    const [restX, restY] = [fromX - along * dx, fromY - along * dy];
    least = Math.min(least, restX * restX + restY * restY);
  }
  return Math.sqrt(least);
}
