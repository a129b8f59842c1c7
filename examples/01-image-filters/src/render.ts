// Elements of results as 8-bit pixels, for people to look at.

/** One image: 8-bit pixels with 1 or 3 channels, or with 1 that counts into a palette. */
export interface Image {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array;
  readonly palette?: readonly Colour[];
}

/** Red, green and blue, 0 to 255. */
export type Colour = readonly [number, number, number];

type Size = { readonly width: number; readonly height: number };

const toByte = (value: number): number => Math.max(0, Math.min(255, Math.round(255 * value)));

/** Values from 0 to 1, in 1 or 3 channels. */
export const plain = (values: ArrayLike<number>, { width, height }: Size): Image => ({ width, height, data: Uint8Array.from(values, toByte) });

/** Values from 0 up, the brightest where they are largest. */
export function bright(values: ArrayLike<number>, size: Size): Image {
  const scale = largeAbsolute(values);
  return plain(Float32Array.from(values, (value) => Math.sqrt(value / scale)), size);
}

const [below, middle, above]: readonly Colour[] = [[33, 102, 172], [248, 248, 246], [202, 60, 30]];

/** Blue below the middle, red above it. Almost white there, and steep beside it, so that weak answers show. */
const divergingPalette: readonly Colour[] = Array.from({ length: 255 }, (_, i) => {
  const share = (i - 127) / 127;
  const end = share < 0 ? below! : above!;
  return [0, 1, 2].map((c) => Math.round(middle![c]! + (end[c]! - middle![c]!) * Math.sqrt(Math.abs(share)))) as unknown as Colour;
});

/** Values of both signs: blue below zero, red above, almost white at zero. */
export function signed(values: ArrayLike<number>, { width, height }: Size): Image {
  const scale = largeAbsolute(values);
  const data = Uint8Array.from(values, (value) => 127 + Math.round(127 * Math.max(-1, Math.min(1, value / scale))));
  return { width, height, data, palette: divergingPalette };
}

/** A direction as a hue, once around for `turn`; brighter where `strengths` is larger. */
export function hues(angles: ArrayLike<number>, turn: number, strengths: ArrayLike<number>, { width, height }: Size): Image {
  const scale = largeAbsolute(strengths);
  const data = new Uint8Array(3 * angles.length);
  for (let i = 0; i < angles.length; i++) {
    const colour = hueColour(angles[i]! / turn);
    const value = Math.min(1, strengths[i]! / scale) ** 0.4;
    for (let c = 0; c < 3; c++) data[3 * i + c] = toByte(colour[c]! * value);
  }
  return { width, height, data };
}

/** A fully saturated colour; `hue` counts in turns. Smooth, with even brightness: three cosines a third of a turn apart. */
export const hueColour = (hue: number): readonly [number, number, number] => {
  const wave = (shift: number): number => 0.5 + 0.5 * Math.cos(2 * Math.PI * (hue - shift));
  return [wave(0), wave(1 / 3), wave(2 / 3)];
};

/** Images of signed values, of one size, side by side at half their size. */
export function contactSheet(images: readonly Image[], columns: number): Image {
  const gap = 4;
  const [cellWidth, cellHeight] = [Math.ceil(images[0]!.width / 2), Math.ceil(images[0]!.height / 2)];
  const width = columns * (cellWidth + gap) - gap;
  const height = Math.ceil(images.length / columns) * (cellHeight + gap) - gap;
  const data = new Uint8Array(width * height).fill(127);
  images.forEach((image, cell) => {
    const [left, top] = [(cell % columns) * (cellWidth + gap), Math.floor(cell / columns) * (cellHeight + gap)];
    for (let y = 0; y < cellHeight; y++) {
      for (let x = 0; x < cellWidth; x++) data[(top + y) * width + left + x] = meanOfFour(image, 2 * x, 2 * y);
    }
  });
  return { width, height, data, palette: divergingPalette };
}

/** The mean of a pixel and its neighbours to the right and below, as far as they exist; palettes of signed values are in order. */
function meanOfFour({ width, height, data }: Image, x: number, y: number): number {
  const [right, lower] = [Math.min(x + 1, width - 1), Math.min(y + 1, height - 1)];
  const at = (column: number, row: number): number => data[row * width + column]!;
  return Math.round((at(x, y) + at(right, y) + at(x, lower) + at(right, lower)) / 4);
}

/** One channel of interleaved values. */
export const channelOf = (values: ArrayLike<number>, channel: number, channels: number): Float64Array =>
  Float64Array.from({ length: values.length / channels }, (_, i) => values[i * channels + channel]!);

/** The absolute value that all but one in 500 stay under, so that a few bright pixels do not darken the rest. */
function largeAbsolute(values: ArrayLike<number>): number {
  const sorted = Float64Array.from(values, Math.abs).sort();
  return sorted[Math.floor(sorted.length * 0.998)] || sorted[sorted.length - 1] || 1;
}
