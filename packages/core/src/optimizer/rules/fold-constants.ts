import { scalarOp } from '../../expr/leaves.js';
import { constantOp, type GraphNode } from '../../graph/graph.js';
import { add } from '../../ops/elementwise/add.js';
import { mul } from '../../ops/elementwise/mul.js';
import { sqrt } from '../../ops/elementwise/sqrt.js';
import { elementwiseKernel } from '../../backend/kernel.js';
import { copyStrided } from '../../ops/shape/copy-strided.js';
import { reshape, reshapeOp } from '../../ops/shape/reshape.js';
import { slice, sliceOp, type SliceAttrs } from '../../ops/shape/slice.js';
import { transpose, transposeOp, type TransposeAttrs } from '../../ops/shape/transpose.js';
import { allocate, type TypedArray } from '../../types/dtype.js';
import { sizeOf, stridesOf } from '../../types/shape.js';
import type { RuleNotes } from '../notes.js';
import { nodes } from '../measure.js';
import { any, op } from '../pattern.js';
import { defineRule, type Builder } from '../rule.js';

/** Elements of the largest result that is computed while a program is built. Larger ones are cheaper to compute than to carry along. */
export const foldingCap = 4096;

const isKnown = ({ op }: GraphNode): boolean => op === scalarOp || op === constantOp;

/** An elementwise op on elements that are known, rounded as arrays of its dtype round. */
export function evaluateElementwise(
  node: Pick<GraphNode, 'op' | 'attrs' | 'type'>,
  operands: readonly GraphNode[],
  graph: Builder,
): TypedArray {
  const data = allocate(node.type.dtype, sizeOf(node.type.shape));
  elementwiseKernel(node.op.scalar!)({
    op: node.op,
    attrs: node.attrs,
    inputs: operands.map((operand) => ({ data: graph.elements(operand)!, type: operand.type })),
    output: { data, type: node.type },
  });
  return data;
}

export const foldElementwise = /* @__PURE__ */ defineRule({
  name: 'fold-elementwise',
  match: () => op(({ isElementwise }) => isElementwise),
  when: ({ root }, graph) => sizeOf(root.type.shape) <= foldingCap && root.inputs.every((id) => isKnown(graph.node(id))),
  rewrite: ({ root }, graph) => {
    const operands = root.inputs.map((id) => graph.node(id));
    const data = evaluateElementwise(root, operands, graph);
    return root.type.shape.length === 0 ? graph.scalar(data[0]!, root.type.dtype) : graph.constant(data, root.type);
  },
});

export const foldElementwiseNotes: RuleNotes = {
  rule: foldElementwise,
  because: 'all operands are known before the first run, so the result is too',
  saves: nodes,
  build: (draw) => {
    const shape = draw.shape(draw.integer(0, 2));
    const x = draw.input(shape);
    return mul(
      x,
      draw.pick([
        () => sqrt(add(draw.constant(shape), 5)),
        () => add(draw.constant(shape, 'int32'), 1),
        () => add(add(draw.constant([]), draw.integer(1, 3)), 2),
      ])(),
    );
  },
};

export const foldReshape = /* @__PURE__ */ defineRule({
  name: 'fold-reshape',
  match: () => op(reshapeOp, any('x')),
  when: ({ x }) => isKnown(x),
  rewrite: ({ root, x }, graph) =>
    root.type.shape.length === 0
      ? graph.scalar(graph.elements(x)![0]!, root.type.dtype)
      : graph.constant(graph.elements(x)!, root.type),
});

export const foldReshapeNotes: RuleNotes = {
  rule: foldReshape,
  because: 'elements known before the first run can be written under any shape',
  saves: nodes,
  build: (draw) => {
    const shape = draw.shape(draw.integer(1, 3));
    return add(reshape(draw.constant(shape), [sizeOf(shape), 1]), draw.input([1, 2]));
  },
};

/** Elements of the largest constant that is moved while a program is built: weights in another order are worth it. */
const movingCap = 2 ** 24;

export const foldMovement = /* @__PURE__ */ defineRule({
  name: 'fold-movement',
  match: () => op([transposeOp, sliceOp], any('x')),
  when: ({ root, x }) => x.op === constantOp && sizeOf(root.type.shape) <= movingCap,
  rewrite: ({ root, x }, graph) => {
    const { shape } = root.type;
    const strides = stridesOf(x.type.shape);
    const data = allocate(root.type.dtype, sizeOf(shape));
    const to = { data, strides: stridesOf(shape) };
    const from = graph.elements(x)!;
    if (root.op === transposeOp) {
      copyStrided(shape, { data: from, strides: (root.attrs as TransposeAttrs).perm.map((axis) => strides[axis]!) }, to);
    } else {
      const { begin, strides: every } = root.attrs as SliceAttrs;
      const offset = begin.reduce((sum, at, axis) => sum + at * strides[axis]!, 0);
      copyStrided(shape, { data: from, offset, strides: strides.map((step, axis) => step * every[axis]!) }, to);
    }
    return graph.constant(data, root.type);
  },
});

export const foldMovementNotes: RuleNotes = {
  rule: foldMovement,
  because: 'elements known before the first run can be put in order then',
  saves: nodes,
  build: (draw) => {
    const [h, w] = [draw.integer(2, 4), draw.integer(2, 4)];
    return draw.pick([
      () => add(transpose(draw.constant([h, w])), draw.input([w, h])),
      () => add(slice(draw.constant([h, w]), [1, 1]), draw.input([1])),
    ])();
  },
};
