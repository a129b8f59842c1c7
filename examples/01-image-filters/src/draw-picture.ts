// Draws the picture that the project ships: `node dist/draw-picture.js` writes assets/picture.png. A folded-paper bird over a lake:
// straight edges in many directions, curves, gradients, strokes like those of text, fine gratings and texture.
import { fileURLToPath } from 'node:url';
import { toPng, writeFile } from './picture.js';

type Point = readonly [x: number, y: number];
type Colour = readonly [red: number, green: number, blue: number];

const width = 512;
const height = 384;
/** Samples a pixel and axis: edges come out smooth. */
const samples = 4;

const mix = (a: Colour, b: Colour, t: number): Colour => [0, 1, 2].map((c) => a[c]! + (b[c]! - a[c]!) * Math.min(1, Math.max(0, t))) as unknown as Colour;
const shade = (colour: Colour, by: number): Colour => [colour[0] * by, colour[1] * by, colour[2] * by];

/** Even-odd rule. */
function isInside([x, y]: Point, polygon: readonly Point[]): boolean {
  let inside = false;
  for (let i = 0, j = polygon.length - 1; i < polygon.length; j = i++) {
    const [[xi, yi], [xj, yj]] = [polygon[i]!, polygon[j]!];
    if (yi > y !== yj > y && x < ((xj - xi) * (y - yi)) / (yj - yi) + xi) inside = !inside;
  }
  return inside;
}

function distanceToSegment([x, y]: Point, [ax, ay]: Point, [bx, by]: Point): number {
  const t = Math.min(1, Math.max(0, ((x - ax) * (bx - ax) + (y - ay) * (by - ay)) / ((bx - ax) ** 2 + (by - ay) ** 2)));
  return Math.hypot(x - ax - t * (bx - ax), y - ay - t * (by - ay));
}

/** A number in [0, 1) for whole coordinates, the same every time. */
function noise(x: number, y: number): number {
  let h = Math.imul(x | 0, 374761393) + Math.imul(y | 0, 668265263);
  h = Math.imul(h ^ (h >>> 13), 1274126177);
  return ((h ^ (h >>> 16)) >>> 0) / 2 ** 32;
}

const paper: readonly { readonly facet: readonly Point[]; readonly colour: Colour }[] = [
  { facet: [[118, 132], [262, 214], [214, 236]], colour: [214, 64, 60] },
  { facet: [[118, 132], [214, 236], [196, 178]], colour: [172, 44, 48] },
  { facet: [[262, 214], [352, 72], [300, 226]], colour: [244, 108, 84] },
  { facet: [[352, 72], [300, 226], [330, 214]], colour: [186, 52, 52] },
  { facet: [[214, 236], [262, 214], [300, 226], [258, 282]], colour: [232, 84, 70] },
  { facet: [[258, 282], [262, 214], [300, 226]], colour: [250, 140, 104] },
  { facet: [[300, 226], [398, 168], [318, 244]], colour: [206, 60, 58] },
  { facet: [[398, 168], [428, 186], [388, 180]], colour: [120, 30, 40] },
  { facet: [[214, 236], [132, 262], [236, 252]], colour: [190, 56, 56] },
];

/** Straight strokes: u n f o l d, each letter 30 high. */
const letters: readonly (readonly (readonly [Point, Point])[])[] = [
  [[[0, 10], [0, 26]], [[0, 26], [4, 30]], [[4, 30], [10, 30]], [[10, 30], [14, 26]], [[14, 10], [14, 30]]],
  [[[0, 10], [0, 30]], [[0, 14], [4, 10]], [[4, 10], [10, 10]], [[10, 10], [14, 14]], [[14, 14], [14, 30]]],
  [[[4, 6], [4, 30]], [[4, 6], [8, 0]], [[8, 0], [12, 0]], [[0, 12], [11, 12]]],
  [[[4, 10], [10, 10]], [[10, 10], [14, 14]], [[14, 14], [14, 26]], [[14, 26], [10, 30]], [[10, 30], [4, 30]], [[4, 30], [0, 26]], [[0, 26], [0, 14]], [[0, 14], [4, 10]]],
  [[[0, 0], [0, 30]]],
  [[[14, 0], [14, 30]], [[14, 12], [10, 10]], [[10, 10], [4, 10]], [[4, 10], [0, 14]], [[0, 14], [0, 26]], [[0, 26], [4, 30]], [[4, 30], [10, 30]], [[10, 30], [14, 28]]],
];
const lefts = [24, 46, 67, 86, 109, 118];
const strokes = letters.flatMap((letter, i) => letter.map(([[ax, ay], [bx, by]]): [Point, Point] => [[lefts[i]! + ax, 24 + ay], [lefts[i]! + bx, 24 + by]]));

const ridge = (x: number): number => 262 - 34 * Math.sin(x / 71 + 1) - 14 * Math.sin(x / 23) - 5 * Math.sin(x / 7.3);

function background([x, y]: Point): Colour {
  const shore = 292;
  if (y > shore) {
    // Ripples that get finer towards the shore, and broader towards the viewer.
    const depth = (y - shore) / (height - shore);
    const wave = Math.sin(420 / (0.16 + depth) + 0.9 * Math.sin(x / 37 + 9 * depth));
    return mix(mix([70, 120, 150], [18, 44, 74], depth), [196, 214, 214], 0.22 + 0.2 * wave * (1 - 0.4 * depth));
  }
  if (y > ridge(x)) {
    const grain = 0.86 + 0.22 * noise(Math.floor(x / 3), Math.floor(y / 2));
    return shade(mix([74, 92, 84], [40, 62, 60], (y - 220) / 72), grain);
  }
  const sun = Math.hypot(x - 408, y - 92);
  if (sun < 38) return [255, 236, 170];
  // Rings around the sun: a zone plate, every spatial frequency in every direction.
  const rings = sun < 118 ? 0.1 * Math.cos((sun - 38) ** 2 / 130) * (1 - (sun - 38) / 80) : 0;
  return mix(mix([92, 142, 200], [246, 206, 168], y / 270), [255, 255, 235], rings + 0.5 * Math.exp(-Math.max(0, sun - 38) / 26));
}

/** A colour card: a checkerboard and bars of rising frequency. */
function card([x, y]: Point): Colour | null {
  const [u, v] = [x - 412, y - 314];
  if (u < 0 || v < 0 || u >= 84 || v >= 56) return null;
  if (u < 3 || v < 3 || u >= 81 || v >= 53) return [236, 232, 222];
  if (v < 28) return (Math.floor((u - 3) / 6.5) + Math.floor((v - 3) / 6.25)) % 2 === 0 ? [20, 22, 26] : [236, 232, 222];
  return Math.sin((u * u) / 26) > 0 ? [30, 60, 140] : [244, 214, 90];
}

function colourAt(point: Point): Colour {
  const onCard = card(point);
  if (onCard) return onCard;
  for (let i = paper.length - 1; i >= 0; i--) {
    const { facet, colour } = paper[i]!;
    if (isInside(point, facet)) return shade(colour, 1.06 - 0.16 * ((point[1] - 72) / 210));
  }
  if (strokes.some(([from, to]) => distanceToSegment(point, from, to) < 1.7)) return [28, 40, 66];
  return background(point);
}

const pixels = new Uint8Array(width * height * 3);
for (let y = 0; y < height; y++) {
  for (let x = 0; x < width; x++) {
    const sum: [number, number, number] = [0, 0, 0];
    for (let s = 0; s < samples * samples; s++) {
      const colour = colourAt([x + ((s % samples) + 0.5) / samples, y + (Math.floor(s / samples) + 0.5) / samples]);
      for (let c = 0; c < 3; c++) sum[c]! += colour[c]! / samples ** 2;
    }
    for (let c = 0; c < 3; c++) pixels[(y * width + x) * 3 + c] = Math.min(255, Math.round(sum[c]!));
  }
}

const path = fileURLToPath(new URL('../assets/picture.png', import.meta.url));
const png = toPng({ data: pixels, width, height });
writeFile(path, png);
console.log(`${path}: ${width}x${height}, ${Math.round(png.length / 1000)} kB`);
