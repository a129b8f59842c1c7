import type { OpDef } from '../../expr/op-def.js';
import type { GraphNode, NodeId } from '../../graph/graph.js';
import { add } from '../../ops/elementwise/add.js';
import { mul } from '../../ops/elementwise/mul.js';
import { relu } from '../../ops/elementwise/relu.js';
import { matmul, matmulOp, type MatmulAttrs } from '../../ops/linalg/matmul.js';
import { reduceMaxOp } from '../../ops/reduce/max.js';
import { reduceProdOp } from '../../ops/reduce/prod.js';
import { reduceSumOp } from '../../ops/reduce/sum.js';
import { transpose, transposeOp, type TransposeAttrs } from '../../ops/shape/transpose.js';
import { apply } from '../../tensor/operand.js';
import { sameShape, sizeOf } from '../../types/shape.js';
import type { RuleNotes } from '../notes.js';
import { reads, type Measure, type Measured } from '../measure.js';
import { any, op } from '../pattern.js';
import { defineRule, type Builder } from '../rule.js';
import { keepsOrder, reshaped } from './views.js';

// Transposes move towards the outputs, where two of them meet and cancel: so images that are given as [N, C, H, W] are turned
// once at each end, and not around every convolution.

export const isTranspose = ({ op }: GraphNode): boolean => op === (transposeOp as OpDef);
export const permOf = ({ attrs }: GraphNode): readonly number[] => (attrs as TransposeAttrs).perm;
export const inverse = (perm: readonly number[]): number[] => perm.map((_, axis) => perm.indexOf(axis));

/** For each elementwise op the transposes beneath it, as far down as ops are elementwise. */
export const transposesBeneath: Measure = {
  unit: 'ops above a transpose',
  of(root, graph) {
    if (!root.op.isElementwise) return 0;
    return beneath(root, graph).filter(isTranspose).length;
  },
};

function beneath(root: GraphNode, graph: Measured): GraphNode[] {
  const seen = new Set<NodeId>(root.inputs);
  const found: GraphNode[] = [];
  for (const id of seen) {
    const node = graph.node(id);
    found.push(node);
    if (node.op.isElementwise) for (const input of node.inputs) seen.add(input);
  }
  return found;
}

/** The operand of an elementwise op of shape `shape` as it must be before the axes are put in order `perm`; null where that takes more than a reshape. */
export function unturned(operand: GraphNode, perm: readonly number[], graph: Builder): GraphNode | null {
  if (isTranspose(operand)) return sameShape(permOf(operand), perm) ? graph.node(operand.inputs[0]!) : null;
  const { shape } = operand.type;
  if (sizeOf(shape) === 1) return reshaped(graph, operand, []);
  const full = [...new Array<number>(perm.length - shape.length).fill(1), ...shape];
  const order = inverse(perm);
  return keepsOrder(full, order) ? reshaped(graph, operand, order.map((axis) => full[axis]!)) : null;
}

export const transposeLast = /* @__PURE__ */ defineRule({
  name: 'transpose-last',
  match: () => op(({ isElementwise }) => isElementwise),
  when: ({ root }, graph) => {
    const turned = root.inputs
      .map((id) => graph.node(id))
      .filter((operand) => isTranspose(operand) && sameShape(operand.type.shape, root.type.shape));
    return turned.length > 1 || (turned.length === 1 && graph.hasOneUser(turned[0]!.id));
  },
  rewrite: ({ root }, graph) => {
    const operands = root.inputs.map((id) => graph.node(id));
    const perm = permOf(operands.find((operand) => isTranspose(operand) && sameShape(operand.type.shape, root.type.shape))!);
    const before = operands.map((operand) => unturned(operand, perm, graph));
    if (before.includes(null)) return null;
    return graph.op(transposeOp, [graph.op(root.op, before as GraphNode[], root.attrs)], { perm });
  },
});

export const transposeLastNotes: RuleNotes = {
  rule: transposeLast,
  because:
    'an elementwise op may as well come before its operand is transposed, and further on the transpose may meet its inverse',
  saves: transposesBeneath,
  build: (draw) => {
    const shape = draw.shape(3);
    const perm = draw.pick([
      [0, 2, 1],
      [2, 0, 1],
      [1, 0, 2],
    ]);
    const x = transpose(draw.input(shape), perm);
    return draw.pick([
      () => relu(x),
      () => mul(relu(add(x, 2)), 3),
      () => add(x, transpose(draw.input(shape), perm)),
      () => add(x, draw.input([x.shape[1]!, 1])),
      () => add(draw.input([1, 1, x.shape[2]!]), x),
    ])();
  },
};

export const reductionOps = (): OpDef[] => [reduceSumOp as OpDef, reduceMaxOp as OpDef, reduceProdOp as OpDef];

export const reduceBeforeTranspose = /* @__PURE__ */ defineRule({
  name: 'reduce-before-transpose',
  match: () => op(reductionOps(), op(transposeOp, any('x'))),
  when: ({ root }, graph) => graph.hasOneUser(root.inputs[0]!),
  rewrite: ({ root, x }, graph) => {
    const perm = permOf(graph.node(root.inputs[0]!));
    const { axes, keepDims } = root.attrs as { axes: readonly number[]; keepDims: boolean };
    const reduced = graph.op(root.op, [x], { axes: axes.map((axis) => perm[axis]!).sort((a, b) => a - b), keepDims });
    const kept = keepDims ? [...perm] : perm.filter((_, axis) => !axes.includes(axis));
    const order = [...kept].sort((a, b) => a - b);
    const after = kept.map((axis) => order.indexOf(axis));
    return after.every((axis, i) => axis === i) ? reduced : graph.op(transposeOp, [reduced], { perm: after });
  },
});

export const reduceBeforeTransposeNotes: RuleNotes = {
  rule: reduceBeforeTranspose,
  because: 'there is less to transpose after a reduction, and often nothing',
  saves: {
    unit: 'transposes reduced',
    of: ({ op, inputs }, graph) => (reductionOps().includes(op) && isTranspose(graph.node(inputs[0]!)) ? 1 : 0),
  },
  build: (draw) => {
    const x = transpose(
      draw.input(draw.shape(3)),
      draw.pick([
        [0, 2, 1],
        [2, 0, 1],
        [1, 2, 0],
      ]),
    );
    return apply(draw.pick(reductionOps()), [x], {
      axes: draw.pick([[0], [1], [2], [1, 2], [0, 1, 2]]),
      keepDims: draw.pick([true, false]),
    });
  },
};

/** True where a permutation does nothing but swap the last two axes. */
const swapsMatrix = (perm: readonly number[]): boolean =>
  perm.length >= 2 && perm.every((axis, i) => axis === (i < perm.length - 2 ? i : 2 * perm.length - 3 - i));

export const transposeIntoMatmul = /* @__PURE__ */ defineRule({
  name: 'transpose-into-matmul',
  match: () => op(matmulOp),
  when: ({ root }, graph) => root.inputs.some((id) => isTranspose(graph.node(id)) && swapsMatrix(permOf(graph.node(id)))),
  rewrite: ({ root }, graph) => {
    const attrs = root.attrs as MatmulAttrs;
    const operands = root.inputs.map((id) => graph.node(id));
    const swapped = operands.map((operand) => isTranspose(operand) && swapsMatrix(permOf(operand)));
    return graph.op(
      matmulOp,
      operands.map((operand, i) => (swapped[i] ? graph.node(operand.inputs[0]!) : operand)),
      { transposeA: attrs.transposeA !== swapped[0], transposeB: attrs.transposeB !== swapped[1] },
    );
  },
});

export const transposeIntoMatmulNotes: RuleNotes = {
  rule: transposeIntoMatmul,
  because: 'a matrix product reads its operands by rows or by columns, so a transposed copy need not exist',
  saves: /* @__PURE__ */ reads(
    'transposes multiplied',
    () => [matmulOp as OpDef],
    () => [transposeOp as OpDef],
  ),
  build: (draw) => {
    const [m, k, n] = draw.shape(3) as [number, number, number];
    const transposeB = draw.pick([true, false]);
    const b = draw.input(transposeB ? [n, k] : [k, n]);
    return draw.pick([
      () => matmul(transpose(draw.input([k, m])), b, { transposeB }),
      () => matmul(draw.input([2, m, k]), transpose(draw.input([n, k]))),
      () => matmul(transpose(draw.input([2, k, m]), [0, 2, 1]), transpose(draw.input([n, k]))),
    ])();
  },
};
