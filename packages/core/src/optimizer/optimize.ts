import { attrsKey } from '../expr/attrs.js';
import { graft, type NodeSink } from '../graph/graft.js';
import { constantOp, topologicalOrder, type ConstantPool, type Graph, type GraphNode, type NodeId } from '../graph/graph.js';
import type { Target } from './target.js';

/** Placeholder pipeline: decomposes what the target does not support. */
export function optimize(graph: Graph, { pool, target }: { pool: ConstantPool; target: Target }): Graph {
  let current = graph;
  for (;;) {
    const nodes: Record<NodeId, GraphNode> = {};
    const keys = new Map<string, NodeId>();
    const moved = new Map<NodeId, NodeId>();
    let nextId = current.nextId;
    let changed = false;
    const sink: NodeSink = {
      add(op, inputs, attrs, type) {
        const key = `${op.id}|${attrsKey(attrs)}|${inputs.join()}|${type.dtype}`;
        const found = keys.get(key);
        if (found !== undefined && !op.isLeaf) return found;
        nodes[nextId] = { op, inputs, attrs, type };
        keys.set(key, nextId);
        return nextId++;
      },
      addConstant(data, type) {
        nodes[nextId] = { op: constantOp, inputs: [], attrs: { key: pool.add(data) }, type };
        return nextId++;
      },
    };
    for (const id of topologicalOrder(current.nodes, [...current.inputs, ...current.outputs])) {
      const node = current.nodes[id]!;
      const inputs = node.inputs.map((input) => moved.get(input)!);
      if (node.op.isLeaf || node.op.isView || node.op.isPrimitive || target.supports(callOf(node, current)) === true) {
        nodes[id] = { ...node, inputs };
        moved.set(id, id);
        continue;
      }
      changed = true;
      const types = node.inputs.map((input) => current.nodes[input]!.type);
      moved.set(
        id,
        graft((tensors) => node.op.decompose(tensors, node.attrs, node.type)!, inputs.map((input, i) => ({ id: input, type: types[i]! })), sink),
      );
    }
    current = { nextId, nodes, inputs: current.inputs, outputs: current.outputs.map((id) => moved.get(id)!) };
    if (!changed) return current;
  }
}

const callOf = (node: GraphNode, graph: Graph) => ({
  op: node.op,
  attrs: node.attrs,
  inputs: node.inputs.map((input) => graph.nodes[input]!.type),
  output: node.type,
});
