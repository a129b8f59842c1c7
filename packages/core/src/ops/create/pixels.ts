import { badArgument, unfoldError } from '../../errors/unfold-error.js';
import { describe } from '../../tensor/nested.js';
import { toTensor, type TensorLike } from '../../tensor/operand.js';
import type { Tensor } from '../../tensor/tensor.js';
import { checkInteger } from '../check.js';
import { checkOptions } from '../checked.js';
import { hostTensor } from './host.js';

/** RGBA bytes, rows from the top: an `ImageData`, or what PNG and JPEG libraries return. */
export interface Pixels {
  readonly data: Uint8ClampedArray | Uint8Array;
  /** Pixels. */
  readonly width: number;
  /** Pixels. */
  readonly height: number;
}

export interface FromPixelsOptions {
  /** How many of red, green, blue and alpha to keep, from 1 to 4. Default: 3. */
  readonly channels?: number;
}

/**
 * The first `channels` of RGBA pixels as int32 from 0 to 255, shape [height, width, channels].
 *
 * @throws {UnfoldError} INVALID_ARGUMENT for anything that is not pixels, or a bad number of channels; DATA_MISMATCH where the data
 * is not `width * height * 4` bytes.
 * @source https://js.tensorflow.org/api/latest/#browser.fromPixels
 */
export function fromPixels(pixels: Pixels, options: FromPixelsOptions = {}): Tensor {
  checkOptions('fromPixels', options, ['channels']);
  const { channels = 3 } = options;
  checkInteger('fromPixels', 'channels', channels, 1, 4);
  const data: unknown = pixels?.data;
  if (!(data instanceof Uint8ClampedArray) && !(data instanceof Uint8Array)) {
    throw badArgument(
      'fromPixels',
      'pixels',
      `${describe(pixels)} holds no pixels: its \`data\` is ${describe(data)}.`,
      'pass an ImageData, or { data, width, height } with RGBA bytes in a Uint8ClampedArray or Uint8Array.',
    );
  }
  const { width, height } = pixels;
  checkInteger('fromPixels', 'width', width, 0);
  checkInteger('fromPixels', 'height', height, 0);
  const count = width * height;
  if (data.length !== count * 4) {
    throw unfoldError({
      code: 'DATA_MISMATCH',
      op: 'fromPixels',
      argument: 'data',
      problem: `${data.length} bytes are not ${width} x ${height} pixels of 4 bytes, which are ${count * 4}.`,
      fix: 'pass four bytes a pixel: red, green, blue and alpha.',
    });
  }
  const values = new Int32Array(count * channels);
  for (let i = 0; i < count; i++) for (let c = 0; c < channels; c++) values[i * channels + c] = data[i * 4 + c]!;
  return hostTensor(values, [height, width, channels], 'int32');
}

/**
 * The elements as RGBA pixels. `x` is [height, width] or [height, width, channels] with 1 (grey), 3 (RGB) or 4 (RGBA) channels:
 * int32 from 0 to 255, float32 from 0 to 1, or bool.
 *
 * @throws {UnfoldError} SHAPE_MISMATCH for another shape; DATA_MISMATCH for a value out of range; and as `Tensor.data`.
 * @source https://js.tensorflow.org/api/latest/#browser.toPixels
 * @example
 * import { setBackend, tensor } from '@unfoldjs/core';
 * import { cpu } from '@unfoldjs/backend-cpu';
 * await setBackend(cpu());
 * const { data } = await tensor([[0, 1]]).toPixels();
 * data; // => Uint8ClampedArray(8) [0, 0, 0, 255, 255, 255, 255, 255]
 */
export async function toPixels(x: TensorLike): Promise<{ data: Uint8ClampedArray; width: number; height: number }> {
  const tensor = toTensor(x, 'toPixels', 'x');
  const [height, width, channels = 1] = tensor.shape;
  if (height === undefined || width === undefined || tensor.rank > 3 || ![1, 3, 4].includes(channels)) {
    throw unfoldError({
      code: 'SHAPE_MISMATCH',
      op: 'toPixels',
      argument: 'x',
      problem: 'it is not [height, width] or [height, width, channels] with 1, 3 or 4 channels.',
      fix: 'take one image of a batch by `slice` or `unstack`, and choose its channels.',
      operands: [{ name: 'x', type: tensor.type }],
    });
  }
  const values = await tensor.data();
  const full = tensor.dtype === 'int32' ? 255 : 1;
  const byteAt = (i: number): number => {
    const value = values[i]!;
    if (!(value >= 0 && value <= full)) {
      throw unfoldError({
        code: 'DATA_MISMATCH',
        op: 'toPixels',
        argument: 'x',
        problem: `element ${i} is ${value}, and ${tensor.dtype} pixels go from 0 to ${full}.`,
        fix: `scale the tensor, or cut it: \`x.clip({ min: 0, max: ${full} })\`.`,
        operands: [{ name: 'x', type: tensor.type }],
      });
    }
    return Math.round((value / full) * 255);
  };
  const data = new Uint8ClampedArray(height * width * 4);
  for (let i = 0; i < height * width; i++) {
    for (let c = 0; c < 3; c++) data[i * 4 + c] = byteAt(i * channels + (channels === 1 ? 0 : c));
    data[i * 4 + 3] = channels === 4 ? byteAt(i * channels + 3) : 255;
  }
  return { data, width, height };
}
