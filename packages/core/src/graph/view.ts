import { topologicalOrder, type Graph, type NodeId } from './graph.js';

/** What is derived from a graph and asked for again and again: who reads each node, and an order of the whole. */
export interface GraphView {
  /** Every node that an output or an input names, operands before users. */
  readonly order: readonly NodeId[];
  /** The nodes that read a node, each once. */
  usersOf(id: NodeId): readonly NodeId[];
  isOutput(id: NodeId): boolean;
}

/** Of the newest graph alone: passes go from one graph to the next. Its table is weak and new each time: that of one for all keeps the size to which it grew. */
let newest = new WeakMap<Graph, GraphView>();
const none: readonly NodeId[] = [];

/** The view of a graph. Kept while no other is looked at: a graph never changes, so a pass in which nothing fires leaves it to the next. */
export function viewOf(graph: Graph): GraphView {
  const known = newest.get(graph);
  if (known) return known;
  const view = makeView(graph);
  newest = new WeakMap([[graph, view]]);
  return view;
}

function makeView(graph: Graph): GraphView {
  const users = new Map<NodeId, NodeId[]>();
  for (const key in graph.nodes) {
    const id = Number(key);
    for (const input of graph.nodes[id]!.inputs) {
      const list = users.get(input);
      if (!list) users.set(input, [id]);
      else if (list[list.length - 1] !== id) list.push(id);
    }
  }
  const outputs = new Set(graph.outputs);
  let order: readonly NodeId[] | null = null;
  return {
    get order() {
      return (order ??= topologicalOrder(graph.nodes, [...graph.inputs, ...graph.outputs]));
    },
    usersOf: (id) => users.get(id) ?? none,
    isOutput: (id) => outputs.has(id),
  };
}
