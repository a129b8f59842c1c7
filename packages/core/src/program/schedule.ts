import { topologicalOrder, type Graph, type NodeId } from '../graph/graph.js';

/** The order in which the steps run: operands before users, nothing that no output needs. */
export function schedule(graph: Graph): NodeId[] {
  return topologicalOrder(graph.nodes, [...graph.inputs, ...graph.outputs]);
}
