import type { ExportCall } from '../call.js';
import { absent, type WrittenNode } from '../graph-writer.js';
import { identity, type Perm, type Value } from '../value.js';
import { ownPerm } from './reduce.js';

/** What known indices do along an axis, where ONNX has a word for it. */
type Move =
  | { readonly kind: 'repeat'; readonly times: number }
  | { readonly kind: 'pad'; readonly mode: 'reflect' | 'edge' | 'wrap'; readonly before: number; readonly after: number }
  | { readonly kind: 'step'; readonly begin: number; readonly step: number; readonly isToEnd: boolean; readonly count: number };

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
  const isToEnd = count === Math.ceil((size - begin) / step);
  return { kind: 'step', begin, step, isToEnd, count: isToEnd ? 0 : count };
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
      const along = before?.move?.kind === 'repeat' ? before.move.scales.map((scale, i) => (i === at ? scale * move.times : scale)) : perm.map((_, i) => (i === at ? move.times : 1));
      const scales = graph.constant({ dtype: 'float32', shape: [along.length], data: Float32Array.from(along) });
      const node = before?.move?.kind === 'repeat' ? before : graph.node('Resize', [x.wire(perm), absent, absent], { mode: 'nearest', coordinate_transformation_mode: 'asymmetric', nearest_mode: 'floor' });
      node.inputs[2] = scales;
      node.move = { kind: 'repeat', scales: along };
      return call.made(node, perm);
    }
    case 'pad': {
      const same: WrittenNode | null = before?.move?.kind === 'pad' && before.attributes['mode'] === move.mode ? before : null;
      const amounts = same?.move?.kind === 'pad' ? [...same.move.amounts] : new Array<number>(2 * x.rank).fill(0);
      amounts[at]! += move.before;
      amounts[x.rank + at]! += move.after;
      const node = same && isUntouched(same, at, x.rank) ? same : graph.node('Pad', [x.wire(perm), absent], { mode: move.mode });
      const own = node === same ? amounts : amounts.map((_, i) => (i === at ? move.before : i === x.rank + at ? move.after : 0));
      node.inputs[1] = graph.ints(own);
      node.move = { kind: 'pad', amounts: own };
      return call.made(node, perm);
    }
    case 'step': {
      const end = move.isToEnd ? 2n ** 63n - 1n : move.begin + (move.count - 1) * move.step + 1;
      return call.result(graph.op('Slice', [x.wire(perm), ...[[move.begin], [end], [at], [move.step]].map((list) => graph.ints(list))]), perm);
    }
  }
}

/** Reflecting along one axis twice is not reflecting once. */
const isUntouched = ({ move }: WrittenNode, at: number, rank: number): boolean => move?.kind === 'pad' && move.amounts[at] === 0 && move.amounts[rank + at] === 0;

/** Axes of `x` in the result of a gather along `axis` with indices that have `more` axes beside one. */
export const movedAxes = (perm: Perm, axis: number, more: number): Perm => perm.flatMap((own) => (own === axis ? identity(more + 1).map((i) => axis + i) : [own < axis ? own : own + more]));
