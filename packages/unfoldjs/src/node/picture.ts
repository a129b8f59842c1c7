import { tensor, unfoldError, type Tensor } from '@unfoldjs/core';
import { decodePicture } from '@unfoldjs/nn/node';
import type { ValueInfo } from '@unfoldjs/onnx';
import { UsageError } from './faults.js';
import { readBytes } from './files.js';
import { dtypeOf } from './inputs.js';
import { resample, type Filter } from './resample.js';

export interface PictureOptions {
  readonly size?: readonly [height: number, width: number];
  readonly layout?: 'nchw' | 'nhwc';
  readonly scale?: number;
  readonly mean?: readonly number[];
  readonly std?: readonly number[];
  readonly grey?: boolean;
  readonly bgr?: boolean;
  readonly resize: Filter;
}

/** How an input takes pictures: where its axes are, and the sizes that the file names. */
interface Form {
  readonly rank: 3 | 4;
  readonly layout: 'nchw' | 'nhwc';
  readonly channels: 1 | 3;
  readonly height: number | null;
  readonly width: number | null;
}

const isColour = (dim: unknown): boolean => dim === 1 || dim === 3;

function formOf({ name, shape }: ValueInfo, { layout: asked, grey, bgr }: PictureOptions): Form {
  const refuse = (problem: string, fix: string): never => {
    throw unfoldError({ code: 'INVALID_ARGUMENT', op: 'run', argument: name, problem, fix });
  };
  const dims = shape ?? [null, null, null, null];
  if (dims.length !== 3 && dims.length !== 4) refuse(`it has ${dims.length} axes, and a picture is 3 or 4.`, `give its elements: --input ${name}=file.npy.`);
  if (dims.length === 4 && typeof dims[0] === 'number' && dims[0] !== 1) refuse(`it takes ${dims[0]} pictures at once.`, `give them as one array: --input ${name}=file.npy.`);
  const own = dims.slice(-3);
  const layout = asked ?? (!isColour(own[0]) && isColour(own[2]) ? 'nhwc' : 'nchw');
  const [height, width, channels] = layout === 'nhwc' ? own : [own[1], own[2], own[0]];
  if (typeof channels === 'number' && !isColour(channels)) refuse(`it has ${channels} channels in the layout ${layout}, and pictures have 1 or 3.`, `give the other --layout, or its elements: --input ${name}=file.npy.`);
  if (grey && channels === 3) throw new UsageError(`--grey gives one channel, and \`${name}\` takes 3.`, 'leave it out.');
  if (bgr && (grey || channels === 1)) throw new UsageError('--bgr orders three channels, and there is one.', 'leave it out.');
  const size = (dim: unknown): number | null => (typeof dim === 'number' ? dim : null);
  return { rank: dims.length as 3 | 4, layout, channels: grey || channels === 1 ? 1 : 3, height: size(height), width: size(width) };
}

/** One number for all channels, or one each. */
function perChannel(flag: string, given: readonly number[] | undefined, channels: number, fallback: number): readonly number[] {
  const values = given ?? [fallback];
  if (values.length !== 1 && values.length !== channels) throw new UsageError(`${flag} has ${values.length} numbers, and there are ${channels} channels.`, 'give one number, or one for each channel.');
  if (flag === '--std' && values.includes(0)) throw new UsageError('--std has a zero.', 'give what to divide by.');
  return values.length === channels ? values : new Array<number>(channels).fill(values[0]!);
}

/**
 * A picture as an input of a model takes it: resized, `(value * scale - mean) / std` for each channel, laid out.
 *
 * @throws {UnfoldError} INVALID_FILE for a file that is no picture; INVALID_ARGUMENT where the input takes none. UsageError
 */
export async function pictureInput(path: string, info: ValueInfo, options: PictureOptions): Promise<Tensor> {
  const { rank, layout, channels, height, width } = formOf(info, options);
  const dtype = dtypeOf(info);
  const mean = perChannel('--mean', options.mean, channels, 0);
  const std = perChannel('--std', options.std, channels, 1);
  const scale = options.scale ?? (dtype === 'float32' ? 1 / 255 : 1);
  const picture = decodePicture(await readBytes(path, 'run'), channels, path);
  const [h, w] = options.size ?? [height ?? picture.height, width ?? picture.width];
  const pixels = resample(picture, [h, w], options.resize);
  const values = new Float32Array(pixels.length);
  for (let pixel = 0; pixel < h * w; pixel++) {
    for (let c = 0; c < channels; c++) {
      const value = (pixels[pixel * channels + (options.bgr ? channels - 1 - c : c)]! * scale - mean[c]!) / std[c]!;
      values[layout === 'nhwc' ? pixel * channels + c : c * h * w + pixel] = dtype === 'float32' ? value : Math.round(value);
    }
  }
  const shape = layout === 'nhwc' ? [h, w, channels] : [channels, h, w];
  return tensor(dtype === 'float32' ? values : Int32Array.from(values), rank === 4 ? [1, ...shape] : shape, dtype === 'float32' ? 'float32' : 'int32');
}
