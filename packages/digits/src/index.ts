import { datasetOf, randomAt, type Dataset } from '@unfoldjs/nn';
import { drawStrokes } from './draw.js';
import { digitStrokes } from './strokes.js';

export interface DigitsOptions {
  /** Another seed gives other pictures of the same handwritings. Default: 1. */
  readonly seed?: number;
  /** Height and width, pixels. Default: 20. */
  readonly side?: number;
}

/** `count` drawn digits with their labels: bytes, 0 is paper. Every class comes equally often, give or take one. */
export function drawDigits(count: number, { seed = 1, side = 20 }: DigitsOptions = {}): Dataset {
  const images = new Uint8Array(count * side * side);
  const labels = Int32Array.from({ length: count }, (_, i) => i % digitStrokes.length);
  labels.forEach((label, i) => {
    const random = randomAt(seed, i);
    const ways = digitStrokes[label]!;
    const grey = drawStrokes(ways[random.below(ways.length)]!, side, random);
    images.set(grey.map((value) => Math.round(255 * value)), i * side * side);
  });
  return datasetOf({ images, shape: [side, side, 1], labels, classes: digitStrokes.map((_, digit) => String(digit)) });
}
