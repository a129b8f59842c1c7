import type { Local } from '../emit/function-builder.js';
import type { FunctionSpec } from '../emit/module-builder.js';
import { operand, output, scratch, type Call, type Kernel, type Place } from '../plan/lowered.js';

/** Images as they lie in a larger frame of zeros: pixel (i, j) at (top + i * rowStep, left + j * columnStep). What falls outside is left out. */
export interface Frame {
  readonly height: number;
  readonly width: number;
  readonly top: number;
  readonly left: number;
  readonly rowStep: number;
  readonly columnStep: number;
}

/** Where the arrays of a step lie: the first operand and the result dense (null), or in frames of zeros, where a convolution reads them. */
export interface Layout {
  readonly input: Frame | null;
  readonly output: Frame | null;
}

export const dense: Layout = { input: null, output: null };

export type Images = readonly [batch: number, height: number, width: number, channels: number];

const isWhole = ([, height, width]: Images, { height: rows, width: columns, top, left, rowStep, columnStep }: Frame): boolean =>
  rows === height && columns === width && top === 0 && left === 0 && rowStep === 1 && columnStep === 1;

/**
 * Copies float32 images into frames, a row of a frame a unit, or writes only the zeros around them. Parameters: images, frames, `from`,
 * `to`.
 */
function frameImages(images: Images, frame: Frame, copies: boolean): Kernel {
  const [batch, height, width, channels] = images;
  const { rowStep, columnStep, top, left } = frame;
  const pixel = 4 * channels;
  const rowBytes = frame.width * pixel;
  // The columns of the image that lie in the frame.
  const begin = Math.max(0, Math.ceil(-left / columnStep));
  const end = Math.max(begin, Math.min(width, Math.floor((frame.width - 1 - left) / columnStep) + 1));
  const run: FunctionSpec = {
    key: `frame ${JSON.stringify({ images, frame, copies })}`,
    params: 4,
    write(code) {
      const [source, target, from, to] = code.params as [Local, Local, Local, Local];
      const [to_, n, at, row, pointer] = code.locals('i32', 5) as [Local, Local, Local, Local, Local];
      code.get(from).i32(rowBytes).op('i32.mul').get(target).op('i32.add').set(to_);
      const fill = (offset: number, bytes: number): void => {
        if (bytes > 0) code.get(to_).i32(offset).op('i32.add').i32(0).i32(bytes).op('memory.fill');
      };
      const copyRow = (): void => {
        code.get(n).i32(height).op('i32.mul').get(row).op('i32.add').i32(width * pixel).op('i32.mul').get(source).op('i32.add').i32(begin * pixel).op('i32.add').set(pointer);
        const first = left + begin * columnStep;
        if (columnStep === 1) {
          fill(0, first * pixel);
          if (copies && end > begin) code.get(to_).i32(first * pixel).op('i32.add').get(pointer).i32((end - begin) * pixel).op('memory.copy');
          fill((first + end - begin) * pixel, (frame.width - first - (end - begin)) * pixel);
          return;
        }
        fill(0, rowBytes);
        const place = code.local('i32');
        code.get(to_).i32(first * pixel).op('i32.add').set(place);
        code.times(end - begin, () => {
          code.get(place).get(pointer).i32(pixel).op('memory.copy');
          code.advance(place, columnStep * pixel).advance(pointer, pixel);
        });
      };
      code.loop(() => code.get(from).get(to).op('i32.lt_s'), () => {
        code.get(from).i32(frame.height).op('i32.div_u').set(n);
        code.get(from).get(n).i32(frame.height).op('i32.mul').op('i32.sub').i32(top).op('i32.sub').set(at);
        // Unsigned: a row above the image is a very large one.
        code.get(at).i32(rowStep).op('i32.div_u').set(row);
        const isRow = (): void => {
          code.get(at).i32(height * rowStep).op('i32.lt_u');
          if (rowStep > 1) code.get(row).i32(rowStep).op('i32.mul').get(at).op('i32.eq').op('i32.and');
        };
        code.when(isRow, copyRow, () => fill(0, rowBytes));
        code.advance(from, 1).advance(to_, rowBytes);
      });
    },
  };
  return { run, units: batch * frame.height, work: copies ? (batch * frame.height * rowBytes) / 8 : batch * frame.height };
}

/** Images as a kernel that wants them in a frame finds them. */
export interface Framed {
  readonly place: Place;
  /** The frame wanted, with the distances of the one in which they lie. */
  readonly frame: Frame;
  readonly calls: readonly Call[];
  /** Scratch memory that a copy takes, from its start. */
  readonly bytes: number;
}

/** Operand 0 in a frame: where it lies in one already or nothing is added, itself, else a copy at the start of the scratch memory. */
export function framed(images: Images, wanted: Frame, given: Frame | null): Framed {
  if (given) {
    const first = 4 * ((given.top - wanted.top) * given.width + given.left - wanted.left) * images[3];
    return { place: operand(0, first), frame: { ...wanted, height: given.height, width: given.width }, calls: [], bytes: 0 };
  }
  if (isWhole(images, wanted)) return { place: operand(0), frame: wanted, calls: [], bytes: 0 };
  return { place: scratch(0), frame: wanted, calls: [{ ...frameImages(images, wanted, true), places: [operand(0), scratch(0)] }], bytes: frameBytes(images, wanted) };
}

/** Bytes of images in a frame, in whole cache lines. */
export const frameBytes = ([batch, , , channels]: Images, { height, width }: Pick<Frame, 'height' | 'width'>): number => Math.ceil((4 * batch * height * width * channels) / 64) * 64;

/** A result that is written into a frame, or dense where that is null. */
export interface Target {
  /** Where its first pixel goes. */
  readonly place: Place;
  /** Bytes from one row of pixels, and from one image, to the next. */
  readonly row: number;
  readonly image: number;
  /** Writes the zeros around it. */
  readonly calls: readonly Call[];
}

export function target(images: Images, frame: Frame | null): Target {
  const [, height, width, channels] = images;
  if (!frame) return { place: output(), row: 4 * width * channels, image: 4 * height * width * channels, calls: [] };
  const row = 4 * frame.width * channels;
  return {
    place: output(frame.top * row + 4 * frame.left * channels),
    row,
    image: frame.height * row,
    calls: [{ ...frameImages(images, frame, false), places: [output(), output()] }],
  };
}

/** What `explain` says behind the kernel's name. */
export const nameOfTarget = (writesFrame: boolean): string => (writesFrame ? ', into the padded array of the next convolution' : '');

/** The smallest frame in which several find theirs. */
export function commonFrame(frames: readonly Frame[]): Frame {
  const [top, left] = [Math.max(...frames.map((frame) => frame.top)), Math.max(...frames.map((frame) => frame.left))];
  return {
    top,
    left,
    height: Math.max(...frames.map((frame) => top - frame.top + frame.height)),
    width: Math.max(...frames.map((frame) => left - frame.left + frame.width)),
    rowStep: 1,
    columnStep: 1,
  };
}
