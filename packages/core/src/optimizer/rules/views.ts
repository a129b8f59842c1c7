import type { OpDef } from '../../expr/op-def.js';
import type { GraphNode } from '../../graph/graph.js';
import { broadcastOp, broadcastTo } from '../../ops/shape/broadcast.js';
import { concatOp } from '../../ops/shape/concat.js';
import { padOp, type PadAttrs } from '../../ops/shape/pad.js';
import { reshape, reshapeOp } from '../../ops/shape/reshape.js';
import { reverseOp, flip, type ReverseAttrs } from '../../ops/shape/reverse.js';
import { sliceOp, sliceBox, type SliceAttrs } from '../../ops/shape/slice.js';
import { transpose, transposeOp, type TransposeAttrs } from '../../ops/shape/transpose.js';
import { apply } from '../../tensor/operand.js';
import { sameShape, sizeOf, type Shape } from '../../types/shape.js';
import type { Draw, RuleNotes } from '../notes.js';
import { inARow, nodes, steps } from '../measure.js';
import { any, named, op } from '../pattern.js';
import { defineRule, type Builder } from '../rule.js';

/** The attributes of a node whose op is known from the pattern. */
const attrsOf = <A>(node: GraphNode): A => node.attrs as A;

export const reshaped = (graph: Builder, x: GraphNode, shape: Shape): GraphNode =>
  sameShape(x.type.shape, shape) ? x : graph.op(reshapeOp, [x], { shape });

// --- reshape ---

export const reshapeOfReshape = /* @__PURE__ */ defineRule({
  name: 'reshape-of-reshape',
  match: () => op(reshapeOp, op(reshapeOp, any('x'))),
  rewrite: ({ root, x }, graph) => reshaped(graph, x, root.type.shape),
});

export const reshapeOfReshapeNotes: RuleNotes = {
  rule: reshapeOfReshape,
  because: 'a shape given after another is the only one that counts',
  saves: /* @__PURE__ */ inARow('reshapes in a row', () => reshapeOp as OpDef),
  build: (draw) => {
    const shape = draw.shape(draw.integer(1, 3));
    const flat = [1, sizeOf(shape)];
    return reshape(reshape(draw.input(shape), [...flat, 1]), draw.pick([flat, shape]));
  },
};

export const reshapeToItself = /* @__PURE__ */ defineRule({
  name: 'reshape-to-itself',
  match: () => op(reshapeOp, any('x')),
  when: ({ root, x }) => sameShape(x.type.shape, root.type.shape),
  rewrite: ({ x }) => x,
});

export const reshapeToItselfNotes: RuleNotes = {
  rule: reshapeToItself,
  because: 'the tensor has that shape already',
  saves: nodes,
  build: (draw) => {
    const x = draw.input(draw.shape(draw.integer(0, 3)));
    return apply(reshapeOp, [x], { shape: x.shape });
  },
};

// --- transpose ---

/** The permutation `second` after `first`, as one. */
const compose = (first: readonly number[], second: readonly number[]): number[] => second.map((axis) => first[axis]!);

const isIdentity = (perm: readonly number[]): boolean => perm.every((axis, i) => axis === i);

/** True where a permutation moves nothing but axes of size 1. */
export const keepsOrder = (shape: Shape, perm: readonly number[]): boolean => {
  const moved = perm.filter((axis) => shape[axis] !== 1);
  return moved.every((axis, i) => i === 0 || moved[i - 1]! < axis);
};

const randomPerm = (draw: Draw, rank: number): number[] => {
  const perm = Array.from({ length: rank }, (_, axis) => axis);
  for (let i = rank - 1; i > 0; i--) {
    const j = draw.integer(0, i);
    [perm[i], perm[j]] = [perm[j]!, perm[i]!];
  }
  return perm;
};

export const transposeOfTranspose = /* @__PURE__ */ defineRule({
  name: 'transpose-of-transpose',
  match: () => op(transposeOp, named('inner', op(transposeOp, any('x')))),
  rewrite: ({ root, inner, x }, graph) => {
    const perm = compose(attrsOf<TransposeAttrs>(inner).perm, attrsOf<TransposeAttrs>(root).perm);
    return isIdentity(perm) ? x : graph.op(transposeOp, [x], { perm });
  },
});

export const transposeOfTransposeNotes: RuleNotes = {
  rule: transposeOfTranspose,
  because: 'two orders of the axes, one after the other, are one order',
  saves: /* @__PURE__ */ inARow('transposes in a row', () => transposeOp as OpDef),
  build: (draw) => {
    const rank = draw.integer(2, 4);
    return apply(transposeOp, [apply(transposeOp, [draw.input(draw.shape(rank))], { perm: randomPerm(draw, rank) })], {
      perm: randomPerm(draw, rank),
    });
  },
};

export const transposeIsReshape = /* @__PURE__ */ defineRule({
  name: 'transpose-is-reshape',
  match: () => op(transposeOp, any('x')),
  when: ({ root, x }) => keepsOrder(x.type.shape, attrsOf<TransposeAttrs>(root).perm),
  rewrite: ({ root, x }, graph) => reshaped(graph, x, root.type.shape),
});

export const transposeIsReshapeNotes: RuleNotes = {
  rule: transposeIsReshape,
  because: 'only axes of size 1 move, so every element stays where it is',
  saves: steps,
  build: (draw) =>
    transpose(
      draw.input([draw.integer(1, 4), 1, draw.integer(1, 4)]),
      draw.pick([
        [0, 2, 1],
        [1, 0, 2],
      ]),
    ),
};

// --- slice, reverse, broadcast, pad, concat ---

export const sliceOfSlice = /* @__PURE__ */ defineRule({
  name: 'slice-of-slice',
  match: () => op(sliceOp, named('inner', op(sliceOp, any('x')))),
  rewrite: ({ root, inner, x }, graph) => {
    const [a, b] = [attrsOf<SliceAttrs>(inner), attrsOf<SliceAttrs>(root)];
    return graph.op(sliceOp, [x], {
      begin: b.begin.map((at, axis) => a.begin[axis]! + (b.size[axis] === 0 ? 0 : at * a.strides[axis]!)),
      size: b.size,
      strides: b.strides.map((stride, axis) => stride * a.strides[axis]!),
    });
  },
});

export const sliceOfSliceNotes: RuleNotes = {
  rule: sliceOfSlice,
  because: 'a box within a box is a box',
  saves: /* @__PURE__ */ inARow('slices in a row', () => sliceOp as OpDef),
  build: (draw) => {
    const [h, w] = [draw.integer(5, 9), draw.integer(5, 9)];
    const inner = sliceBox(draw.input([h, w]), [1, 0], [2, Math.ceil(w / 2)], [draw.integer(1, 3), 2]);
    return sliceBox(inner, [0, 1], [draw.integer(0, 2), 2], [1, 1]);
  },
};

export const sliceOfAll = /* @__PURE__ */ defineRule({
  name: 'slice-of-all',
  match: () => op(sliceOp, any('x')),
  when: ({ root, x }) => sameShape(root.type.shape, x.type.shape),
  rewrite: ({ x }) => x,
});

export const sliceOfAllNotes: RuleNotes = {
  rule: sliceOfAll,
  because: 'the box is the whole tensor',
  saves: nodes,
  build: (draw) => {
    const x = draw.input(draw.shape(draw.integer(1, 3)));
    return apply(sliceOp, [x], { begin: x.shape.map(() => 0), size: x.shape, strides: x.shape.map(() => 1) });
  },
};

export const reverseOfReverse = /* @__PURE__ */ defineRule({
  name: 'reverse-of-reverse',
  match: () => op(reverseOp, named('inner', op(reverseOp, any('x')))),
  rewrite: ({ root, inner, x }, graph) => {
    const [a, b] = [attrsOf<ReverseAttrs>(inner).axes, attrsOf<ReverseAttrs>(root).axes];
    const axes = [...a.filter((axis) => !b.includes(axis)), ...b.filter((axis) => !a.includes(axis))].sort((p, q) => p - q);
    return axes.length === 0 ? x : graph.op(reverseOp, [x], { axes });
  },
});

export const reverseOfReverseNotes: RuleNotes = {
  rule: reverseOfReverse,
  because: 'an axis reversed twice is as it was',
  saves: /* @__PURE__ */ inARow('reversals in a row', () => reverseOp as OpDef),
  build: (draw) => flip(flip(draw.input(draw.shape(2)), draw.pick([0, 1, [0, 1]])), draw.pick([0, 1, [0, 1]])),
};

export const reverseOfOne = /* @__PURE__ */ defineRule({
  name: 'reverse-of-one',
  match: () => op(reverseOp, any('x')),
  when: ({ root, x }) => attrsOf<ReverseAttrs>(root).axes.some((axis) => x.type.shape[axis]! <= 1),
  rewrite: ({ root, x }, graph) => {
    const axes = attrsOf<ReverseAttrs>(root).axes.filter((axis) => x.type.shape[axis]! > 1);
    return axes.length === 0 ? x : graph.op(reverseOp, [x], { axes });
  },
});

export const reverseOfOneNotes: RuleNotes = {
  rule: reverseOfOne,
  because: 'an axis of one element is its own reverse',
  saves: { unit: 'axes reversed', of: ({ op, attrs }) => (op === reverseOp ? (attrs.axes as readonly number[]).length : 0) },
  build: (draw) => flip(draw.input([draw.integer(1, 4), 1]), draw.pick([1, [0, 1]])),
};

export const broadcastOfBroadcast = /* @__PURE__ */ defineRule({
  name: 'broadcast-of-broadcast',
  match: () => op(broadcastOp, op(broadcastOp, any('x'))),
  rewrite: ({ root, x }, graph) => graph.op(broadcastOp, [x], { shape: root.type.shape }),
});

export const broadcastOfBroadcastNotes: RuleNotes = {
  rule: broadcastOfBroadcast,
  because: 'repeating twice is repeating once to the last shape',
  saves: /* @__PURE__ */ inARow('broadcasts in a row', () => broadcastOp as OpDef),
  build: (draw) => {
    const shape = draw.shape(draw.integer(0, 2));
    const once = [draw.integer(2, 3), ...shape];
    return broadcastTo(broadcastTo(draw.input(shape), once), [draw.integer(2, 3), ...once]);
  },
};

export const broadcastIsReshape = /* @__PURE__ */ defineRule({
  name: 'broadcast-is-reshape',
  match: () => op(broadcastOp, any('x')),
  when: ({ root, x }) => sizeOf(root.type.shape) === sizeOf(x.type.shape) && sizeOf(x.type.shape) > 0,
  rewrite: ({ root, x }, graph) => reshaped(graph, x, root.type.shape),
});

export const broadcastIsReshapeNotes: RuleNotes = {
  rule: broadcastIsReshape,
  because: 'nothing repeats: at most axes of size 1 are added',
  saves: steps,
  build: (draw) => {
    const shape = draw.shape(draw.integer(0, 3));
    return broadcastTo(draw.input(shape), [1, ...shape]);
  },
};

const isZeroPad = ({ attrs }: Pick<GraphNode, 'attrs'>): boolean =>
  (attrs as PadAttrs).paddings.every(([before, after]) => before === 0 && after === 0);

export const padOfNothing = /* @__PURE__ */ defineRule({
  name: 'pad-of-nothing',
  match: () => op(padOp, any('x')),
  when: ({ root }) => isZeroPad(root),
  rewrite: ({ x }) => x,
});

export const padOfNothingNotes: RuleNotes = {
  rule: padOfNothing,
  because: 'a frame without width adds nothing',
  saves: nodes,
  build: (draw) => {
    const x = draw.input(draw.shape(draw.integer(0, 3)));
    return apply(padOp, [x], { paddings: x.shape.map(() => [0, 0] as const), value: draw.integer(-2, 2) });
  },
};

export const padOfPad = /* @__PURE__ */ defineRule({
  name: 'pad-of-pad',
  match: () => op(padOp, named('inner', op(padOp, any('x')))),
  when: ({ root, inner }) => Object.is(root.attrs.value, inner.attrs.value),
  rewrite: ({ root, inner, x }, graph) => {
    const [a, b] = [attrsOf<PadAttrs>(inner), attrsOf<PadAttrs>(root)];
    return graph.op(padOp, [x], {
      paddings: a.paddings.map(([before, after], axis) => [before + b.paddings[axis]![0], after + b.paddings[axis]![1]] as const),
      value: a.value,
    });
  },
});

export const padOfPadNotes: RuleNotes = {
  rule: padOfPad,
  because: 'two frames of the same value are one wider frame',
  saves: /* @__PURE__ */ inARow('frames in a row', () => padOp as OpDef),
  build: (draw) => {
    const value = draw.integer(-2, 2);
    const frame = () => [[draw.integer(0, 2), draw.integer(0, 2)] as const, [draw.integer(0, 2), 1] as const];
    return apply(padOp, [apply(padOp, [draw.input(draw.shape(2))], { paddings: frame(), value })], { paddings: frame(), value });
  },
};

export const concatOfOne = /* @__PURE__ */ defineRule({
  name: 'concat-of-one',
  match: () => op(concatOp),
  when: ({ root }, graph) =>
    root.inputs.length === 1 || root.inputs.some((id) => sizeOf(graph.node(id).type.shape) === 0 && sizeOf(root.type.shape) > 0),
  rewrite: ({ root }, graph) => {
    const parts = root.inputs
      .map((id) => graph.node(id))
      .filter((part, _, all) => all.length === 1 || sizeOf(part.type.shape) > 0);
    return parts.length === 1 ? parts[0]! : graph.op(concatOp, parts, root.attrs as { axis: number });
  },
});

export const concatOfOneNotes: RuleNotes = {
  rule: concatOfOne,
  because: 'tensors without elements add nothing, and a single one is the whole result',
  saves: { unit: 'tensors joined', of: ({ op, inputs }) => (op === concatOp ? inputs.length : 0) },
  build: (draw) => {
    const shape = draw.shape(draw.integer(1, 3));
    const x = draw.input(shape);
    return apply(
      concatOp,
      draw.pick([[x], [x, draw.input([0, ...shape.slice(1)])], [x, draw.input([0, ...shape.slice(1)]), draw.input(shape)]]),
      { axis: 0 },
    );
  },
};
