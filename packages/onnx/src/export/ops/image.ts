import type { ExportCall } from '../call.js';
import type { Wire, WrittenNode } from '../graph-writer.js';
import type { Size } from '../sizes.js';
import type { Perm, Value } from '../value.js';
import { ownPerm } from './reduce.js';
import { isFloat, type ExportForm, type ExportForms, type Facts } from './form.js';

type Pair = readonly [number, number];
interface WindowAttrs {
  readonly window: Pair;
  readonly strides: Pair;
  readonly dilations: Pair;
  readonly padding: readonly [Pair, Pair];
}
type ConvAttrs = Omit<WindowAttrs, 'window'> & { readonly groups: number };
type PoolAttrs = WindowAttrs & { readonly ceilMode: boolean; readonly countIncludePad?: boolean };

/** [N, H, W, C] as [N, C, H, W]. */
const channelsFirst: Perm = [0, 3, 1, 2];

/** [KH, KW, C / groups, O] as [O, C / groups, KH, KW]; filters of transposed convolutions likewise. */
const filtersFirst: Perm = [3, 2, 0, 1];

const padsOf = ([[top, bottom], [left, right]]: readonly [Pair, Pair]): number[] => [top, left, bottom, right];

const windowOf = (call: ExportCall<never>): number[] => call.input(1).sizes.slice(0, 2).map((size) => call.fixed(size, 'the window'));

const conv2d: ExportForm = {
  write(call: ExportCall<ConvAttrs>) {
    const { strides, dilations, padding, groups } = call.attrs;
    const attributes = { kernel_shape: windowOf(call as ExportCall<never>), strides, dilations, pads: padsOf(padding), group: groups };
    return call.made(call.graph.node('Conv', [call.input(0).wire(channelsFirst), call.input(1).wire(filtersFirst)], attributes), channelsFirst);
  },
};

const conv2dTranspose: ExportForm = {
  write(call: ExportCall<ConvAttrs & { readonly outputSize: Pair }>) {
    const [{ strides, dilations, padding, groups }] = call.both;
    const kernel = windowOf(call as ExportCall<never>);
    const more = ([0, 1] as const).map((axis) => {
      const of = (trace: 0 | 1): number => {
        const { padding: pads, outputSize } = call.both[trace];
        const reach = (call.input(0).sizes[axis + 1]![trace] - 1) * strides[axis] + (kernel[axis]! - 1) * dilations[axis] + 1;
        return outputSize[axis] - (reach - pads[axis][0] - pads[axis][1]);
      };
      return call.fixed([of(0), of(1)], 'the size of its result');
    });
    if (padding.flat().join() !== call.both[1].padding.flat().join()) call.refuse('its padding depends on a free size');
    const attributes = { kernel_shape: kernel, strides, dilations, pads: padsOf(padding), output_padding: more, group: groups };
    return call.made(call.graph.node('ConvTranspose', [call.input(0).wire(channelsFirst), call.input(1).wire(filtersFirst)], attributes), channelsFirst);
  },
};

/** How far the windows of one axis reach beyond its end. */
function reachBeyond({ window, strides, dilations, padding }: PoolAttrs, axis: 0 | 1, input: number, count: number): number {
  return (count - 1) * strides[axis] + (window[axis] - 1) * dilations[axis] + 1 - padding[axis][0] - input;
}

/**
 * Padding so that as many windows fit as the result has places, without ceil mode: engines disagree about that. Those pixels at the
 * end which no window would reach are left out.
 */
function coveringPads(call: ExportCall<PoolAttrs>): readonly [Pair, Pair] {
  const { padding, ceilMode } = call.attrs;
  if (!ceilMode) return padding;
  const [rows, columns] = ([0, 1] as const).map((axis): Pair => {
    const of = (trace: 0 | 1): number => Math.max(0, reachBeyond(call.attrs, axis, call.input(0).sizes[axis + 1]![trace], call.shape[axis + 1]![trace]));
    return [padding[axis][0], call.fixed([of(0), of(1)], 'the padding of ceil mode')];
  });
  return [rows!, columns!];
}

const isWithin = (pads: readonly [Pair, Pair], window: Pair): boolean => pads.every((pair, axis) => pair.every((pixels) => pixels < window[axis]!));

function padded(call: ExportCall<never>, x: Wire, [rows, columns]: readonly [Pair, Pair], value: number): Wire {
  if ([...rows, ...columns].every((pixels) => pixels === 0)) return x;
  return call.graph.op('Pad', [x, call.graph.ints([0, 0, rows[0], columns[0], 0, 0, rows[1], columns[1]]), call.graph.scalar(value, call.dtype)], { mode: 'constant' });
}

const noPads: readonly [Pair, Pair] = [[0, 0], [0, 0]];

const poolNode = (call: ExportCall<PoolAttrs>, op: string, x: Wire, pads: readonly [Pair, Pair], more: WrittenNode['attributes'] = {}): Value => {
  const { window, strides, dilations } = call.attrs;
  const hasDilations = dilations.some((step) => step > 1);
  return call.made(call.graph.node(op, [x], { kernel_shape: window, strides, pads: padsOf(pads), ...(hasDilations && { dilations }), ...more }), channelsFirst);
};

const maxPool2d: ExportForm = {
  when: isFloat,
  write(call: ExportCall<PoolAttrs>) {
    const x = call.input(0).wire(channelsFirst);
    const pads = coveringPads(call);
    if (isWithin(pads, call.attrs.window)) return poolNode(call, 'MaxPool', x, pads);
    return poolNode(call, 'MaxPool', padded(call as ExportCall<never>, x, pads, -Infinity), noPads);
  },
};

/** Pads that are counted are written as pixels: what ceil mode adds to them is not counted. */
const avgPool2d: ExportForm = {
  when: ({ attrs, types, output, opset }: Facts) => {
    const pool = attrs as unknown as PoolAttrs;
    if (pool.dilations.some((step) => step > 1) && opset < 19) return false;
    const beyond = ([0, 1] as const).map((axis) => Math.max(0, reachBeyond(pool, axis, types[0]!.shape[axis + 1]!, output.shape[axis + 1]!)));
    return pool.countIncludePad === true || isWithin([[pool.padding[0][0], beyond[0]!], [pool.padding[1][0], beyond[1]!]], pool.window);
  },
  write(call: ExportCall<PoolAttrs>) {
    const { padding, countIncludePad, window } = call.attrs;
    const x = call.input(0).wire(channelsFirst);
    const pads = coveringPads(call);
    const isPlain = isWithin(pads, window) && pads.every(([, after], axis) => after === padding[axis]![1]);
    if (!countIncludePad || isPlain) return poolNode(call, 'AveragePool', x, pads, countIncludePad && pads.flat().some((pixels) => pixels > 0) ? { count_include_pad: 1 } : {});
    const counted = pads.map(([before, after], axis): Pair => [before, Math.min(after, padding[axis]![1])]) as [Pair, Pair];
    const more = pads.map(([, after], axis): Pair => [0, after - counted[axis]![1]]) as [Pair, Pair];
    return poolNode(call, 'AveragePool', padded(call as ExportCall<never>, x, counted, 0), more);
  },
};

/** Patches: for each pixel of a window the image from there on, joined along the channels. */
const im2col: ExportForm = {
  write(call: ExportCall<WindowAttrs>) {
    const { window, strides, dilations, padding } = call.attrs;
    const x = call.input(0);
    const perm = ownPerm(x);
    const at = (axis: number): number => perm.indexOf(axis);
    const pads = perm.map((axis): Pair => (axis === 1 ? padding[0] : axis === 2 ? padding[1] : [0, 0]));
    const isPadded = pads.flat().some((pixels) => pixels > 0);
    const value = call.graph.constant({ dtype: x.dtype, shape: [], data: [0] });
    const image = isPadded ? call.graph.op('Pad', [x.wire(perm), call.graph.ints([...pads.map(([before]) => before), ...pads.map(([, after]) => after)]), value], { mode: 'constant' }) : x.wire(perm);
    const axes = call.graph.ints([at(1), at(2)]);
    const parts: Wire[] = [];
    for (let row = 0; row < window[0]; row++) {
      for (let column = 0; column < window[1]; column++) {
        const begin = [row * dilations[0], column * dilations[1]] as const;
        const ends = begin.map((from, axis) => from + (call.fixed(call.shape[axis + 1] as Size, 'the number of patches') - 1) * strides[axis]! + 1);
        parts.push(call.graph.op('Slice', [image, call.graph.ints(begin), call.graph.ints(ends), axes, call.graph.ints(strides)]));
      }
    }
    return call.result(parts.length === 1 ? parts[0]! : call.graph.op('Concat', parts, { axis: at(3) }), perm);
  },
};

export const imageForms = (): ExportForms => ({ avgPool2d, conv2d, conv2dTranspose, im2col, maxPool2d });
