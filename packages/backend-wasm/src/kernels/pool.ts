import { sizeOf, stridesOf, type DType, type Step } from '@unfoldjs/core';
import { storeLanes } from '../elementwise/lanes.js';
import { strided } from '../elementwise/strided.js';
import type { FunctionBuilder, Local } from '../emit/function-builder.js';
import type { FunctionSpec } from '../emit/module-builder.js';
import { beyond, operand, scratch, type Call, type Lowered, type Place } from '../plan/lowered.js';
import type { Settings } from '../settings.js';
import { divisorOf } from './averages.js';
import { imagesOf, windowOf, type Window } from './convolution.js';
import { fill } from './fill.js';
import { frameBytes, nameOfTarget, target, type Images, type Layout } from './frame.js';

/** Images with room around them, so that no window reaches beyond. */
export interface PoolFrame {
  readonly height: number;
  readonly width: number;
  readonly top: number;
  readonly left: number;
  /** False where the images need no room: they are read where they lie. */
  readonly isCopy: boolean;
}

export function poolFrame([, height, width]: Images, [, rows, columns]: Images, { window, strides, dilations, padding }: Window): PoolFrame {
  const reach = (axis: 0 | 1, places: number): number => (places - 1) * strides[axis] + (window[axis] - 1) * dilations[axis] + 1;
  const [top, left] = [padding[0][0], padding[1][0]];
  const [tall, wide] = [Math.max(reach(0, rows), top + height), Math.max(reach(1, columns), left + width)];
  const isCopy = top > 0 || left > 0 || tall > height || wide > width;
  return { height: tall, width: wide, top, left, isCopy };
}

/** Copies images into a frame that is filled with `value`, or, the other way, out of it. */
export function toFrame(images: Images, frame: PoolFrame, from: Place, to: Place, dtype: DType, value: number): Call[] {
  const around = fill(dtype, images[0] * frame.height * frame.width * images[3], value);
  return [{ ...around, places: [to] }, copyBetween(images, frame, from, to, 'in')];
}
export const fromFrame = (images: Images, frame: PoolFrame, from: Place, to: Place): Call => copyBetween(images, frame, from, to, 'out');

function copyBetween(images: Images, frame: PoolFrame, from: Place, to: Place, way: 'in' | 'out'): Call {
  const [batch, , , channels] = images;
  const inside = { dtype: 'float32', strides: stridesOf([batch, frame.height, frame.width, channels]) } as const;
  const dense = { dtype: 'float32', strides: stridesOf(images) } as const;
  const copy = strided({ shape: images, inputs: [way === 'in' ? dense : inside], output: way === 'in' ? inside : dense, body: [] });
  const corner = 4 * (frame.top * frame.width + frame.left) * channels;
  return { ...copy, places: way === 'in' ? [from, beyond(to, corner)] : [beyond(from, corner), to] };
}

/** What the windows of pooling kernels read: bytes between pixels, rows, images. */
export function poolSteps([, height, width, channels]: Images, frame: PoolFrame, { strides, dilations, window }: Window): {
  readonly image: number;
  readonly row: number;
  readonly place: number;
  readonly placeRow: number;
  readonly taps: readonly number[];
} {
  const [tall, wide] = frame.isCopy ? [frame.height, frame.width] : [height, width];
  const [pixel, row] = [4 * channels, 4 * wide * channels];
  const taps = Array.from({ length: window[0] * window[1] }, (_, tap) => Math.floor(tap / window[1]) * dilations[0] * row + (tap % window[1]) * dilations[1] * pixel);
  return { image: tall * row, row, place: strides[1] * pixel, placeRow: strides[0] * row, taps };
}

/** Runs `each` for every four channels, the last group of which may be smaller, with the pointers at that group. */
export function forChannels(code: FunctionBuilder, channels: number, pointers: readonly Local[], each: (count: number) => void): void {
  code.times(Math.floor(channels / 4), () => {
    each(4);
    for (const pointer of pointers) code.advance(pointer, 16);
  });
  if (channels % 4 > 0) each(channels % 4);
}

/** Moves pointers behind a pixel that `forChannels` has gone through. */
export const pixelRest = (channels: number): number => 4 * (channels % 4);

/** What windows of each dtype are reduced with; room around the images holds `start`, which changes nothing. */
const reductions = {
  'avgPool2d float32': { combine: 'f32x4.add', start: 0 },
  'maxPool2d float32': { combine: 'f32x4.max', start: -Infinity },
  'maxPool2d int32': { combine: 'i32x4.max_s', start: -(2 ** 31) },
} as const;

/** `maxPool2d` and `avgPool2d`. Rows of the result are units. */
export function pool(step: Step, _: Settings, layout: Layout): Lowered | null {
  const { shape, dtype } = step.type;
  const name = `${step.op.name} ${dtype}`;
  if (!Object.hasOwn(reductions, name)) return null;
  const { combine, start } = reductions[name as keyof typeof reductions];
  const [images, places] = [imagesOf(step.inputs[0]!.type.shape), imagesOf(shape)];
  if (sizeOf(images) === 0) return null;
  const frame = poolFrame(images, places, windowOf(step));
  const divisor = step.op.name === 'avgPool2d' ? divisorOf(step, images, places) : null;
  const steps = poolSteps(images, frame, windowOf(step));
  const [batch, rows, columns, channels] = places;
  const into = target(places, layout.output);

  const run: FunctionSpec = {
    key: `${name} ${JSON.stringify({ places, steps, into: [into.row, into.image], divisor: divisor?.key })}`,
    params: 4,
    write(code) {
      const [source, results, from, to] = code.params as [Local, Local, Local, Local];
      const [x, y, n, row] = code.locals('i32', 4) as [Local, Local, Local, Local];
      const result = code.local('v128');
      const division = divisor?.write(code);
      const one = (count: number): void => {
        // A sum begins with 0: of -0 alone it is 0.
        if (division) code.floats(0).set(result);
        steps.taps.forEach((tap, i) => {
          code.get(x).memory('v128.load', tap);
          if (division || i > 0) code.get(result).op(combine);
          code.set(result);
        });
        division?.divide(result);
        storeLanes(code, y, { local: result, dtype }, 1, count);
      };
      code.loop(() => code.get(from).get(to).op('i32.lt_s'), () => {
        code.get(from).i32(rows).op('i32.div_u').set(n);
        code.get(from).get(n).i32(rows).op('i32.mul').op('i32.sub').set(row);
        const at = (base: Local, imageBytes: number, rowBytes: number, pointer: Local): void =>
          void code.get(base).get(n).i32(imageBytes).op('i32.mul').op('i32.add').get(row).i32(rowBytes).op('i32.mul').op('i32.add').set(pointer);
        at(source, steps.image, steps.placeRow, x);
        at(results, into.image, into.row, y);
        division?.startAt(() => code.get(row));
        division?.row();
        code.times(columns, () => {
          division?.place();
          forChannels(code, channels, [x, y], one);
          code.advance(x, steps.place - 4 * channels + pixelRest(channels)).advance(y, pixelRest(channels));
        });
        code.advance(from, 1);
      });
    },
  };
  const source = frame.isCopy ? scratch(0) : operand(0);
  return {
    kernel: `windows, f32x4${nameOfTarget(layout.output !== null)}`,
    reason: `four channels at a time${frame.isCopy ? ', in a copy with room around the images' : ''}`,
    calls: [...(frame.isCopy ? toFrame(images, frame, operand(0), source, dtype, start) : []), ...into.calls, { run, places: [source, into.place], units: batch * rows, work: sizeOf(places) * steps.taps.length }],
    writesFrame: layout.output !== null,
    scratchBytes: frame.isCopy ? frameBytes(images, frame) : 0,
    kept: [],
  };
}
