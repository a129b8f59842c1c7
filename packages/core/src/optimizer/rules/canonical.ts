import { scalarOp } from '../../expr/leaves.js';
import { constantOp, type GraphNode } from '../../graph/graph.js';
import { add, addOp } from '../../ops/elementwise/add.js';
import { equalOp } from '../../ops/elementwise/equal.js';
import { maxOp } from '../../ops/elementwise/maximum.js';
import { minOp } from '../../ops/elementwise/minimum.js';
import { mul, mulOp } from '../../ops/elementwise/mul.js';
import { neg } from '../../ops/elementwise/neg.js';
import { broadcastOp, broadcastTo } from '../../ops/shape/broadcast.js';
import { broadcastShapes, sameShape, sizeOf, type Shape } from '../../types/shape.js';
import type { RuleNotes } from '../notes.js';
import { bytes, type Measure } from '../measure.js';
import { op, type GraphReader } from '../pattern.js';
import { defineRule } from '../rule.js';

const isKnown = ({ op }: GraphNode): boolean => op === scalarOp || op === constantOp;

const commutativeOps = () => [addOp, mulOp, maxOp, minOp, equalOp];

/** Constants that stand on the left of an op that commutes. */
const constantsOnTheLeft: Measure = {
  unit: 'constants on the left',
  of: ({ op, inputs: [left] }, graph) => (commutativeOps().includes(op) && isKnown(graph.node(left!)) ? 1 : 0),
};

export const constantToTheRight = /* @__PURE__ */ defineRule({
  name: 'constant-to-the-right',
  match: () => op(commutativeOps()),
  when: ({ root }, graph) => isKnown(graph.node(root.inputs[0]!)) && !isKnown(graph.node(root.inputs[1]!)),
  rewrite: ({ root }, graph) => graph.op(root.op, [graph.node(root.inputs[1]!), graph.node(root.inputs[0]!)], root.attrs),
});

export const constantToTheRightNotes: RuleNotes = {
  rule: constantToTheRight,
  because: 'a + b is b + a bit for bit, and every other rule may then look for constants on the right alone',
  saves: constantsOnTheLeft,
  build: (draw) => draw.pick([add, mul])(draw.integer(-3, 3), draw.input(draw.shape(draw.integer(0, 3)))),
};

/** The shape that an elementwise op gives its operands. */
const broadcastOf = (shapes: readonly Shape[]): Shape => shapes.reduce((a, b) => broadcastShapes(a, b)!);

/** Broadcasts that elementwise ops read. */
const broadcastsRead: Measure = {
  unit: 'broadcasts read',
  of: ({ op, inputs }, graph) => (op.isElementwise ? inputs.filter((input) => graph.node(input).op === broadcastOp).length : 0),
};

export const readBeforeBroadcast = /* @__PURE__ */ defineRule({
  name: 'read-before-broadcast',
  match: () => op(({ isElementwise }) => isElementwise),
  rewrite: ({ root }, graph) => {
    const operands = root.inputs.map((id) => graph.node(id));
    const at = operands.findIndex(
      (operand, i) => operand.op === broadcastOp && sameShape(root.type.shape, broadcastOf(shapesWith(operands, i, graph))),
    );
    if (at < 0) return null;
    return graph.op(
      root.op,
      operands.map((operand, i) => (i === at ? graph.node(operand.inputs[0]!) : operand)),
      root.attrs,
    );
  },
});

const shapesWith = (operands: readonly GraphNode[], unbroadcast: number, graph: GraphReader): Shape[] =>
  operands.map((operand, i) => (i === unbroadcast ? graph.node(operand.inputs[0]!) : operand).type.shape);

export const readBeforeBroadcastNotes: RuleNotes = {
  rule: readBeforeBroadcast,
  because: 'an elementwise op repeats its operands by itself, so the repeated copy need not exist',
  saves: broadcastsRead,
  build: (draw) => {
    const shape = draw.shape(draw.integer(1, 3));
    return mul(draw.input(shape), broadcastTo(draw.input(shape.slice(1)), shape));
  },
};

export const broadcastLast = /* @__PURE__ */ defineRule({
  name: 'broadcast-last',
  match: () => op(({ isElementwise }) => isElementwise),
  when: ({ root }, graph) => {
    if (root.inputs.length !== 1) return false;
    const x = graph.node(root.inputs[0]!);
    return x.op === broadcastOp && graph.hasOneUser(x.id) && sizeOf(graph.node(x.inputs[0]!).type.shape) < sizeOf(x.type.shape);
  },
  rewrite: ({ root }, graph) => {
    const x = graph.node(root.inputs[0]!);
    return graph.op(broadcastOp, [graph.op(root.op, [graph.node(x.inputs[0]!)], root.attrs)], { shape: x.type.shape });
  },
});

export const broadcastLastNotes: RuleNotes = {
  rule: broadcastLast,
  because: 'an elementwise op on the elements before they are repeated computes each of them once',
  saves: bytes,
  build: (draw) => {
    const shape = draw.shape(draw.integer(0, 2));
    return neg(broadcastTo(draw.input(shape), [draw.integer(2, 3), ...shape]));
  },
};
