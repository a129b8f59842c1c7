import { encode } from 'fast-png';
import type { Images } from '../data/dataset.js';
import type { HostTensor } from '../files/host-tensor.js';

/** A picture as a PNG in a data URI. */
export interface PngPicture {
  readonly uri: string;
  /** Pixels. */
  readonly width: number;
  readonly height: number;
}

function toPicture(data: Uint8Array, width: number, height: number): PngPicture {
  const png = encode({ data, width, height, depth: 8, channels: data.length / (width * height) });
  let binary = '';
  for (const byte of png) binary += String.fromCharCode(byte);
  return { uri: `data:image/png;base64,${btoa(binary)}`, width, height };
}

/** One image of a dataset. Bytes are shown as they are, numbers from their smallest (black) to their largest (white). */
export function imagePicture({ data, shape }: Images, index: number): PngPicture {
  const [, height, width, channels] = shape;
  const pixels = data.subarray(index * height * width * channels, (index + 1) * height * width * channels);
  const bytes = pixels instanceof Uint8Array ? pixels : stretched(pixels);
  // PNG has grey (with alpha) and colours (with alpha); of other numbers of channels the first is shown.
  const shown = channels <= 4 && channels !== 2 ? bytes : Uint8Array.from({ length: height * width }, (_, i) => bytes[i * channels]!);
  return toPicture(Uint8Array.from(shown), width, height);
}

function stretched(values: Float32Array): Uint8Array {
  const low = values.reduce((least, value) => Math.min(least, value), Infinity);
  const high = values.reduce((most, value) => Math.max(most, value), -Infinity);
  return Uint8Array.from(values, (value) => (high > low ? (255 * (value - low)) / (high - low) : 128));
}

/**
 * The filters of a kernel [KH, KW, C, O] as pictures, `limit` at most: in colours where C is 3, otherwise one for each output and the
 * first input channel, negative weights blue, positive ones red, 0 white. All share one scale.
 */
export function filterPictures({ data, shape }: HostTensor, limit: number): PngPicture[] {
  const [height = 0, width = 0, channels = 0, outputs = 0] = shape;
  let largest = 0;
  for (const value of data) largest = Math.max(largest, Math.abs(value));
  return Array.from({ length: Math.min(outputs, limit) }, (_, output) => {
    const weight = (pixel: number, channel: number): number => data[(pixel * channels + channel) * outputs + output]! / (largest || 1);
    const rgb = new Uint8Array(height * width * 3);
    for (let pixel = 0; pixel < height * width; pixel++) {
      rgb.set(channels === 3 ? [0, 1, 2].map((channel) => 127.5 * (1 + weight(pixel, channel))) : diverging(weight(pixel, 0)), pixel * 3);
    }
    return toPicture(rgb, width, height);
  });
}

const blue = [33, 102, 172];
const red = [178, 24, 43];

/** White at 0, blue at -1, red at 1. */
const diverging = (weight: number): number[] => (weight < 0 ? blue : red).map((channel) => Math.round(255 + (channel - 255) * Math.abs(weight)));
