import type { OpDef } from '../../expr/op-def.js';
import type { GraphNode } from '../../graph/graph.js';
import { add, addOp } from '../../ops/elementwise/add.js';
import { cast, castOp } from '../../ops/elementwise/cast.js';
import { ceil, ceilOp } from '../../ops/elementwise/ceil.js';
import { div, divOp } from '../../ops/elementwise/div.js';
import { floor, floorOp } from '../../ops/elementwise/floor.js';
import { logicalNot, logicalNotOp } from '../../ops/elementwise/logical-not.js';
import { maximum, maxOp } from '../../ops/elementwise/maximum.js';
import { minimum, minOp } from '../../ops/elementwise/minimum.js';
import { mul, mulOp } from '../../ops/elementwise/mul.js';
import { neg, negOp } from '../../ops/elementwise/neg.js';
import { relu, reluOp } from '../../ops/elementwise/relu.js';
import { relu6, relu6Op } from '../../ops/elementwise/relu6.js';
import { round, roundOp } from '../../ops/elementwise/round.js';
import { abs, absOp } from '../../ops/elementwise/abs.js';
import { sign, signOp } from '../../ops/elementwise/sign.js';
import { square, squareOp } from '../../ops/elementwise/square.js';
import { sub, subOp } from '../../ops/elementwise/sub.js';
import { where, whereOp } from '../../ops/elementwise/where.js';
import { broadcastOp } from '../../ops/shape/broadcast.js';
import type { Tensor } from '../../tensor/tensor.js';
import { sameType } from '../../types/tensor-type.js';
import type { DType } from '../../types/dtype.js';
import type { Draw, RuleNotes } from '../notes.js';
import { inARow, nodes, reads } from '../measure.js';
import { any, number, op } from '../pattern.js';
import { defineRule } from '../rule.js';

// Each holds for NaN, the infinities and -0, bit for bit. x + 0 is missing on purpose: -0 + 0 is 0. So is x * 0: NaN * 0 is NaN.

const anyInput = (draw: Draw, dtype?: DType): Tensor => draw.input(draw.shape(draw.integer(0, 3)), dtype);

export const addNothing = /* @__PURE__ */ defineRule({
  name: 'add-nothing',
  match: () => op([addOp, subOp], any('x'), number('c')),
  when: ({ root, x, c }) => Object.is(c.attrs.value, root.op === addOp && x.type.dtype === 'float32' ? -0 : 0),
  rewrite: ({ x }) => x,
});

export const addNothingNotes: RuleNotes = {
  rule: addNothing,
  because: 'x - 0 and x + -0 are x, for -0 and NaN too',
  saves: nodes,
  build: (draw) =>
    draw.pick([() => sub(anyInput(draw), 0), () => add(anyInput(draw), -0), () => add(anyInput(draw, 'int32'), 0)])(),
};

export const timesOne = /* @__PURE__ */ defineRule({
  name: 'times-one',
  match: () => op([mulOp, divOp], any('x'), number(1)),
  rewrite: ({ x }) => x,
});

export const timesOneNotes: RuleNotes = {
  rule: timesOne,
  because: 'x * 1 and x / 1 are x',
  saves: nodes,
  build: (draw) => draw.pick([mul, div])(anyInput(draw), 1),
};

export const doubleNegation = /* @__PURE__ */ defineRule({
  name: 'double-negation',
  match: () => op(negOp, op(negOp, any('x'))),
  rewrite: ({ x }) => x,
});

export const doubleNegationNotes: RuleNotes = {
  rule: doubleNegation,
  because: 'negating twice gives the number back',
  saves: nodes,
  build: (draw) => neg(neg(anyInput(draw))),
};

export const doubleNot = /* @__PURE__ */ defineRule({
  name: 'double-not',
  match: () => op(logicalNotOp, op(logicalNotOp, any('x'))),
  rewrite: ({ x }) => x,
});

export const doubleNotNotes: RuleNotes = {
  rule: doubleNot,
  because: 'negating a truth twice gives it back',
  saves: nodes,
  build: (draw) => logicalNot(logicalNot(anyInput(draw, 'bool'))),
};

export const addNegated = /* @__PURE__ */ defineRule({
  name: 'add-negated',
  match: () => op([addOp, subOp], any('x'), op(negOp, any('y'))),
  rewrite: ({ root, x, y }, graph) => graph.op(root.op === addOp ? subOp : addOp, [x, y]),
});

export const addNegatedNotes: RuleNotes = {
  rule: addNegated,
  because: 'x + -y is x - y, and x - -y is x + y: IEEE 754 defines subtraction so',
  saves: /* @__PURE__ */ reads(
    'negations added',
    () => [addOp, subOp],
    () => [negOp],
  ),
  build: (draw) => {
    const shape = draw.shape(draw.integer(0, 3));
    return draw.pick([add, sub])(draw.input(shape), neg(draw.input(shape)));
  },
};

export const multiplyNegated = /* @__PURE__ */ defineRule({
  name: 'multiply-negated',
  match: () => op([mulOp, divOp], op(negOp, any('x')), op(negOp, any('y'))),
  when: ({ x }) => x.type.dtype === 'float32',
  rewrite: ({ root, x, y }, graph) => graph.op(root.op, [x, y]),
});

export const multiplyNegatedNotes: RuleNotes = {
  rule: multiplyNegated,
  because: '-x * -y is x * y, and -x / -y is x / y: two signs cancel',
  saves: /* @__PURE__ */ reads(
    'negations multiplied',
    () => [mulOp, divOp],
    () => [negOp],
  ),
  build: (draw) => {
    const shape = draw.shape(draw.integer(0, 3));
    return draw.pick([mul, div])(neg(draw.input(shape)), neg(draw.input(shape)));
  },
};

export const evenOfNegated = /* @__PURE__ */ defineRule({
  name: 'even-of-negated',
  match: () => op([absOp, squareOp], op(negOp, any('x'))),
  rewrite: ({ root, x }, graph) => graph.op(root.op, [x], root.attrs),
});

export const evenOfNegatedNotes: RuleNotes = {
  rule: evenOfNegated,
  because: 'the absolute value and the square do not see a sign',
  saves: /* @__PURE__ */ reads(
    'negations read in vain',
    () => [absOp, squareOp],
    () => [negOp],
  ),
  build: (draw) => draw.pick([abs, square])(neg(anyInput(draw))),
};

export const oneOfTwoEqual = /* @__PURE__ */ defineRule({
  name: 'one-of-two-equal',
  match: () => op([maxOp, minOp], any('x'), any('x')),
  rewrite: ({ x }) => x,
});

export const oneOfTwoEqualNotes: RuleNotes = {
  rule: oneOfTwoEqual,
  because: 'the larger and the smaller of x and x are x',
  saves: nodes,
  build: (draw) => {
    const x = anyInput(draw);
    return draw.pick([maximum, minimum])(x, x);
  },
};

/** Ops that change nothing the second time. */
const idempotentOps = () => [reluOp, relu6Op, absOp, floorOp, ceilOp, roundOp, signOp];

export const idempotent = /* @__PURE__ */ defineRule({
  name: 'idempotent',
  match: () => op(idempotentOps(), op(idempotentOps(), any('x'))),
  when: ({ root }, graph) => graph.node(root.inputs[0]!).op === root.op,
  rewrite: ({ root }, graph) => graph.node(root.inputs[0]!),
});

export const idempotentNotes: RuleNotes = {
  rule: idempotent,
  because: 'the op changes nothing the second time',
  saves: nodes,
  build: (draw) => {
    const f = draw.pick([relu, relu6, abs, floor, ceil, round, sign]);
    return f(f(anyInput(draw)));
  },
};

export const castChain = /* @__PURE__ */ defineRule({
  name: 'cast-chain',
  match: () => op(castOp, op(castOp, any('x'))),
  when: ({ root, x }, graph) => isLossless(x.type.dtype, graph.node(root.inputs[0]!).type.dtype, root.type.dtype),
  rewrite: ({ root, x }, graph) => (x.type.dtype === root.type.dtype ? x : graph.op(castOp, [x], { dtype: root.type.dtype })),
});

/** int32 to float32 rounds, and float32 to int32 cuts: all but "is it zero" may be lost there. */
const isLossless = (from: DType, through: DType, to: DType): boolean =>
  from === 'bool' || from === through || (from === 'int32' && through === 'float32' && to === 'bool');

export const castChainNotes: RuleNotes = {
  rule: castChain,
  because: 'the first cast loses nothing, so the second may start from what was there before',
  saves: /* @__PURE__ */ inARow('casts in a row', () => castOp as OpDef),
  build: (draw) =>
    draw.pick([
      () => cast(cast(anyInput(draw, 'bool'), 'int32'), 'float32'),
      () => cast(cast(anyInput(draw, 'bool'), 'float32'), 'bool'),
      () => cast(cast(anyInput(draw, 'int32'), 'float32'), 'bool'),
    ])(),
};

export const knownChoice = /* @__PURE__ */ defineRule({
  name: 'known-choice',
  match: () => op(whereOp, any('condition'), any('a'), any('b')),
  rewrite: ({ root, condition, a, b }, graph) => {
    const known = graph.elements(condition);
    const sure = a.id === b.id || (known !== null && known.length > 0 && known.every((value) => value === known[0]));
    if (!sure) return null;
    const chosen: GraphNode = a.id === b.id || known![0] !== 0 ? a : b;
    if (sameType(chosen.type, root.type)) return chosen;
    return graph.op(broadcastOp, [chosen], { shape: root.type.shape });
  },
});

export const knownChoiceNotes: RuleNotes = {
  rule: knownChoice,
  because: 'the condition is known, or both choices are the same tensor',
  saves: { unit: 'choices', of: ({ op }) => (op === whereOp ? 1 : 0) },
  build: (draw) => {
    const shape = draw.shape(draw.integer(0, 3));
    const [a, b] = [draw.input(shape), draw.input(shape)];
    return draw.pick([() => where(true, a, b), () => where(false, a, 3), () => where(draw.input(shape, 'bool'), a, a)])();
  },
};
