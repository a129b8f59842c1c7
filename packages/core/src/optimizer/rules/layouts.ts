import type { Attrs } from '../../expr/attrs.js';
import type { OpDef } from '../../expr/op-def.js';
import { constantOp, inputOp, type GraphNode } from '../../graph/graph.js';
import { relu } from '../../ops/elementwise/relu.js';
import { matmul, matmulOp, type MatmulAttrs } from '../../ops/linalg/matmul.js';
import { logSoftmaxOp } from '../../ops/norm/log-softmax.js';
import { softmaxOp } from '../../ops/norm/softmax.js';
import { broadcastOp, broadcastTo } from '../../ops/shape/broadcast.js';
import { concat, concatOp } from '../../ops/shape/concat.js';
import { gather, gatherOp, type GatherAttrs } from '../../ops/shape/gather.js';
import { pad, padOp, type PadAttrs } from '../../ops/shape/pad.js';
import { reshape, reshapeOp } from '../../ops/shape/reshape.js';
import { flip, reverseOp, type ReverseAttrs } from '../../ops/shape/reverse.js';
import { slice, sliceOp, type SliceAttrs } from '../../ops/shape/slice.js';
import { transpose, transposeOp } from '../../ops/shape/transpose.js';
import { literalTensor } from '../../tensor/operand.js';
import { sameShape, sizeOf, type Shape } from '../../types/shape.js';
import type { Draw, RuleNotes } from '../notes.js';
import type { Measure } from '../measure.js';
import { any, op } from '../pattern.js';
import type { Pass } from '../pass.js';
import { defineRule, type Builder } from '../rule.js';
import { foldMovement, foldReshape } from './fold-constants.js';
import { blocksOf } from './reshape-blocks.js';
import { inverse, isTranspose, permOf, reduceBeforeTranspose, reductionOps, transposeIntoMatmul, transposesBeneath, unturned } from './transposes.js';
import { reshapeOfReshape, reshapeToItself, transposeIsReshape, transposeOfTranspose } from './views.js';

// Networks that were written for [N, C, H, W] are made of convolutions between two transposes each. Here transposes go through everything that
// stands between two convolutions, until they meet and cancel. What is gained comes later, so that single rewrites may leave more of them than before.

/** An op on `x` whose result, with its axes in order `perm`, is that of the op on `x` transposed. */
interface Before {
  readonly attrs: Attrs;
  readonly perm: readonly number[];
}

/** How an op that reads a transposed operand is put before the transpose; null where it cannot be. */
type Through = (node: GraphNode, perm: readonly number[], x: GraphNode, operands: readonly GraphNode[]) => Before | null;

/** One value an axis, for the axes before they were transposed. */
const before = <T>(values: readonly T[], perm: readonly number[]): T[] => inverse(perm).map((axis) => values[axis]!);

let table: ReadonlyMap<OpDef, Through> | undefined;
const through = (): ReadonlyMap<OpDef, Through> =>
  (table ??= new Map<OpDef, Through>([
    [padOp as OpDef, ({ attrs }, perm) => ({ attrs: { ...attrs, paddings: before((attrs as PadAttrs).paddings, perm) }, perm })],
    [
      sliceOp as OpDef,
      ({ attrs }, perm) => {
        const { begin, size, strides } = attrs as SliceAttrs;
        return { attrs: { begin: before(begin, perm), size: before(size, perm), strides: before(strides, perm) }, perm };
      },
    ],
    [reverseOp as OpDef, ({ attrs }, perm) => ({ attrs: { axes: (attrs as ReverseAttrs).axes.map((axis) => perm[axis]!).sort((a, b) => a - b) }, perm })],
    [softmaxOp as OpDef, ({ attrs }, perm) => ({ attrs: { axis: perm[attrs.axis as number]! }, perm })],
    [logSoftmaxOp as OpDef, ({ attrs }, perm) => ({ attrs: { axis: perm[attrs.axis as number]! }, perm })],
    [gatherOp as OpDef, gatherBefore],
    [reshapeOp as OpDef, ({ type }, perm, x) => reshapeBefore(x.type.shape, perm, type.shape)],
    [
      broadcastOp as OpDef,
      ({ type: { shape } }, perm) => {
        const added = shape.length - perm.length;
        const order = [...shape.slice(0, added).keys(), ...perm.map((axis) => axis + added)];
        return { attrs: { shape: before(shape, order) }, perm: order };
      },
    ],
  ]));

/** The axes of the indices stand in the place of the axis that they index, on either side. */
function gatherBefore({ attrs }: GraphNode, perm: readonly number[], _: GraphNode, [, indices]: readonly GraphNode[]): Before | null {
  const { axis, batchDims } = attrs as GatherAttrs;
  if (batchDims !== 0) return null;
  const count = indices!.type.shape.length;
  const at = perm[axis]!;
  const place = (own: number): number => (own < at ? own : own + count - 1);
  const inPlace = Array.from({ length: count }, (__, i) => at + i);
  return { attrs: { axis: at, batchDims }, perm: [...perm.slice(0, axis).map(place), ...inPlace, ...perm.slice(axis + 1).map(place)] };
}

/** A reshape that keeps together what lies together in `x`: each block of axes is reshaped where it is. */
function reshapeBefore(shape: Shape, perm: readonly number[], to: Shape): Before | null {
  if (sizeOf(shape) <= 1) return null;
  const lying = shape.flatMap((size, axis) => (size === 1 ? [] : [axis]));
  const blocks = blocksOf(perm.map((axis) => shape[axis]!), to).map(({ from, to: axes }) => {
    const places = from.map((axis) => lying.indexOf(perm[axis]!)).filter((place) => place >= 0);
    return { axes, first: places[0]!, isWhole: places.every((place, k) => k === 0 || place === places[k - 1]! + 1) };
  });
  if (!blocks.every(({ isWhole }) => isWhole)) return null;
  const order = [...blocks].sort((a, b) => a.first - b.first).flatMap(({ axes }) => axes);
  return { attrs: { shape: order.map((axis) => to[axis]!) }, perm: to.map((_, axis) => order.indexOf(axis)) };
}

/** Ops that are put before a transpose here, to count what is left to do. */
const movers = (): OpDef[] => [...through().keys(), concatOp as OpDef, ...reductionOps()];

const above: Measure = {
  unit: 'ops above a transpose',
  of: (root, graph) => {
    const isMover = movers().includes(root.op) || root.op.isElementwise;
    if (!isMover) return 0;
    const seen = new Set(root.inputs);
    let found = 0;
    for (const id of seen) {
      const node = graph.node(id);
      if (isTranspose(node)) found++;
      if (movers().includes(node.op) || node.op.isElementwise || isTranspose(node)) for (const input of node.inputs) seen.add(input);
    }
    return found;
  },
};

export const moveBeforeTranspose = /* @__PURE__ */ defineRule({
  name: 'move-before-transpose',
  match: () => op([...through().keys()]),
  when: ({ root }, graph) => isTranspose(graph.node(root.inputs[0]!)),
  rewrite: ({ root }, graph) => {
    const operands = root.inputs.map((id) => graph.node(id));
    const [turned, ...others] = operands as [GraphNode, ...GraphNode[]];
    const x = graph.node(turned.inputs[0]!);
    const found = through().get(root.op)!(root, permOf(turned), x, operands);
    if (!found) return null;
    const moved = graph.op(root.op, [x, ...others], found.attrs);
    return found.perm.every((axis, i) => axis === i) ? moved : graph.op(transposeOp, [moved], { perm: found.perm });
  },
});

const perms4 = [
  [0, 3, 1, 2],
  [0, 2, 3, 1],
  [1, 0, 3, 2],
];

const turnedInput = (draw: Draw) => {
  const [n, h, w, c] = draw.shape(4) as [number, number, number, number];
  return transpose(draw.input([n, h, w, 2 * c]), draw.pick(perms4));
};

export const moveBeforeTransposeNotes: RuleNotes = {
  rule: moveBeforeTranspose,
  because: 'elements may as well be moved before their axes change places, and further on the transpose may meet its inverse',
  saves: above,
  build: (draw) => {
    const x = turnedInput(draw);
    const [a, b, c, d] = x.shape as [number, number, number, number];
    return draw.pick([
      () => pad(x, [[0, 1], [1, 0], [0, 0], [2, 1]]),
      () => slice(x, [0, 0, 0, draw.integer(0, d - 1)]),
      () => flip(x, [1, 3]),
      () => gather(x, literalTensor([0, a - 1], [2], 'int32'), { axis: 0 }),
      () => gather(x, literalTensor([b - 1], [1, 1], 'int32'), { axis: 1 }),
      () => broadcastTo(x, [2, a, b, c, d]),
      () => reshape(x, [a, 1, b, c, d]),
      () => reshape(x, [a, b, c, d, 1, 1]),
    ])();
  },
};

/** Axes of size 1 that a transpose moves. */
const movedUnits: Measure = { unit: 'axes of size 1 moved', of: (node) => (isTranspose(node) ? permOf(node).filter((axis, i) => axis !== i && node.type.shape[i] === 1).length : 0) };

/** So that two transposes which do the same to all other axes are one. */
export const unitAxesInPlace = /* @__PURE__ */ defineRule({
  name: 'unit-axes-in-place',
  match: () => op(transposeOp, any('x')),
  when: ({ root }, graph) => movedUnits.of(root, graph) > 0,
  rewrite: ({ root, x }, graph) => {
    const { shape } = root.type;
    const perm = permOf(root);
    const others = x.type.shape.flatMap((_, axis) => (shape[perm.indexOf(axis)] === 1 ? [] : [axis]));
    const places = shape.flatMap((size, i) => (size === 1 ? [] : [i]));
    const to = shape.map((size, i) => (size === 1 ? i : places[others.indexOf(perm[i]!)]!));
    return graph.op(transposeOp, [graph.op(reshapeOp, [x], { shape: before(shape, to) })], { perm: to });
  },
});

export const unitAxesInPlaceNotes: RuleNotes = {
  rule: unitAxesInPlace,
  because: 'an axis of size 1 may stand anywhere, so it stands where it is wanted, and transposes that differ in nothing else become equal',
  saves: movedUnits,
  build: (draw) => {
    const [h, w] = [draw.integer(2, 4), draw.integer(2, 4)];
    return draw.pick([() => transpose(draw.input([h, w, 2, 1]), [3, 2, 0, 1]), () => transpose(draw.input([h, 1, w]), [2, 0, 1])])();
  },
};

const isLeaf = ({ op }: GraphNode): boolean => op === constantOp || op === inputOp;

/**
 * Operands as they are before a transpose that the others share; null where that takes more than a reshape. Constants and inputs of the graph may be
 * transposed for it, as convolutions want inputs so anyway: but only for the sake of something that was computed, or two of them would turn each other
 * around without end.
 */
function partsBefore(operands: readonly GraphNode[], isWhole: (operand: GraphNode) => boolean, graph: Builder): { perm: readonly number[]; parts: GraphNode[] } | null {
  const turned = operands.filter((operand) => isTranspose(operand) && isWhole(operand));
  const anchor = turned.find((operand) => !isLeaf(graph.node(operand.inputs[0]!)));
  if (!anchor && operands.some((operand) => isWhole(operand) && !isTranspose(operand))) return null;
  const perm = permOf((anchor ?? turned[0])!);
  const parts: GraphNode[] = [];
  for (const operand of operands) {
    const isFree = anchor && isLeaf(operand) && operand.type.shape.length === perm.length;
    const part = unturned(operand, perm, graph) ?? (isFree ? graph.op(transposeOp, [operand], { perm: inverse(perm) }) : null);
    if (!part) return null;
    parts.push(part);
  }
  return { perm, parts };
}

export const concatBeforeTranspose = /* @__PURE__ */ defineRule({
  name: 'concat-before-transpose',
  match: () => op(concatOp),
  when: ({ root }, graph) => root.inputs.some((id) => isTranspose(graph.node(id))),
  rewrite: ({ root }, graph) => {
    const found = partsBefore(root.inputs.map((id) => graph.node(id)), () => true, graph);
    // A single element is the same in any order of its axes, and unturned as a number.
    if (!found || found.parts.some(({ type }) => type.shape.length !== found.perm.length)) return null;
    const { perm, parts } = found;
    return graph.op(transposeOp, [graph.op(concatOp, parts, { axis: perm[root.attrs.axis as number]! })], { perm });
  },
});

export const concatBeforeTransposeNotes: RuleNotes = {
  rule: concatBeforeTranspose,
  because: 'parts in one order of axes are joined in that order, and the whole is transposed once',
  saves: { unit: 'transposes joined', of: (root, graph) => (root.op === (concatOp as OpDef) ? root.inputs.map((id) => graph.node(id)).filter((operand) => isTranspose(operand) && !isLeaf(graph.node(operand.inputs[0]!))).length : 0) },
  build: (draw) => {
    const [h, w, c] = draw.shape(3) as [number, number, number];
    const part = (channels: number) => transpose(relu(draw.input([h, w, channels])), [2, 0, 1]);
    return draw.pick([() => concat([part(c), part(draw.integer(1, 3))], 0), () => concat([part(c), part(c), part(c)], 1), () => concat([draw.constant([2, h, w]), part(c)], 0)])();
  },
};

/** As `transpose-last`, whoever else reads the operand transposed. */
export const elementwiseBeforeTranspose = /* @__PURE__ */ defineRule({
  name: 'elementwise-before-transpose',
  match: () => op(({ isElementwise }) => isElementwise),
  when: ({ root }, graph) => root.inputs.some((id) => isTranspose(graph.node(id)) && sameShape(graph.node(id).type.shape, root.type.shape)),
  rewrite: ({ root }, graph) => {
    const found = partsBefore(root.inputs.map((id) => graph.node(id)), ({ type }) => sameShape(type.shape, root.type.shape), graph);
    return found && graph.op(transposeOp, [graph.op(root.op, found.parts, root.attrs)], { perm: found.perm });
  },
});

export const elementwiseBeforeTransposeNotes: RuleNotes = {
  rule: elementwiseBeforeTranspose,
  because: 'an elementwise op may as well come before its operand is transposed, though others still want it so: theirs may cancel too',
  saves: transposesBeneath,
  build: (draw) => {
    const x = transpose(draw.input(draw.shape(3)), draw.pick([[0, 2, 1], [2, 0, 1]]));
    return [relu(x), flip(x)];
  },
};

/** As `reduce-before-transpose`, likewise. */
export const sharedReduceBeforeTranspose = /* @__PURE__ */ defineRule({
  name: 'shared-reduce-before-transpose',
  match: reduceBeforeTranspose.match as never,
  rewrite: reduceBeforeTranspose.rewrite as never,
});

/** A flattened image, [N, C * H * W], multiplied by weights that are known: they are put into the order of [N, H, W, C] instead. */
export const flattenIntoWeights = /* @__PURE__ */ defineRule({
  name: 'flatten-into-weights',
  match: () => op(matmulOp),
  when: ({ root }, graph) => {
    const [flat, weights] = root.inputs.map((id) => graph.node(id)) as [GraphNode, GraphNode];
    if (flat.op !== (reshapeOp as OpDef) || weights.op !== constantOp || weights.type.shape.length !== 2 || (root.attrs as MatmulAttrs).transposeA) return false;
    const turned = graph.node(flat.inputs[0]!);
    return isTranspose(turned) && permOf(turned)[0] === 0 && flat.type.shape.length === 2 && flat.type.shape[0] === turned.type.shape[0];
  },
  rewrite: ({ root }, graph) => {
    const [flat, weights] = root.inputs.map((id) => graph.node(id)) as [GraphNode, GraphNode];
    const { transposeB } = root.attrs as MatmulAttrs;
    const turned = graph.node(flat.inputs[0]!);
    const x = graph.node(turned.inputs[0]!);
    // The axes of one image, then in the weights' place among those of a matrix.
    const sizes = turned.type.shape.slice(1);
    const order = inverse(permOf(turned).slice(1).map((axis) => axis - 1));
    const [rows, columns] = weights.type.shape as [number, number];
    const apart = graph.op(reshapeOp, [weights], { shape: transposeB ? [rows, ...sizes] : [...sizes, columns] });
    const perm = transposeB ? [0, ...order.map((axis) => axis + 1)] : [...order, sizes.length];
    const placed = graph.op(reshapeOp, [graph.op(transposeOp, [apart], { perm })], { shape: [rows, columns] });
    return graph.op(matmulOp, [graph.op(reshapeOp, [x], { shape: flat.type.shape }), placed], root.attrs as MatmulAttrs);
  },
});

export const flattenIntoWeightsNotes: RuleNotes = {
  rule: flattenIntoWeights,
  because: 'a sum over all of an image does not depend on the order, as long as weights that are known are put into it',
  saves: { unit: 'transposes flattened and multiplied', of: (root, graph) => (root.op === (matmulOp as OpDef) && transposedBeneath(graph.node(root.inputs[0]!), (id) => graph.node(id)) ? 1 : 0) },
  zeroMayChangeSign: true,
  build: (draw) => {
    const [n, h, w, c] = draw.shape(4) as [number, number, number, number];
    const flat = reshape(transpose(draw.input([n, h, w + 1, c + 1]), [0, 3, 1, 2]), [n, h * (w + 1) * (c + 1)]);
    const size = flat.shape[1]!;
    return draw.pick([() => matmul(flat, draw.constant([size, 3])), () => matmul(flat, draw.constant([2, size]), { transposeB: true })])();
  },
};

const transposedBeneath = (node: GraphNode, at: (id: number) => GraphNode): boolean => node.op === (reshapeOp as OpDef) && isTranspose(at(node.inputs[0]!)) && permOf(at(node.inputs[0]!))[0] === 0;

/**
 * Settles in which order axes lie: transposes go through the graph and cancel, until a network written for [N, C, H, W] has one at each image that
 * comes in or goes out. Not part of the pipeline: who brings such networks adds it (`addPass`).
 */
export const settleLayouts: Pass = {
  name: 'settle-layouts',
  rules: [
    transposeOfTranspose,
    transposeIsReshape,
    reshapeOfReshape,
    reshapeToItself,
    unitAxesInPlace,
    moveBeforeTranspose,
    concatBeforeTranspose,
    elementwiseBeforeTranspose,
    sharedReduceBeforeTranspose,
    flattenIntoWeights,
    transposeIntoMatmul,
    foldReshape,
    foldMovement,
  ],
};
