import type { ExportCall } from '../call.js';
import { absent, farEnd } from '../graph-writer.js';
import { identity, type Perm, type Value } from '../value.js';
import { ownPerm } from './reduce.js';

/** What known indices do along an axis, where ONNX has a word for it. */
type Move =
  | { readonly kind: 'repeat'; readonly times: number }
  | { readonly kind: 'pad'; readonly mode: 'reflect' | 'edge' | 'wrap'; readonly before: number; readonly after: number }
  // The count is left out where it is that of a free size.
  | { readonly kind: 'step'; readonly begin: number; readonly step: number; readonly count: number | null };

type PadMode = (Move & { kind: 'pad' })['mode'];

const sourceOf: Readonly<Record<PadMode, (at: number, size: number) => number>> = {
  reflect: (at, size) => (at < 0 ? -at : at >= size ? 2 * (size - 1) - at : at),
  edge: (at, size) => Math.min(Math.max(at, 0), size - 1),
  wrap: (at, size) => ((at % size) + size) % size,
};

/** How many places stand before the first element, if indices pad in such a way. */
const beforeOf: Readonly<Record<PadMode, (indices: readonly number[], size: number) => number>> = {
  reflect: ([first]) => first!,
  edge: (indices) => Math.max(0, indices.findIndex((index) => index !== 0) - 1),
  wrap: ([first], size) => (size - first!) % size,
};

function moveOf(indices: readonly number[], size: number, opset: number): Move | null {
  const count = indices.length;
  const isAll = (source: (i: number) => number): boolean => indices.every((index, i) => index === source(i));
  if (count === 0) return null;
  const times = count / size;
  if (Number.isInteger(times) && times > 1 && isAll((i) => Math.floor(i / times))) return { kind: 'repeat', times };
  for (const mode of ['reflect', 'edge', 'wrap'] as const) {
    const before = beforeOf[mode](indices, size);
    const after = count - size - before;
    if (before >= 0 && after >= 0 && before + after > 0 && (mode !== 'wrap' || opset >= 19) && isAll((i) => sourceOf[mode](i - before, size))) return { kind: 'pad', mode, before, after };
  }
  const [begin, step] = [indices[0]!, count > 1 ? indices[1]! - indices[0]! : 1];
  if (begin < 0 || step < 1 || begin + (count - 1) * step >= size || !isAll((i) => begin + i * step)) return null;
  return { kind: 'step', begin, step, count: count === Math.ceil((size - begin) / step) ? null : count };
}

/** A gather with known indices as Resize, Pad or Slice, or null. Along several axes in a row it is one node. */
export function knownGather(call: ExportCall<{ axis: number; batchDims: number }>): Value | null {
  const { axis } = call.attrs;
  const x = call.operand(0);
  const indices = call.known(1);
  if (!indices || indices[0].shape.length !== 1 || x.isKnown || x.dtype === 'bool') return null;
  const [move, other] = indices.map(({ data }, trace) => moveOf(Array.from(data), x.sizes[axis]![trace]!, call.opset));
  if (!move || JSON.stringify(move) !== JSON.stringify(other)) return null;
  const { graph } = call;
  const before = call.isSole[0] ? x.maker : null;
  const perm = before?.move?.kind === move.kind ? x.perms[0]! : ownPerm(x);
  const at = perm.indexOf(axis);

  switch (move.kind) {
    case 'repeat': {
      const own = before?.move?.kind === 'repeat' ? before.move.scales : null;
      const scales = perm.map((_, i) => (own?.[i] ?? 1) * (i === at ? move.times : 1));
      const node = own ? before! : graph.node('Resize', [x.wire(perm), absent, absent], { mode: 'nearest', coordinate_transformation_mode: 'asymmetric', nearest_mode: 'floor' });
      node.inputs[2] = graph.constant({ dtype: 'float32', shape: [x.rank], data: Float32Array.from(scales) });
      node.move = { kind: 'repeat', scales };
      return call.made(node, perm);
    }
    case 'pad': {
      // To reflect along one axis twice is not to reflect once.
      const isPart = before?.move?.kind === 'pad' && before.attributes['mode'] === move.mode && before.move.amounts[at] === 0 && before.move.amounts[x.rank + at] === 0;
      const own = before?.move?.kind === 'pad' && isPart ? before.move.amounts : new Array<number>(2 * x.rank).fill(0);
      const amounts = own.map((amount, i) => (i === at ? move.before : i === x.rank + at ? move.after : amount));
      const node = isPart ? before : graph.node('Pad', [x.wire(perm), absent], { mode: move.mode });
      node.inputs[1] = graph.ints(amounts);
      node.move = { kind: 'pad', amounts };
      return call.made(node, perm);
    }
    case 'step': {
      const end = move.count === null ? farEnd : move.begin + (move.count - 1) * move.step + 1;
      return call.result(graph.op('Slice', [x.wire(perm), ...[[move.begin], [end], [at], [move.step]].map((list) => graph.ints(list))]), perm);
    }
  }
}

/** Axes of `x` in the result of a gather along `axis` with indices that have `more` axes beside one. */
export const movedAxes = (perm: Perm, axis: number, more: number): Perm => perm.flatMap((own) => (own === axis ? identity(more + 1).map((i) => axis + i) : [own < axis ? own : own + more]));
