import type { OpDef } from '../../expr/op-def.js';
import { constantOp, type GraphNode } from '../../graph/graph.js';
import { add, addOp } from '../../ops/elementwise/add.js';
import { mul, mulOp } from '../../ops/elementwise/mul.js';
import { sub, subOp } from '../../ops/elementwise/sub.js';
import { conv2d, conv2dOp } from '../../ops/image/conv2d.js';
import { matmul, matmulOp, type MatmulAttrs } from '../../ops/linalg/matmul.js';
import { sameShape, sizeOf } from '../../types/shape.js';
import type { RuleNotes } from '../notes.js';
import { steps } from '../measure.js';
import { commutes, constant, named, op, any } from '../pattern.js';
import { defineRule, type Builder } from '../rule.js';
import { evaluateElementwise } from './fold-constants.js';

// Batch normalisation by known statistics is a factor and a shift for each channel. After a convolution or a product with known
// weights the factor goes into the weights. Sums are then rounded otherwise than as written: by as much as any other order of the
// same sum would be. A zero may change its sign.

/** Elements of the largest weights that are scaled while a program is built. */
const scalingCap = 2 ** 24;

/** True for one number, or one number for each entry of the last axis, all of them finite. */
function isPerChannel(factor: GraphNode, channels: number, graph: Builder): boolean {
  const size = sizeOf(factor.type.shape);
  const last = factor.type.shape[factor.type.shape.length - 1];
  return (size === 1 || (size === last && size === channels)) && graph.elements(factor)!.every(Number.isFinite);
}

/** A convolution or product that only this reader reads, with known weights whose last axis are the channels. */
function isWeighted(node: GraphNode, graph: Pick<Builder, 'node' | 'hasOneUser'>): boolean {
  if (node.op !== (conv2dOp as OpDef) && (node.op !== (matmulOp as OpDef) || (node.attrs as MatmulAttrs).transposeB))
    return false;
  const weights = graph.node(node.inputs[1]!);
  return (
    weights.op === constantOp &&
    weights.type.dtype === 'float32' &&
    sizeOf(weights.type.shape) <= scalingCap &&
    (node.op !== (matmulOp as OpDef) || weights.type.shape.length === 2) &&
    graph.hasOneUser(node.id)
  );
}

/** An elementwise op of two known operands, computed now. */
function folded(op: OpDef, operands: readonly [GraphNode, GraphNode], graph: Builder): GraphNode {
  const type = op.infer(
    operands.map((operand) => operand.type),
    {},
  );
  return graph.constant(evaluateElementwise({ op, attrs: {}, type }, operands, graph), type);
}

const scaled = (weighted: GraphNode, factor: GraphNode, graph: Builder): GraphNode => {
  const [x, weights] = weighted.inputs.map((id) => graph.node(id)) as [GraphNode, GraphNode];
  const flat =
    sizeOf(factor.type.shape) === 1
      ? graph.scalar(graph.elements(factor)![0]!, 'float32')
      : graph.constant(graph.elements(factor)!, { dtype: 'float32', shape: [sizeOf(factor.type.shape)] });
  return graph.op(weighted.op, [x, folded(mulOp as OpDef, [weights, flat], graph)], weighted.attrs);
};

const channelsOf = ({ type }: GraphNode): number => type.shape[type.shape.length - 1]!;

export const scaleIntoWeights = /* @__PURE__ */ defineRule({
  name: 'scale-into-weights',
  match: () => commutes(op(mulOp, any('y'), constant('factor'))),
  when: ({ root, y, factor }, graph) =>
    isWeighted(y, graph) && isPerChannel(factor, channelsOf(y), graph) && sameShape(root.type.shape, y.type.shape),
  rewrite: ({ y, factor }, graph) => scaled(y, factor, graph),
});

export const scaleIntoWeightsNotes: RuleNotes = {
  rule: scaleIntoWeights,
  because: 'a factor for each channel may as well multiply the known weights, once and for all',
  saves: steps,
  zeroMayChangeSign: true,
  build: (draw) => {
    const o = draw.integer(1, 3);
    const y = draw.pick([
      () => conv2d(draw.input([1, 3, draw.integer(2, 4), 2]), draw.constant([2, 2, 2, o])),
      () => matmul(draw.input([draw.integer(1, 3), 2]), draw.constant([2, o])),
    ])();
    return draw.pick([() => mul(y, draw.constant([o])), () => mul(draw.integer(2, 3), y)])();
  },
};

export const scaleThroughShift = /* @__PURE__ */ defineRule({
  name: 'scale-through-shift',
  match: () => commutes(op(mulOp, named('sum', op([addOp, subOp], any('y'), constant('shift'))), constant('factor'))),
  when: ({ root, sum, y, shift, factor }, graph) =>
    isWeighted(y, graph) &&
    graph.hasOneUser(sum.id) &&
    isPerChannel(factor, channelsOf(y), graph) &&
    isPerChannel(shift, channelsOf(y), graph) &&
    sameShape(root.type.shape, y.type.shape),
  rewrite: ({ sum, y, shift, factor }, graph) =>
    graph.op(sum.op, [scaled(y, factor, graph), folded(mulOp as OpDef, [shift, factor], graph)]),
});

export const scaleThroughShiftNotes: RuleNotes = {
  rule: scaleThroughShift,
  because: '(y + b) * s is y * s + b * s: so the factor reaches the known weights, and b * s is known too',
  saves: steps,
  zeroMayChangeSign: true,
  build: (draw) => {
    const o = draw.integer(1, 3);
    const y = conv2d(draw.input([1, 3, draw.integer(2, 4), 2]), draw.constant([2, 2, 2, o]));
    return mul(draw.pick([add, sub])(y, draw.constant([o])), draw.constant([o]));
  },
};

/** Shifts above a convolution or product: what is left of a bias and of batch normalisations. */
export const mergeShifts = /* @__PURE__ */ defineRule({
  name: 'merge-shifts',
  match: () => op([addOp, subOp], named('sum', op([addOp, subOp], any('y'), constant('first'))), constant('second')),
  when: ({ sum, y, first, second }, graph) =>
    isWeighted(y, graph) &&
    graph.hasOneUser(sum.id) &&
    isPerChannel(first, channelsOf(y), graph) &&
    isPerChannel(second, channelsOf(y), graph),
  rewrite: ({ root, sum, y, first, second }, graph) => {
    const sameSign = (root.op === addOp) === (sum.op === addOp);
    return graph.op(sum.op, [y, folded((sameSign ? addOp : subOp) as OpDef, [first, second], graph)]);
  },
});

export const mergeShiftsNotes: RuleNotes = {
  rule: mergeShifts,
  because: 'two known shifts of a convolution are one',
  saves: steps,
  build: (draw) => {
    const o = draw.integer(1, 3);
    const y = conv2d(draw.input([1, 3, draw.integer(2, 4), 2]), draw.constant([2, 2, 2, o]));
    return draw.pick([add, sub])(
      draw.pick([add, sub])(y, draw.constant([o])),
      draw.pick([draw.constant([o]), draw.integer(1, 3)]),
    );
  },
};
