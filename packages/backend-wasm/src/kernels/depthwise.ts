import type { Step } from '@unfoldjs/core';
import { writeBody, type Lanes } from '../elementwise/body.js';
import { loadLanes, storeLanes } from '../elementwise/lanes.js';
import type { FunctionBuilder, Local } from '../emit/function-builder.js';
import type { FunctionSpec } from '../emit/module-builder.js';
import { operand, output, scratch, type Lowered } from '../plan/lowered.js';
import type { ExtraLayout } from '../products/product.js';
import type { Settings } from '../settings.js';
import { imagesOf, isFloatConvolution, paddedFrame, spreadFrame, windowOf, type Window } from './convolution.js';
import { elementwisePass, withEpilogue } from './epilogue.js';
import { framed, nameOfTarget, target, type Frame, type Layout } from './frame.js';

/** Pixels of a row that are computed together. */
const together = 4;

/** `convMatmul` with a filter a channel: four pixels by four channels in registers, each input read once a row of the window. */
export function depthwise(step: Step, settings: Settings, layout: Layout): Lowered | null {
  if (!isDepthwise(step, 'convMatmul')) return null;
  const description = windowOf(step);
  return slideChannels(step, description, paddedFrame(imagesOf(step.inputs[0]!.type.shape), description), 'as they are', settings, layout);
}

/** `convInputMatmul` with a filter a channel: the same over `dy`, spread by the strides, with the filters turned round, which must be finite. */
export function depthwiseInput(step: Step, settings: Settings, layout: Layout): Lowered | null {
  if (!isDepthwise(step, 'convInputMatmul')) return null;
  const description = windowOf(step);
  const lowered = slideChannels(step, { ...description, strides: [1, 1] }, spreadFrame(imagesOf(step.type.shape), description), 'turned round', settings, layout);
  return lowered && { ...lowered, guard: { operands: [1], otherwise: null } };
}

/** True where there are as many groups as channels and as outputs. */
function isDepthwise(step: Step, name: string): boolean {
  if (!isFloatConvolution(step, name)) return false;
  const { groups } = windowOf(step);
  return groups === step.inputs[0]!.type.shape[3] && groups === (step.type.shape[3] ?? step.type.shape[1]);
}

function slideChannels(step: Step, { window, strides, dilations }: Pick<Window, 'window' | 'strides' | 'dilations'>, wanted: Frame, filters: 'as they are' | 'turned round', { fma }: Settings, layout: Layout): Lowered | null {
  const images = imagesOf(step.inputs[0]!.type.shape);
  const channels = images[3];
  const [batch, rows, columns, outputs] = imagesOf(step.type.shape);
  const epilogue = withEpilogue(step, outputs);
  if (!epilogue) return null;
  const { place, frame, calls, bytes } = framed(images, wanted, layout.input);
  const writesFrame = layout.output !== null && epilogue.canFrame;
  const into = target(imagesOf(step.type.shape), writesFrame ? layout.output : null);
  const { place: result, scratchBytes } = epilogue.product(into.place, bytes);
  const [pixel, rowBytes] = [4 * channels, 4 * frame.width * channels];
  const { epilogue: body, extras: layouts } = epilogue.fused;
  const taps = window[0] * window[1];
  const tapOf = (kh: number, kw: number): number => (filters === 'as they are' ? kh * window[1] + kw : taps - 1 - (kh * window[1] + kw));

  const run: FunctionSpec = {
    key: `depthwise ${JSON.stringify({ frame, images, window, strides, dilations, rows, columns, into: [into.row, into.image], filters, body, layouts, fma })}`,
    params: 5 + layouts.length,
    write(code) {
      const [xs, weightsAt, ys] = code.params as [Local, Local, Local];
      const extras = code.params.slice(3, -2);
      const [from, to] = code.params.slice(-2) as [Local, Local];
      const [x, y, w, n] = code.locals('i32', 4) as [Local, Local, Local, Local];
      const sums = code.locals('v128', together);
      const weights = code.locals('v128', window[1]);
      const value = code.local('v128');

      const pixels = (count: number): void => {
        for (const sum of sums.slice(0, count)) code.floats(0).set(sum);
        for (let kh = 0; kh < window[0]; kh++) {
          weights.forEach((weight, kw) => code.get(w).memory('v128.load', tapOf(kh, kw) * pixel).set(weight));
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
          const read = readExtras(code, extras, layouts, { y, ys, w, filters: weightsAt });
          for (let p = 0; p < count; p++) {
            const done = writeBody(code, body, [{ local: sums[p]!, dtype: 'float32' }, ...read(p * pixel)]);
            storeLanes(code, y, done, 1, lanes, p * pixel);
          }
        };
        code.get(weightsAt).set(w);
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
        code.get(ys).get(n).i32(into.image).op('i32.mul').op('i32.add');
        code.get(from).get(n).i32(rows).op('i32.mul').op('i32.sub').i32(into.row).op('i32.mul').op('i32.add').set(y);
        code.times(Math.floor(columns / together), () => group(together));
        if (columns % together > 0) group(columns % together);
        code.advance(from, 1);
      });
    },
  };
  return {
    kernel: `depthwise, 4 pixels x 4 channels${nameOfTarget(writesFrame)}`,
    reason: `a filter a channel; ${epilogue.reason}`,
    writesFrame,
    calls: [...calls, ...into.calls, { run, places: [place, operand(1), result, ...epilogue.extras(0)], units: batch * rows, work: batch * rows * columns * outputs * taps }, ...epilogue.calls(result)],
    scratchBytes,
    kept: [],
  };
}

/** `convFilterMatmul` with a filter a channel: for each row of the window and each four channels, a sum a tap over all places. */
export function depthwiseFilter(step: Step, _: Settings, layout: Layout): Lowered | null {
  if (!isDepthwise(step, 'convFilterMatmul')) return null;
  const description = windowOf(step);
  const { window, strides, dilations } = description;
  const images = imagesOf(step.inputs[0]!.type.shape);
  const channels = images[3];
  const [batch, rows, columns] = imagesOf(step.inputs[1]!.type.shape);
  const epilogue = withEpilogue(step, channels);
  if (!epilogue) return null;
  const { place, frame, calls, bytes } = framed(images, paddedFrame(images, description), layout.input);
  const [pixel, rowBytes] = [4 * channels, 4 * frame.width * channels];
  const vectors = Math.ceil(channels / 4);
  const result = epilogue.fused.epilogue.length === 0 ? epilogue.product(output(), bytes).place : scratch(bytes);
  const run: FunctionSpec = {
    key: `depthwise filter ${JSON.stringify({ frame, images, window, strides, dilations, rows, columns })}`,
    params: 5,
    write(code) {
      const [xs, dys, sums, from, to] = code.params as [Local, Local, Local, Local, Local];
      const [x, dy, target, kh, vector] = code.locals('i32', 5) as [Local, Local, Local, Local, Local];
      const totals = code.locals('v128', window[1]);
      const slope = code.local('v128');
      code.loop(() => code.get(from).get(to).op('i32.lt_s'), () => {
        code.get(from).i32(vectors).op('i32.div_u').set(kh).get(from).get(kh).i32(vectors).op('i32.mul').op('i32.sub').set(vector);
        const at = (base: Local, row: number, local: Local): void =>
          void code.get(base).get(kh).i32(row).op('i32.mul').op('i32.add').get(vector).i32(16).op('i32.mul').op('i32.add').set(local);
        at(xs, dilations[0] * rowBytes, x);
        at(dys, 0, dy);
        at(sums, window[1] * pixel, target);
        for (const total of totals) code.floats(0).set(total);
        code.times(batch, () => {
          code.times(rows, () => {
            code.times(columns, () => {
              code.get(dy).memory('v128.load').set(slope);
              totals.forEach((total, kw) => code.get(total).get(slope).get(x).memory('v128.load', kw * dilations[1] * pixel).op('f32x4.mul').op('f32x4.add').set(total));
              code.advance(x, strides[1] * pixel).advance(dy, pixel);
            });
            code.advance(x, strides[0] * rowBytes - columns * strides[1] * pixel);
          });
          code.advance(x, (frame.height - rows * strides[0]) * rowBytes);
        });
        const store = (count: number): void => totals.forEach((total, kw) => storeLanes(code, target, { local: total, dtype: 'float32' }, 1, count, kw * pixel));
        if (channels % 4 === 0) store(4);
        else if (vectors === 1) store(channels % 4);
        else code.when(() => code.get(vector).i32(vectors - 1).op('i32.lt_s'), () => store(4), () => store(channels % 4));
        code.advance(from, 1);
      });
    },
  };
  // The sums are as small as the filters: an epilogue over them is a pass of its own.
  const pass = epilogue.fused.epilogue.length > 0 ? elementwisePass(step, result) : epilogue.calls(result);
  return {
    kernel: 'depthwise, sums of 4 channels',
    reason: `a filter a channel; ${epilogue.reason}`,
    calls: [...calls, { run, places: [place, operand(1), result], units: window[0] * vectors, work: batch * rows * columns * channels * window[0] * window[1] }, ...pass],
    scratchBytes: bytes + (result.at === 'scratch' ? 4 * window[0] * window[1] * channels : 0),
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
