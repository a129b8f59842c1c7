import { affine, integer } from './index-math.js';

type Pair = readonly [number, number];

/** The attributes of a window that slides over an image. */
export interface WindowAttrs {
  readonly window: Pair;
  readonly strides: Pair;
  readonly dilations: Pair;
  readonly padding: readonly [Pair, Pair];
}

/** Pixels along an axis that `count` windows see, those around the image included. */
export const seenAlong = (count: number, axis: 0 | 1, { window, strides, dilations }: WindowAttrs): number => (count - 1) * strides[axis] + (window[axis] - 1) * dilations[axis] + 1;

/** `iy >= 0 && iy < 56`, only where the window can leave the image along that axis; null where it cannot. */
export function insideAxis(name: string, size: number, count: number, axis: 0 | 1, { window, strides, dilations, padding }: WindowAttrs): string | null {
  const before = padding[axis][0];
  const reach = (count - 1) * strides[axis] - before + (window[axis] - 1) * dilations[axis];
  const tests = [...(before > 0 ? [`${name} >= 0`] : []), ...(reach >= size ? [`${name} < ${size}`] : [])];
  return tests.length === 0 ? null : tests.join(' && ');
}

/** The first channel of the images that an output sees. */
export const firstChannel = (o: string, outputsOfGroup: number, depth: number, groups: number): { name: string; lines: string[] } =>
  groups === 1 ? { name: '0', lines: [] } : { name: 'first', lines: [integer('first', outputsOfGroup === 1 ? affine([[o, depth]]) : `Math.floor(${o} / ${outputsOfGroup}) * ${depth}`)] };
