import { argumentOp } from '../../expr/leaves.js';
import type { GraphNode } from '../../graph/graph.js';
import { expressionOrder } from '../../graph/lower.js';
import { relu } from '../../ops/elementwise/relu.js';
import { conv2d } from '../../ops/image/conv2d.js';
import { apply } from '../../tensor/operand.js';
import type { Tensor } from '../../tensor/tensor.js';
import type { RuleNotes } from '../notes.js';
import type { Measure, Measured } from '../measure.js';
import { op } from '../pattern.js';
import { defineRule, type Builder } from '../rule.js';

const isComposite = ({ op }: Pick<GraphNode, 'op'>): boolean => !op.isLeaf && !op.isView && !op.isPrimitive;

/** Definitions that must be put in the place of ops until the target runs all of them. */
const definitions: Measure = {
  unit: 'definitions to expand',
  of: (node, graph) => countDefinitions(node, graph),
};

function countDefinitions(root: GraphNode, graph: Measured): number {
  let count = 0;
  const pending: {
    op: GraphNode['op'];
    attrs: GraphNode['attrs'];
    inputs: readonly GraphNode['type'][];
    type: GraphNode['type'];
  }[] = [{ ...root, inputs: root.inputs.map((id) => graph.node(id).type) }];
  while (pending.length > 0) {
    const { op, attrs, inputs, type } = pending.pop()!;
    if (!isComposite({ op }) || graph.target.supports({ op, attrs, inputs, output: type }) === true) continue;
    count++;
    const holes = inputs.map(({ dtype, shape }, index): Tensor => apply(argumentOp, [], { trace: -3, index, dtype, shape }));
    for (const expr of expressionOrder([op.decompose(holes, attrs, type)!.expr])) {
      if (!expr.op.isLeaf)
        pending.push({
          ...expr,
          op: expr.op,
          attrs: expr.attrs,
          type: expr.type,
          inputs: expr.inputs.map((input) => input.type),
        });
    }
  }
  return count;
}

const expand = ({ root }: { readonly root: GraphNode }, graph: Builder): GraphNode =>
  graph.tensors(
    (inputs) => root.op.decompose(inputs, root.attrs, root.type)!,
    root.inputs.map((id) => graph.node(id)),
  );

export const decomposeUnsupported = /* @__PURE__ */ defineRule({
  name: 'decompose-unsupported',
  match: () => op((one) => isComposite({ op: one })),
  when: ({ root }, graph) => !root.op.isConvolution && graph.supports(root) !== true,
  rewrite: expand,
});

/** A target that runs primitives alone. */
const primitivesOnly = {
  name: 'primitives',
  supports: ({ op }: { op: GraphNode['op'] }) => op.isPrimitive || `only primitives run`,
};

export const decomposeUnsupportedNotes: RuleNotes = {
  rule: decomposeUnsupported,
  because: 'the target has no kernel for the op, and its definition in simpler ops is the same thing',
  saves: definitions,
  build: (draw) => relu(draw.input(draw.shape(draw.integer(0, 3)))),
  target: primitivesOnly,
};

export const lowerConvolution = /* @__PURE__ */ defineRule({
  name: 'lower-convolution',
  match: () => op(({ isConvolution }) => isConvolution),
  when: ({ root }, graph) => graph.supports(root) !== true,
  rewrite: expand,
});

export const lowerConvolutionNotes: RuleNotes = {
  rule: lowerConvolution,
  because: 'a convolution is patches times filters, and in that form one matrix product does it all',
  saves: definitions,
  build: (draw) => {
    const groups = draw.integer(1, 2);
    const depth = draw.integer(1, 2);
    const x = draw.input([draw.integer(1, 2), draw.integer(3, 5), draw.integer(3, 5), groups * depth]);
    const filters = draw.input([draw.integer(1, 3), draw.integer(1, 3), depth, groups * draw.integer(1, 2)]);
    return conv2d(x, filters, { strides: draw.integer(1, 2), padding: draw.pick(['valid', 'same', 1] as const), groups });
  },
};
