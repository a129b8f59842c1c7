import { topologicalOrder, type Graph, type NodeId } from '../graph/graph.js';
import { bytesOf } from '../types/tensor-type.js';

/**
 * The order in which the steps run: operands before users, nothing that no output needs, and of two orders the one with the lower
 * peak: operands in the order in which they were written, or the one that computes the more demanding operand first (the rule that is
 * optimal for trees). Linear in the size of the graph, but for the sorting of each node's operands.
 *
 * @source R. Sethi, J. D. Ullman, "The generation of optimal code for arithmetic expressions", JACM 17(4), 1970
 */
export function schedule(graph: Graph): NodeId[] {
  const asWritten = topologicalOrder(graph.nodes, [...graph.inputs, ...graph.outputs]);
  const demandingFirst = orderByDemand(graph, asWritten);
  return peakBytes(graph, demandingFirst) < peakBytes(graph, asWritten) ? demandingFirst : asWritten;
}

/** Bytes a node's result occupies among the intermediates: views and leaves occupy none of their own. */
const sizeIn = (graph: Graph, id: NodeId): number => {
  const { op, type } = graph.nodes[id]!;
  return op.isLeaf || op.isView ? 0 : bytesOf(type);
};

/** The most bytes that intermediates and outputs occupy at once when the nodes run in this order. */
export function peakBytes(graph: Graph, order: readonly NodeId[]): number {
  const uses = new Map<NodeId, number>();
  const rootOf = new Map<NodeId, NodeId>();
  for (const id of order) {
    const { op, inputs } = graph.nodes[id]!;
    rootOf.set(id, op.isView ? rootOf.get(inputs[0]!)! : id);
    if (op.isView) continue;
    for (const root of distinctRoots(inputs, rootOf)) uses.set(root, (uses.get(root) ?? 0) + 1);
  }
  for (const id of graph.outputs) uses.set(rootOf.get(id)!, Infinity);

  let live = 0;
  let peak = 0;
  for (const id of order) {
    const { op, inputs } = graph.nodes[id]!;
    if (op.isView) continue;
    live += sizeIn(graph, id);
    peak = Math.max(peak, live);
    for (const root of distinctRoots(inputs, rootOf)) {
      const left = uses.get(root)! - 1;
      uses.set(root, left);
      if (left === 0) live -= sizeIn(graph, root);
    }
  }
  return peak;
}

const distinctRoots = (inputs: readonly NodeId[], rootOf: ReadonlyMap<NodeId, NodeId>): Set<NodeId> => new Set(inputs.map((id) => rootOf.get(id)!));

/** Depth first, the operand whose own computation needs most beyond its result first. */
function orderByDemand(graph: Graph, order: readonly NodeId[]): NodeId[] {
  const need = new Map<NodeId, number>();
  const sorted = new Map<NodeId, readonly NodeId[]>();
  for (const id of order) {
    const excess = (operand: NodeId) => need.get(operand)! - sizeIn(graph, operand);
    const operands = [...new Set(graph.nodes[id]!.inputs)].sort((a, b) => excess(b) - excess(a));
    let held = 0;
    let most = 0;
    for (const operand of operands) {
      most = Math.max(most, held + need.get(operand)!);
      held += sizeIn(graph, operand);
    }
    need.set(id, Math.max(most, held + sizeIn(graph, id)));
    sorted.set(id, operands);
  }
  const roots = [...graph.inputs, ...[...new Set(graph.outputs)].sort((a, b) => need.get(b)! - need.get(a)!)];
  return topologicalOrder(graph.nodes, roots, (id) => sorted.get(id)!);
}
