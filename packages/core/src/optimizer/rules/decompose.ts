import { argumentOp } from '../../expr/leaves.js';
import { expressionOrder } from '../../graph/lower.js';
import { relu } from '../../ops/elementwise/relu.js';
import { apply } from '../../tensor/operand.js';
import type { Tensor } from '../../tensor/tensor.js';
import type { RuleExample } from '../example.js';
import type { Measure, Measured } from '../measure.js';
import { any, type NodeRef } from '../pattern.js';
import { defineRule, type Builder } from '../rule.js';

const isComposite = ({ op }: Pick<NodeRef, 'op'>): boolean => !op.isLeaf && !op.isView && !op.isPrimitive;

/** Definitions that must be put in the place of ops until the target runs all of them. */
const definitions: Measure = {
  unit: 'definitions to expand',
  of: (node, graph) => countDefinitions(node, graph),
};

function countDefinitions(root: NodeRef, graph: Measured): number {
  let count = 0;
  const pending: { op: NodeRef['op']; attrs: NodeRef['attrs']; inputs: readonly NodeRef['type'][]; type: NodeRef['type'] }[] = [
    { ...root, inputs: root.inputs.map((id) => graph.node(id).type) },
  ];
  while (pending.length > 0) {
    const { op, attrs, inputs, type } = pending.pop()!;
    if (!isComposite({ op }) || graph.target.supports({ op, attrs, inputs, output: type }) === true) continue;
    count++;
    const holes = inputs.map(({ dtype, shape }, index): Tensor => apply(argumentOp, [], { trace: -3, index, dtype, shape }));
    for (const expr of expressionOrder([op.decompose(holes, attrs, type)!.expr])) {
      if (!expr.op.isLeaf) pending.push({ ...expr, op: expr.op, attrs: expr.attrs, type: expr.type, inputs: expr.inputs.map((input) => input.type) });
    }
  }
  return count;
}

const expand = ({ root }: { readonly root: NodeRef }, graph: Builder): NodeRef =>
  graph.tensors(
    (inputs) => root.op.decompose(inputs, root.attrs, root.type)!,
    root.inputs.map((id) => graph.node(id)),
  );

export const decomposeUnsupported = defineRule({
  name: 'decompose-unsupported',
  because: 'the target has no kernel for the op, and its definition in simpler ops is the same thing',
  match: () => any('root', isComposite),
  when: ({ root }, graph) => !root.op.isConvolution && graph.supports(root) !== true,
  rewrite: expand,
  saves: definitions,
});

/** A target that runs primitives alone. */
const primitivesOnly = { name: 'primitives', supports: ({ op }: { op: NodeRef['op'] }) => op.isPrimitive || `only primitives run` };

export const decomposeUnsupportedExample: RuleExample = {
  rule: decomposeUnsupported,
  build: (draw) => relu(draw.input(draw.shape(draw.integer(0, 3)))),
  target: primitivesOnly,
};

export const lowerConvolution = defineRule({
  name: 'lower-convolution',
  because: 'a convolution is patches times filters, and in that form one matrix product does it all',
  match: () => any('root', ({ op }) => op.isConvolution),
  when: ({ root }, graph) => graph.supports(root) !== true,
  rewrite: expand,
  saves: definitions,
});
