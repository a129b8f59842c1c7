import type { Step } from '@unfoldjs/core';
import { writeBody, type Lanes } from '../elementwise/body.js';
import { loadLanes, storeLanes } from '../elementwise/lanes.js';
import type { FunctionBuilder, Local } from '../emit/function-builder.js';
import type { FunctionSpec } from '../emit/module-builder.js';
import { operand, output, scratch, type Lowered } from '../plan/lowered.js';
import type { ExtraLayout } from '../products/product.js';
import type { Settings } from '../settings.js';
import { imagesOf, isFloatConvolution, paddedFrame, windowOf } from './convolution.js';
import { withEpilogue } from './epilogue.js';
import { framed } from './frame.js';

/** Pixels of a row that are computed together. */
const together = 4;

/** `convMatmul` with a filter a channel: four pixels by four channels in registers, each input read once a row of the window. */
export function depthwise(step: Step, { fma }: Settings): Lowered | null {
  if (!isFloatConvolution(step, 'convMatmul')) return null;
  const description = windowOf(step);
  const { window, strides, dilations, groups } = description;
  const images = imagesOf(step.inputs[0]!.type.shape);
  const channels = images[3];
  const [batch, rows, columns, outputs] = imagesOf(step.type.shape);
  if (groups !== channels || outputs !== channels) return null;
  const epilogue = withEpilogue(step, outputs);
  if (!epilogue) return null;
  const frame = paddedFrame(images, description);
  const { place, calls, bytes } = framed(0, images, frame);
  const result = epilogue.product(output(), () => scratch(bytes));
  const [pixel, rowBytes] = [4 * channels, 4 * frame.width * channels];
  const { epilogue: body, extras: layouts } = epilogue.fused;

  const run: FunctionSpec = {
    key: `depthwise ${JSON.stringify({ frame, images, window, strides, dilations, rows, columns, body, layouts, fma })}`,
    params: 5 + layouts.length,
    write(code) {
      const [xs, filters, ys] = code.params as [Local, Local, Local];
      const extras = code.params.slice(3, -2);
      const [from, to] = code.params.slice(-2) as [Local, Local];
      const [x, y, w, n] = code.locals('i32', 4) as [Local, Local, Local, Local];
      const sums = code.locals('v128', together);
      const weights = code.locals('v128', window[1]);
      const value = code.local('v128');

      const pixels = (count: number): void => {
        for (const sum of sums.slice(0, count)) code.floats(0).set(sum);
        for (let kh = 0; kh < window[0]; kh++) {
          weights.forEach((weight, kw) => code.get(w).memory('v128.load', (kh * window[1] + kw) * pixel).set(weight));
          const taps = new Map<number, [pixel: number, kw: number][]>();
          for (let p = 0; p < count; p++) for (let kw = 0; kw < window[1]; kw++) {
            const column = p * strides[1] + kw * dilations[1];
            taps.set(column, [...(taps.get(column) ?? []), [p, kw]]);
          }
          for (const [column, uses] of [...taps].sort(([a], [b]) => a - b)) {
            code.get(x).memory('v128.load', kh * dilations[0] * rowBytes + column * pixel).set(value);
            for (const [p, kw] of uses) {
              if (fma) code.get(value).get(weights[kw]!).get(sums[p]!).op('f32x4.relaxed_madd').set(sums[p]!);
              else code.get(sums[p]!).get(value).get(weights[kw]!).op('f32x4.mul').op('f32x4.add').set(sums[p]!);
            }
          }
        }
      };
      const group = (count: number): void => {
        const channel = (lanes: number): void => {
          pixels(count);
          const read = readExtras(code, extras, layouts, { y, ys, w, filters });
          for (let p = 0; p < count; p++) {
            const done = writeBody(code, body, [{ local: sums[p]!, dtype: 'float32' }, ...read(p * pixel)]);
            storeLanes(code, y, done, 1, lanes, p * pixel);
          }
        };
        code.get(filters).set(w);
        code.times(Math.floor(channels / 4), () => {
          channel(4);
          code.advance(x, 16).advance(y, 16).advance(w, 16);
        });
        if (channels % 4 > 0) channel(channels % 4);
        const moved = 16 * Math.floor(channels / 4);
        code.advance(x, count * strides[1] * pixel - moved).advance(y, count * pixel - moved);
      };
      code.loop(() => code.get(from).get(to).op('i32.lt_s'), () => {
        code.get(from).i32(rows).op('i32.div_u').set(n);
        code.get(xs).get(n).i32(frame.height * rowBytes).op('i32.mul').op('i32.add');
        code.get(from).get(n).i32(rows).op('i32.mul').op('i32.sub').i32(strides[0] * rowBytes).op('i32.mul').op('i32.add').set(x);
        code.get(ys).get(from).i32(columns * pixel).op('i32.mul').op('i32.add').set(y);
        code.times(Math.floor(columns / together), () => group(together));
        if (columns % together > 0) group(columns % together);
        code.advance(from, 1);
      });
    },
  };
  return {
    kernel: 'depthwise, 4 pixels x 4 channels',
    reason: `a filter a channel; ${epilogue.reason}`,
    calls: [...calls, { run, places: [place, operand(1), result, ...epilogue.extras(0)], units: batch * rows, work: batch * rows * columns * outputs * window[0] * window[1] }, ...epilogue.calls(result)],
    scratchBytes: bytes + (result.at === 'scratch' ? 4 * batch * rows * columns * outputs : 0),
    kept: [],
  };
}

interface Pointers {
  readonly y: Local;
  readonly ys: Local;
  readonly w: Local;
  readonly filters: Local;
}

/** Operands of the epilogue for the channels at the pointers; what does not depend on the pixel is read once. */
function readExtras(code: FunctionBuilder, extras: readonly Local[], layouts: readonly ExtraLayout[], { y, ys, w, filters }: Pointers): (offset: number) => Lanes[] {
  const places = extras.map((extra, e) => {
    if (layouts[e] === 'scalar') return extra;
    const place = code.local('i32');
    const [at, base] = layouts[e] === 'column' ? [w, filters] : [y, ys];
    code.get(at).get(base).op('i32.sub').get(extra).op('i32.add').set(place);
    return place;
  });
  const shared = places.map((place, e) => (layouts[e] === 'result' ? null : loadLanes(code, place, 'float32', layouts[e] === 'scalar' ? 0 : 1)));
  return (offset) => places.map((place, e) => shared[e] ?? loadLanes(code, place, 'float32', 1, 4, offset));
}
