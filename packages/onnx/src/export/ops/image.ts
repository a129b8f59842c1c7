import type { ExportCall } from '../call.js';
import type { Wire, WrittenNode } from '../graph-writer.js';
import type { Size } from '../sizes.js';
import { Value, type Perm } from '../value.js';
import { ownPerm } from './reduce.js';
import { reshaped } from './shape.js';
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

/** The image that windows slide over: its wire, which of its axes they slide along, and what comes of it. */
interface Slid {
  readonly wire: Wire;
  /** Of height and width. */
  readonly axes: readonly (0 | 1)[];
  made(node: WrittenNode): Value;
}

/** Images of one row that were signals before are signals there, if the windows have one row too. */
function slid(call: ExportCall<unknown>, window: Pair, [rows]: readonly [Pair, Pair]): Slid {
  const x = call.input(0);
  const { graph } = call;
  const signal = window[0] === 1 && rows[0] === 0 && rows[1] === 0 ? x.withoutAxis(1) : null;
  if (!signal) return { wire: x.wire(channelsFirst), axes: [0, 1], made: (node) => call.made(node, channelsFirst) };
  const made = (node: WrittenNode): Value => {
    const sizes = call.shape.filter((_, axis) => axis !== 1);
    const origin = Value.of(graph, 'float32', sizes, node.output, { perm: [0, 2, 1], maker: node });
    return Value.of(graph, 'float32', call.shape, graph.op('Unsqueeze', [node.output, graph.ints([2])]), { perm: channelsFirst, origin });
  };
  return { wire: signal.wire([0, 2, 1]), axes: [1], made };
}

const padsOf = (pads: readonly [Pair, Pair], axes: readonly (0 | 1)[]): number[] => [...axes.map((axis) => pads[axis][0]), ...axes.map((axis) => pads[axis][1])];

const alongAxes = ({ window, strides, padding }: Omit<WindowAttrs, 'dilations'>, axes: readonly (0 | 1)[]) => ({
  kernel_shape: axes.map((axis) => window[axis]),
  strides: axes.map((axis) => strides[axis]),
  pads: padsOf(padding, axes),
});

const windowOf = (call: ExportCall<unknown>): Pair => call.input(1).sizes.slice(0, 2).map((size) => call.fixed(size, 'the window')) as unknown as Pair;

/** The filters as ONNX has them, for images or for signals. */
function filtersOf(call: ExportCall<unknown>, { axes }: Slid): Wire {
  const filters = call.input(1);
  return axes.length === 2 ? filters.wire(filtersFirst) : (filters.withoutAxis(0) ?? reshaped(call, filters, filters.sizes.slice(1))).wire([2, 1, 0]);
}

const conv2d: ExportForm = {
  write(call: ExportCall<ConvAttrs>) {
    const { strides, dilations, padding, groups } = call.attrs;
    const window = windowOf(call);
    const image = slid(call, window, padding);
    const attributes = { ...alongAxes({ window, strides, padding }, image.axes), dilations: image.axes.map((axis) => dilations[axis]), group: groups };
    return image.made(call.graph.node('Conv', [image.wire, filtersOf(call, image)], attributes));
  },
};

const conv2dTranspose: ExportForm = {
  write(call: ExportCall<ConvAttrs & { readonly outputSize: Pair }>) {
    const [{ strides, dilations, padding, groups }, other] = call.both;
    const window = windowOf(call);
    if (padding.flat().join() !== other.padding.flat().join()) call.refuse('its padding depends on a free size');
    const more = ([0, 1] as const).map((axis) => {
      const of = (trace: 0 | 1): number => {
        const reach = (call.input(0).sizes[axis + 1]![trace] - 1) * strides[axis] + (window[axis] - 1) * dilations[axis] + 1;
        return call.both[trace].outputSize[axis] - (reach - padding[axis][0] - padding[axis][1]);
      };
      return call.fixed([of(0), of(1)], 'the size of its result');
    });
    const attributes = { ...alongAxes({ window, strides, padding }, [0, 1]), dilations, output_padding: more, group: groups };
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

const noPads: readonly [Pair, Pair] = [[0, 0], [0, 0]];

/** A pool of an image to which `border` has been added as pixels of `value`. */
function pooled(call: ExportCall<PoolAttrs>, op: string, pads: readonly [Pair, Pair], border: readonly [Pair, Pair], value: number, more: WrittenNode['attributes'] = {}): Value {
  const { window, strides, dilations } = call.attrs;
  const image = slid(call, window, [[pads[0][0] + border[0][0], pads[0][1] + border[0][1]], pads[1]]);
  const amounts = padsOf(border, image.axes);
  const half = amounts.length / 2;
  const around = [0, 0, ...amounts.slice(0, half), 0, 0, ...amounts.slice(half)];
  const wire = amounts.every((pixels) => pixels === 0) ? image.wire : call.graph.op('Pad', [image.wire, call.graph.ints(around), call.graph.scalar(value, call.dtype)], { mode: 'constant' });
  const hasDilations = dilations.some((step) => step > 1);
  return image.made(call.graph.node(op, [wire], { ...alongAxes({ window, strides, padding: pads }, image.axes), ...(hasDilations && { dilations: image.axes.map((axis) => dilations[axis]) }), ...more }));
}

const maxPool2d: ExportForm = {
  when: isFloat,
  write(call: ExportCall<PoolAttrs>) {
    const pads = coveringPads(call);
    return isWithin(pads, call.attrs.window) ? pooled(call, 'MaxPool', pads, noPads, 0) : pooled(call, 'MaxPool', noPads, pads, -Infinity);
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
    const pads = coveringPads(call);
    if (!countIncludePad) return pooled(call, 'AveragePool', pads, noPads, 0);
    const isPlain = isWithin(pads, window) && pads.every(([, after], axis) => after === padding[axis]![1]);
    if (isPlain) return pooled(call, 'AveragePool', pads, noPads, 0, pads.flat().some((pixels) => pixels > 0) ? { count_include_pad: 1 } : {});
    const counted = pads.map(([first, after], axis): Pair => [first, Math.min(after, padding[axis]![1])]) as [Pair, Pair];
    const rest = pads.map(([, after], axis): Pair => [0, after - counted[axis]![1]]) as [Pair, Pair];
    return pooled(call, 'AveragePool', rest, counted, 0);
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
