import { sizeOf, type Shape } from '@unfoldjs/core';
import { TensorProto_DataType } from '../../proto/onnx_pb.js';
import type { ExportCall } from '../call.js';
import { farEnd } from '../graph-writer.js';
import { isFixed, isSame, isSameShape, type Size } from '../sizes.js';
import { identity, Value, type Perm } from '../value.js';
import { knownGather, movedAxes } from './known-gather.js';
import { ownPerm } from './reduce.js';
import type { ExportForm, ExportForms } from './form.js';

const transpose: ExportForm = {
  write: (call: ExportCall<{ perm: Perm }>) => call.input(0).transposed(call.attrs.perm, call.isSole[0]!),
};

/** The order of axes, those of size 1 left out: elements lie alike wherever this is the same. */
const realOrder = (perm: Perm, sizes: readonly Size[]): Perm => perm.filter((axis) => !sizes[axis]!.every((size) => size === 1));

const isAscending = (axes: Perm): boolean => axes.every((axis, i) => i === 0 || axes[i - 1]! < axis);

/** A value with its elements under another shape. Sizes that stay are copied and one is left open, so that it fits every free size. */
export function reshaped(call: ExportCall<unknown>, x: Value, sizes: readonly Size[]): Value {
  const { host } = x;
  if (host) return Value.known(call.graph, { ...host, shape: sizes.map((size) => call.fixed(size, 'its shape')) }, x.hint);
  const perm = x.perms.find((own) => isAscending(realOrder(own, x.sizes))) ?? identity(x.rank);
  const from = perm.map((axis) => x.sizes[axis]!);
  const isEmpty = sizes.some((size) => size.includes(0));
  let isOpen = false;
  const target = sizes.map((size, axis) => {
    if (isFixed(size)) return size[0];
    if (isEmpty) return null;
    if (from[axis] && isSame(from[axis], size)) return 0;
    if (isOpen) return null;
    isOpen = true;
    return -1;
  });
  const wire = target.includes(null) ? call.sizes.shape(sizes) : call.graph.ints(target as number[]);
  if (!wire) call.refuse(`its shape depends on a free size: [${sizes.map(([size]) => size).join(', ')}] or [${sizes.map(([, size]) => size).join(', ')}]`);
  if (isEmpty && call.opset < 14) call.refuse('its result is empty, which can be written from opset 14 on');
  return Value.of(call.graph, x.dtype, sizes, call.graph.op('Reshape', [x.wire(perm), wire], isEmpty ? { allowzero: 1 } : {}), { origin: x });
}

/** What had this shape before it got another, or an axis of size 1. */
const before = (x: Value, sizes: readonly Size[]): Value | null => [x.origin, ...identity(x.rank).map((axis) => x.withoutAxis(axis))].find((each) => each && isSameShape(each.sizes, sizes)) ?? null;

const reshape: ExportForm = {
  write(call: ExportCall<unknown>) {
    const x = call.input(0);
    const isSole = x.isSole && call.isSole[0]!;
    return before(x, call.shape)?.transposed(identity(call.shape.length), isSole) ?? reshaped(call, x.transposed(identity(x.rank), isSole), call.shape);
  },
};

/** Elements of the largest tensor of one number that is written as a constant. */
const mostFilled = 4096;

/** A 1 keeps the size that is there. */
const broadcast: ExportForm = {
  write(call: ExportCall<{ shape: Shape }>) {
    const x = call.input(0);
    const { shape: sizes } = call;
    const { host } = x;
    const size = sizeOf(sizes.map(([each]) => each));
    if (host?.data.length === 1 && size <= mostFilled && sizes.every(isFixed)) {
      return Value.known(call.graph, { dtype: x.dtype, shape: sizes.map(([each]) => each), data: new Array<number>(size).fill(host.data[0]!) });
    }
    const more = sizes.length - x.rank;
    const perm = more === 0 ? ownPerm(x) : identity(sizes.length);
    const target = perm.map((axis): Size => (axis >= more && isSame(x.sizes[axis - more]!, sizes[axis]!) ? [1, 1] : sizes[axis]!));
    const wire = call.sizes.shape(target);
    if (!wire) call.refuse('its shape depends on a free size in a way that cannot be written');
    return call.result(call.graph.op('Expand', [more === 0 ? x.wire(perm) : x.wire(), wire]), perm);
  },
};

const concat: ExportForm = {
  write(call: ExportCall<{ axis: number }>) {
    const { axis } = call.attrs;
    const perm = call.commonPerm();
    return call.result(call.graph.op('Concat', call.inputs.map((input) => input.wire(perm)), { axis: perm.indexOf(axis) }), perm);
  },
};

interface SliceAttrs {
  readonly begin: readonly number[];
  readonly size: readonly number[];
  readonly strides: readonly number[];
}

/** Only axes that are cut are named; what goes to the end says so, whatever size that is. */
const slice: ExportForm = {
  write(call: ExportCall<SliceAttrs>) {
    const x = call.input(0);
    const [a, b] = call.both;
    const perm = ownPerm(x);
    const cuts = identity(x.rank).flatMap((axis) => {
      const size = x.sizes[axis]!;
      const begin: Size = [a.begin[axis]!, b.begin[axis]!];
      const stride = call.fixed([a.strides[axis]!, b.strides[axis]!], 'its stride');
      const end = ([a, b] as const).map((cut) => cut.begin[axis]! + (cut.size[axis]! === 0 ? 0 : (cut.size[axis]! - 1) * stride + 1)) as unknown as Size;
      if (isSame(begin, [0, 0]) && isSame(end, size) && stride === 1) return [];
      // As a distance from the end where the beginning moves with a free size.
      const from = (at: Size, what: string): number | bigint => (isFixed(at) ? at[0] : at[0] === size[0] && at[1] === size[1] ? farEnd : call.fixed([at[0] - size[0], at[1] - size[1]], what));
      return [{ axis: perm.indexOf(axis), begin: from(begin, 'its beginning'), end: isSame(end, size) && a.size[axis]! > 0 ? farEnd : from(end, 'its end'), stride }];
    });
    if (cuts.length === 0) return x.transposed(identity(x.rank), false);
    const { graph } = call;
    const lists = [cuts.map(({ begin }) => begin), cuts.map(({ end }) => end), cuts.map(({ axis }) => axis), cuts.map(({ stride }) => stride)];
    return call.result(graph.op('Slice', [x.wire(perm), ...lists.map((list) => graph.ints(list))]), perm);
  },
};

const reverse: ExportForm = {
  write(call: ExportCall<{ axes: readonly number[] }>) {
    const { axes } = call.attrs;
    const x = call.input(0);
    const perm = ownPerm(x);
    const lists = [axes.map(() => -1), axes.map(() => -farEnd), axes.map((axis) => perm.indexOf(axis)), axes.map(() => -1)];
    return call.result(call.graph.op('Slice', [x.wire(perm), ...lists.map((list) => call.graph.ints(list))]), perm);
  },
};

const pad: ExportForm = {
  write(call: ExportCall<{ paddings: readonly (readonly [number, number])[]; value: number }>) {
    const { paddings, value } = call.attrs;
    const x = call.input(0);
    const perm = ownPerm(x);
    const amounts = [...perm.map((axis) => paddings[axis]![0]), ...perm.map((axis) => paddings[axis]![1])];
    return call.result(call.graph.op('Pad', [x.wire(perm), call.graph.ints(amounts), call.graph.scalar(value, x.dtype)], { mode: 'constant' }), perm);
  },
};

interface GatherAttrs {
  readonly axis: number;
  readonly batchDims: number;
}

/** Along one axis in any layout; with a batch, which GatherND has, along the first axis after it. */
const gather: ExportForm = {
  write(call: ExportCall<GatherAttrs>) {
    const { axis, batchDims } = call.attrs;
    const moved = batchDims === 0 ? knownGather(call) : null;
    if (moved) return moved;
    const [x, indices] = call.inputs as [Value, Value];
    const more = indices.rank - batchDims - 1;
    if (batchDims === 0) {
      const perm = ownPerm(x);
      return call.result(call.graph.op('Gather', [x.wire(perm), indices.wire()], { axis: perm.indexOf(axis) }), movedAxes(perm, axis, more));
    }
    const perm = [...identity(batchDims), axis, ...identity(x.rank).filter((own) => own >= batchDims && own !== axis)];
    const wide = call.graph.op('Cast', [indices.wire()], { to: TensorProto_DataType.INT64 });
    const places = call.graph.op('Unsqueeze', [wide, call.graph.ints([-1])]);
    return call.result(call.graph.op('GatherND', [x.wire(perm), places], { batch_dims: batchDims }), movedAxes(perm, axis, more));
  },
};

export const shapeForms = (): ExportForms => ({ broadcast, concat, gather, pad, reshape, reverse, slice, transpose });
