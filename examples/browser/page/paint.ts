import type { Maps } from './classifier.js';
import { contextOf } from './dom.js';

/** How a value becomes a grey from 0 (black) to 1 (white). */
export type Tone = (value: number) => number;

export const plain: Tone = (value) => value;
/** 0 is the grey in the middle. */
export const signed =
  (largest: number): Tone =>
  (value) =>
    0.5 + (0.5 * value) / (largest || 1);
export const bright =
  (largest: number): Tone =>
  (value) =>
    value / (largest || 1);

/** Paints one channel, a canvas pixel for each value; CSS makes it larger. */
export function paint(canvas: HTMLCanvasElement, { data, height, width, channels }: Maps, channel: number, tone: Tone): void {
  [canvas.width, canvas.height] = [width, height];
  const context = contextOf(canvas);
  const pixels = context.createImageData(width, height);
  for (let i = 0; i < width * height; i++) {
    pixels.data.fill(Math.round(255 * tone(data[i * channels + channel]!)), 4 * i, 4 * i + 3);
    pixels.data[4 * i + 3] = 255;
  }
  context.putImageData(pixels, 0, 0);
}

export function largestOf({ data, channels }: Maps, channel: number): number {
  let largest = 0;
  for (let i = channel; i < data.length; i += channels) largest = Math.max(largest, Math.abs(data[i]!));
  return largest;
}
