import type { Local } from '../emit/function-builder.js';
import type { FunctionSpec } from '../emit/module-builder.js';
import { operand, scratch, type Call, type Kernel, type Place } from '../plan/lowered.js';

/** Images as they lie in a larger frame of zeros: pixel (i, j) at (top + i * rowStep, left + j * columnStep). What falls outside is left out. */
export interface Frame {
  readonly height: number;
  readonly width: number;
  readonly top: number;
  readonly left: number;
  readonly rowStep: number;
  readonly columnStep: number;
}

export type Images = readonly [batch: number, height: number, width: number, channels: number];

const isWhole = ([, height, width]: Images, { height: rows, width: columns, top, left, rowStep, columnStep }: Frame): boolean =>
  rows === height && columns === width && top === 0 && left === 0 && rowStep === 1 && columnStep === 1;

/**
 * Copies float32 images into frames, a row of a frame a unit. Parameters: images, frames, `from`, `to`.
 */
function frameImages(images: Images, frame: Frame): Kernel {
  const [batch, height, width, channels] = images;
  const { rowStep, columnStep, top, left } = frame;
  const pixel = 4 * channels;
  const rowBytes = frame.width * pixel;
  // The columns of the image that lie in the frame.
  const begin = Math.max(0, Math.ceil(-left / columnStep));
  const end = Math.max(begin, Math.min(width, Math.floor((frame.width - 1 - left) / columnStep) + 1));
  const run: FunctionSpec = {
    key: `frame ${JSON.stringify({ images, frame })}`,
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
          if (end > begin) code.get(to_).i32(first * pixel).op('i32.add').get(pointer).i32((end - begin) * pixel).op('memory.copy');
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
  return { run, units: batch * frame.height, work: (batch * frame.height * rowBytes) / 8 };
}

/** Images in their frame: the operand itself where nothing is added, else a copy at the start of the scratch memory. */
export function framed(index: number, images: Images, frame: Frame): { readonly place: Place; readonly calls: readonly Call[]; readonly bytes: number } {
  if (isWhole(images, frame)) return { place: operand(index), calls: [], bytes: 0 };
    const bytes = 4 * images[0] * frame.height * frame.width * images[3];
  return { place: scratch(0), calls: [{ ...frameImages(images, frame), places: [operand(index), scratch(0)] }], bytes: Math.ceil(bytes / 64) * 64 };
}
