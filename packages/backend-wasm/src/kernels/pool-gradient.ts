import { sizeOf, type Step } from '@unfoldjs/core';
import { storeLanes } from '../elementwise/lanes.js';
import type { Local } from '../emit/function-builder.js';
import type { FunctionSpec } from '../emit/module-builder.js';
import { operand, output, scratch, type Call, type Lowered } from '../plan/lowered.js';
import { divisorOf } from './averages.js';
import { imagesOf, windowOf } from './convolution.js';
import { fill } from './fill.js';
import { frameBytes } from './frame.js';
import { forChannels, fromFrame, pixelRest, poolFrame, poolSteps, toFrame } from './pool.js';

/** `maxPool2dGradient` and `avgPool2dGradient`. An image is a unit: windows may share pixels. Shares are added to zeros, in the order of the windows. */
export function poolGradient(step: Step): Lowered | null {
  const isMax = step.op.name === 'maxPool2dGradient';
  if (!isMax && step.op.name !== 'avgPool2dGradient') return null;
  const images = imagesOf(step.type.shape);
  const places = imagesOf(step.inputs[isMax ? 1 : 0]!.type.shape);
  if (sizeOf(places) === 0) return null;
  const description = windowOf(step);
  const frame = poolFrame(images, places, description);
  const divisor = isMax ? null : divisorOf(step, images, places);
  const steps = poolSteps(images, frame, description);
  const [batch, rows, columns, channels] = places;

  const run: FunctionSpec = {
    key: `${step.op.name} ${JSON.stringify({ places, steps, divisor: divisor?.key })}`,
    params: isMax ? 6 : 4,
    write(code) {
      const [from, to] = code.params.slice(-2) as [Local, Local];
      // Parameters: dx, dy, and for the maximum x and y.
      const [dxs, dys, xs, ys] = code.params.slice(0, -2) as [Local, Local, Local?, Local?];
      const [dx, dy, x, y] = code.locals('i32', 4) as [Local, Local, Local, Local];
      const [share, largest, ties] = code.locals('v128', 3) as [Local, Local, Local];
      const sum = code.local('v128');
      const division = divisor?.write(code);
      const one = (count: number): void => {
        code.get(dy).memory('v128.load').set(share);
        if (division) {
          division.divide(share);
        } else {
          code.get(y).memory('v128.load').set(largest).floats(0).set(ties);
          for (const tap of steps.taps) code.get(x).memory('v128.load', tap).get(largest).op('f32x4.eq').floats(1).op('v128.and').get(ties).op('f32x4.add').set(ties);
          code.get(share).get(ties).op('f32x4.div').set(share);
        }
        for (const tap of steps.taps) {
          if (isMax) code.get(x).memory('v128.load', tap).get(largest).op('f32x4.eq').get(share).op('v128.and');
          else code.get(share);
          code.get(dx).memory('v128.load', tap).op('f32x4.add').set(sum);
          storeLanes(code, dx, { local: sum, dtype: 'float32' }, 1, count, tap);
        }
      };
      const small = isMax ? [dy, y] : [dy];
      const large = isMax ? [dx, x] : [dx];
      const start = (target: Local, base: Local, bytes: number): void => void code.get(base).get(from).i32(bytes).op('i32.mul').op('i32.add').set(target);
      code.loop(() => code.get(from).get(to).op('i32.lt_s'), () => {
        start(dx, dxs, steps.image);
        start(dy, dys, 4 * rows * columns * channels);
        if (xs && ys) {
          start(x, xs, steps.image);
          start(y, ys, 4 * rows * columns * channels);
        }
        division?.startAt(() => code.i32(0));
        code.times(rows, () => {
          division?.row();
          code.times(columns, () => {
            division?.place();
            forChannels(code, channels, [...small, ...large], one);
            for (const pointer of large) code.advance(pointer, steps.place - 4 * channels + pixelRest(channels));
            for (const pointer of small) code.advance(pointer, pixelRest(channels));
          });
          for (const pointer of large) code.advance(pointer, steps.placeRow - columns * steps.place);
        });
        code.advance(from, 1);
      });
    },
  };

  const bytes = frame.isCopy ? frameBytes(images, frame) : 0;
  const [x, dx] = frame.isCopy ? [scratch(bytes), scratch(0)] : [operand(0), output()];
  const zeros = fill('float32', batch * frame.height * frame.width * channels, 0);
  const calls: Call[] = [
    ...(isMax && frame.isCopy ? toFrame(images, frame, operand(0), x, 'float32', -Infinity) : []),
    { ...zeros, places: [dx] },
    { run, places: isMax ? [dx, operand(2), x, operand(1)] : [dx, operand(0)], units: batch, work: 3 * sizeOf(places) * steps.taps.length },
    ...(frame.isCopy ? [fromFrame(images, frame, dx, output())] : []),
  ];
  return { kernel: 'windows, f32x4', reason: 'four channels at a time, an image a unit', calls, scratchBytes: isMax ? 2 * bytes : bytes, kept: [] };
}
