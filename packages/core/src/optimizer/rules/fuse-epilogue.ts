import { scalarOp } from '../../expr/leaves.js';
import type { OpDef } from '../../expr/op-def.js';
import type { GraphNode } from '../../graph/graph.js';
import { add } from '../../ops/elementwise/add.js';
import { less } from '../../ops/elementwise/less.js';
import { mul } from '../../ops/elementwise/mul.js';
import { relu } from '../../ops/elementwise/relu.js';
import { where } from '../../ops/elementwise/where.js';
import type { ElementwiseBody } from '../../ops/fused/body.js';
import { convFilterMatmulOp } from '../../ops/fused/conv-filter-matmul.js';
import { convInputMatmulOp } from '../../ops/fused/conv-input-matmul.js';
import { convMatmulOp } from '../../ops/fused/conv-matmul.js';
import { fusedElementwiseOp } from '../../ops/fused/fused-elementwise.js';
import { matmulEpilogueOp } from '../../ops/fused/matmul-epilogue.js';
import { matmul, matmulOp } from '../../ops/linalg/matmul.js';
import { reshape, reshapeOp } from '../../ops/shape/reshape.js';
import { sameShape, sizeOf, type Shape } from '../../types/shape.js';
import type { RuleNotes } from '../notes.js';
import { steps } from '../measure.js';
import { op } from '../pattern.js';
import { defineRule, type Builder } from '../rule.js';
import { bodyBuilder, maxInstructions, maxOperands } from './body.js';
import { fuseElementwise } from './fuse-elementwise.js';

const isProduct = (op: OpDef): boolean => op === matmulOp || op === matmulEpilogueOp || op === convMatmulOp || op === convFilterMatmulOp || op === convInputMatmulOp;

/** A product that nobody else reads, among the operands of an elementwise node, perhaps under another shape. */
function productUnder(root: GraphNode, graph: Builder): { operand: GraphNode; product: GraphNode } | null {
  for (const id of new Set(root.inputs)) {
    const operand = graph.node(id);
    if (!sameShape(operand.type.shape, root.type.shape) || !graph.hasOneUser(id)) continue;
    if (isProduct(operand.op)) return { operand, product: operand };
    if (operand.op !== reshapeOp) continue;
    const product = graph.node(operand.inputs[0]!);
    if (isProduct(product.op) && graph.hasOneUser(product.id)) return { operand, product };
  }
  return null;
}

/** An operand that broadcasts to `from`, so shaped that it broadcasts to `to`; null where that takes more than a reshape. */
function reshaped(operand: GraphNode, from: Shape, to: Shape, graph: Builder): GraphNode | null {
  const { shape } = operand.type;
  const size = sizeOf(shape);
  const view = (target: Shape): GraphNode =>
    sameShape(shape, target) ? operand : graph.op(reshapeOp, [operand], { shape: target });
  if (operand.op === scalarOp || sameShape(from, to)) return operand;
  if (sameShape(shape, from)) return view(to);
  if (size === 1) return view([1]);
  const isLastAxisAlone = size === shape[shape.length - 1];
  return isLastAxisAlone && from[from.length - 1] === to[to.length - 1] ? view([size]) : null;
}

/** `root` as the last instructions of the product that it reads. */
function absorb(root: GraphNode, body: ElementwiseBody | null, graph: Builder): GraphNode | null {
  const found = productUnder(root, graph);
  if (!found) return null;
  const { operand, product } = found;
  const { epilogue = [], ...attrs } = product.attrs as { epilogue?: ElementwiseBody };
  const [a, b, ...extras] = product.inputs.map((id) => graph.node(id));

  const others = new Map<number, GraphNode>();
  for (const id of root.inputs) {
    if (id === operand.id) continue;
    const other = reshaped(graph.node(id), root.type.shape, product.type.shape, graph);
    if (!other) return null;
    others.set(id, other);
  }
  const inputs = root.inputs.map((id) => others.get(id)?.id ?? id);
  const builder = bodyBuilder(graph, { operands: extras, body: epilogue, firstInput: 1 });
  builder.define(operand.id, epilogue.length === 0 ? { input: 0 } : { step: epilogue.length - 1 });
  if (body) builder.appendBody(root, body, inputs);
  else builder.append({ ...root, inputs });
  if (builder.operands.length > maxOperands || builder.body.length > maxInstructions) return null;

  const op = (product.op === matmulOp ? matmulEpilogueOp : product.op) as OpDef;
  const fused = graph.ifSupported(op, [a!, b!, ...builder.operands], { ...attrs, epilogue: builder.body });
  if (!fused || sameShape(fused.type.shape, root.type.shape)) return fused;
  return graph.op(reshapeOp, [fused], { shape: root.type.shape });
}

export const fuseEpilogue = /* @__PURE__ */ defineRule({
  name: 'fuse-epilogue',
  match: () => op(({ isElementwise }) => isElementwise),
  rewrite: ({ root }, graph) => absorb(root, null, graph),
});

export const fuseEpilogueNotes: RuleNotes = {
  rule: fuseEpilogue,
  because:
    'each element of a product is still in a register when it is stored: bias, residual and activation cost no pass over memory there',
  saves: steps,
  build: (draw) => {
    const [m, k, n] = draw.shape(3) as [number, number, number];
    const product = matmul(draw.input([m, k]), draw.input([k, n]));
    return draw.pick([
      () => relu(add(product, draw.input([n]))),
      () => mul(draw.input([m, n]), product),
      () => add(reshape(product, [1, m, n]), draw.input([n])),
    ])();
  },
};

export const fuseBodyIntoEpilogue = /* @__PURE__ */ defineRule({
  name: 'fuse-body-into-epilogue',
  match: () => op(fusedElementwiseOp as OpDef),
  rewrite: ({ root }, graph) => absorb(root, root.attrs.body as ElementwiseBody, graph),
});

export const fuseBodyIntoEpilogueNotes: RuleNotes = {
  rule: fuseBodyIntoEpilogue,
  because: 'the fused ops are all that reads the product, so they can run where it is stored',
  saves: steps,
  first: [fuseElementwise],
  build: (draw) => {
    const [m, k, n] = draw.shape(3) as [number, number, number];
    const product = matmul(draw.input([m, k]), draw.input([k, n]));
    return draw.pick([() => mul(product, relu(product)), () => add(mul(product, product), add(product, draw.input([n])))])();
  },
};

/** An operand of an epilogue that is elementwise, of the product's shape, and read by nobody else. */
function inlinable(root: GraphNode, graph: Builder): GraphNode | null {
  if (!isProduct(root.op) || root.inputs.length < 3) return null;
  for (const id of root.inputs.slice(2)) {
    const operand = graph.node(id);
    const isCode = operand.op.isElementwise || operand.op === (fusedElementwiseOp as OpDef);
    const isReadOnce = graph.hasOneUser(id) && !root.inputs.slice(0, 2).includes(id);
    if (isCode && isReadOnce && sameShape(operand.type.shape, root.type.shape)) return operand;
  }
  return null;
}

export const fuseOperandIntoEpilogue = /* @__PURE__ */ defineRule({
  name: 'fuse-operand-into-epilogue',
  match: () => op(isProduct),
  when: ({ root }, graph) => (root.attrs.epilogue as ElementwiseBody | undefined)?.length !== 0 && inlinable(root, graph) !== null,
  rewrite: ({ root }, graph) => {
    const operand = inlinable(root, graph)!;
    const [a, b, ...extras] = root.inputs.map((id) => graph.node(id));
    const builder = bodyBuilder(graph, { operands: extras.filter(({ id }) => id !== operand.id), firstInput: 1 });
    builder.define(root.id, { input: 0 });
    if (operand.op.isElementwise) builder.append(operand);
    else builder.appendBody(operand, operand.attrs.body as ElementwiseBody, operand.inputs);
    builder.appendBody(root, root.attrs.epilogue as ElementwiseBody, [root.id, ...extras.map(({ id }) => id)]);
    if (builder.operands.length > maxOperands || builder.body.length > maxInstructions) return null;
    return graph.ifSupported(root.op, [a!, b!, ...builder.operands], { ...root.attrs, epilogue: builder.body });
  },
});

export const fuseOperandIntoEpilogueNotes: RuleNotes = {
  rule: fuseOperandIntoEpilogue,
  because: 'what only an epilogue reads can be computed there, element by element: the mask of an activation in a gradient, say',
  saves: steps,
  first: [fuseEpilogue],
  build: (draw) => {
    const [m, k, n] = draw.shape(3) as [number, number, number];
    const product = matmul(draw.input([m, k]), draw.input([k, n]));
    const y = draw.input([m, n]);
    return draw.pick([() => where(less(0, y), product, 0), () => mul(product, relu(y)), () => add(mul(product, 2), mul(y, draw.input([n])))])();
  },
};
