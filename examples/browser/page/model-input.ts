import { tensor, zeros, type Tensor } from '@unfoldjs/core';
import type { ValueInfo } from '@unfoldjs/onnx';
import { contextOf, make } from './dom.js';

/** A picture for a free height and width. */
const freeSide = 128;

/** Where height, width and channels stand in a declared shape of four sizes; null for inputs that are no images. */
function imageAxes(shape: ValueInfo['shape']): { readonly isLast: boolean; readonly height: number; readonly width: number; readonly channels: number } | null {
  if (shape?.length !== 4) return null;
  const isChannels = (dim: unknown): boolean => dim === 1 || dim === 3;
  const isLast = isChannels(shape[3]) && !isChannels(shape[1]);
  const [channels, height, width] = isLast ? [shape[3], shape[1], shape[2]] : [shape[1], shape[2], shape[3]];
  if (!isChannels(channels)) return null;
  const side = (dim: unknown): number => (typeof dim === 'number' ? dim : freeSide);
  return { isLast, height: side(height), width: side(width), channels: channels as number };
}

/** The picture as a model wants it, a square from its middle, pixels from 0 to `white`; zeros for an input that is no image. */
export function inputOf({ shape }: ValueInfo, picture: HTMLCanvasElement, white: number): Tensor {
  const axes = imageAxes(shape);
  if (!axes) return zeros((shape ?? []).map((dim) => (typeof dim === 'number' ? dim : 1)));
  const { isLast, height, width, channels } = axes;
  const context = contextOf(make('canvas', { width: String(width), height: String(height) }));
  const side = Math.min(picture.width, picture.height);
  context.drawImage(picture, (picture.width - side) / 2, (picture.height - side) / 2, side, side, 0, 0, width, height);
  const { data } = context.getImageData(0, 0, width, height);
  const pixels = new Float32Array(height * width * channels);
  for (let i = 0; i < height * width; i++) {
    const [red, green, blue] = [data[4 * i]!, data[4 * i + 1]!, data[4 * i + 2]!].map((byte) => (byte * white) / 255) as [number, number, number];
    const values = channels === 1 ? [0.299 * red + 0.587 * green + 0.114 * blue] : [red, green, blue];
    values.forEach((value, c) => (pixels[isLast ? i * channels + c : c * height * width + i] = value));
  }
  return tensor(pixels, isLast ? [1, height, width, channels] : [1, channels, height, width]);
}
