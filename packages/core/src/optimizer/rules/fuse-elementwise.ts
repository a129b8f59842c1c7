import { scalarOp } from '../../expr/leaves.js';
import type { NodeId, GraphNode } from '../../graph/graph.js';
import { add } from '../../ops/elementwise/add.js';
import { exp } from '../../ops/elementwise/exp.js';
import { mul } from '../../ops/elementwise/mul.js';
import { neg } from '../../ops/elementwise/neg.js';
import { relu } from '../../ops/elementwise/relu.js';
import { fusedElementwiseOp } from '../../ops/fused/fused-elementwise.js';
import { sameShape } from '../../types/shape.js';
import type { RuleNotes } from '../notes.js';
import { steps } from '../measure.js';
import { op } from '../pattern.js';
import { defineRule, type Builder } from '../rule.js';
import { bodyBuilder, maxInstructions, maxOperands } from './body.js';

/**
 * The elementwise nodes that can run together with `root`, users before operands: those of its shape that only the group reads.
 * A smaller operand is left outside, because inside it would be computed once for every element of the result.
 */
function groupOf(root: GraphNode, graph: Builder): GraphNode[] {
  const group: GraphNode[] = [];
  const operands = new Set<NodeId>();
  const readInside = new Map<NodeId, number>();
  const candidates: GraphNode[] = [root];
  for (let member = candidates.shift(); member; member = candidates.shift()) {
    const added = member.inputs.filter((id) => !operands.has(id) && graph.node(id).op !== scalarOp);
    const grown = operands.size + new Set(added).size - (operands.has(member.id) ? 1 : 0);
    if (group.length === maxInstructions || (grown > maxOperands && member !== root)) continue;
    group.push(member);
    operands.delete(member.id);
    for (const id of added) operands.add(id);
    for (const id of new Set(member.inputs)) {
      const count = (readInside.get(id) ?? 0) + 1;
      readInside.set(id, count);
      const operand = graph.node(id);
      if (
        operand.op.isElementwise &&
        count === graph.userCount(id) &&
        !graph.isOutput(id) &&
        sameShape(operand.type.shape, root.type.shape)
      )
        candidates.push(operand);
    }
  }
  return group;
}

export const fuseElementwise = /* @__PURE__ */ defineRule({
  name: 'fuse-elementwise',
  match: () => op(({ isElementwise }) => isElementwise),
  rewrite: ({ root }, graph) => {
    const group = groupOf(root, graph);
    if (group.length < 2) return null;
    const { append, operands, body } = bodyBuilder(graph);
    for (const member of group.reverse()) append(member);
    return graph.ifSupported(fusedElementwiseOp, operands, { body, dtype: root.type.dtype });
  },
});

export const fuseElementwiseNotes: RuleNotes = {
  rule: fuseElementwise,
  because: 'elementwise ops that read each other run as one pass over memory, without the results in between',
  saves: steps,
  build: (draw) => {
    const shape = draw.shape(draw.integer(0, 3));
    const [x, y] = [draw.input(shape), draw.input(shape.slice(draw.integer(0, shape.length)))];
    const inner = draw.pick([neg, relu, exp])(x);
    return draw.pick([() => add(mul(inner, y), 1), () => relu(inner), () => mul(inner, add(inner, y))])();
  },
};
