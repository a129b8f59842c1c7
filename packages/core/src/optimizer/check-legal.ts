import type { OpCall } from '../backend/contract.js';
import { unfoldError } from '../errors/unfold-error.js';
import { Refusal } from '../errors/refuse.js';
import type { Graph, NodeId } from '../graph/graph.js';
import { viewOf } from '../graph/view.js';
import { formatType, sameType } from '../types/tensor-type.js';
import type { Target } from './target.js';

/** The call that a node is, as `supports` is asked about it. */
export const callOf = (graph: Graph, id: NodeId): OpCall => {
  const { op, attrs, inputs, type } = graph.nodes[id]!;
  return { op, attrs, inputs: inputs.map((input) => graph.nodes[input]!.type), output: type };
};

/**
 * Checks that operands exist and that every type is what its op infers.
 *
 * @throws {UnfoldError} ILLEGAL_GRAPH in the name of the pass that left it so.
 */
export function checkTypes(graph: Graph, pass: string): void {
  const illegal = (id: NodeId, problem: string) =>
    unfoldError({
      code: 'ILLEGAL_GRAPH',
      op: graph.nodes[id]?.op.name ?? 'graph',
      problem: `after the pass ${pass}, node ${id} ${problem}`,
      fix: 'this is a fault of a rule of that pass: find it with `bisect`.',
      source: graph.nodes[id]?.source,
    });
  for (const id of [...graph.outputs, ...graph.inputs]) if (!graph.nodes[id]) throw illegal(id, 'does not exist.');
  for (const id of viewOf(graph).order) {
    const { op, inputs, attrs, type } = graph.nodes[id]!;
    for (const input of inputs) if (!graph.nodes[input]) throw illegal(id, `reads node ${input}, which does not exist.`);
    if (op.isLeaf) continue;
    try {
      const inferred = op.infer(
        inputs.map((input) => graph.nodes[input]!.type),
        attrs,
      );
      if (!sameType(inferred, type)) throw illegal(id, `is ${formatType(type)}, and ${op.name} gives ${formatType(inferred)}.`);
    } catch (fault) {
      if (fault instanceof Refusal) throw illegal(id, `is refused: ${fault.problem}`);
      throw fault;
    }
  }
}

/**
 * Checks that the target runs every node.
 *
 * @throws {UnfoldError} UNSUPPORTED_OP with the op, its operands, the user's line where it is known, and the others that could.
 */
export function checkSupported(graph: Graph, target: Target, alternatives: readonly Target[] = []): void {
  for (const id of viewOf(graph).order) {
    const { op, inputs, source } = graph.nodes[id]!;
    if (op.isLeaf || op.isView) continue;
    const call = callOf(graph, id);
    const reason = target.supports(call);
    if (reason === true) continue;
    const able = alternatives.filter((other) => other !== target && other.supports(call) === true).map(({ name }) => name);
    throw unfoldError({
      code: 'UNSUPPORTED_OP',
      op: op.name,
      problem: `the backend ${target.name} does not run it on these operands: ${reason}.`,
      fix:
        able.length > 0
          ? `run on ${able.join(' or ')}, which ${able.length === 1 ? 'does' : 'do'}.`
          : 'choose another backend with `setBackend`: `cpu()` runs everything.',
      operands: inputs.map((input, i) => ({ name: op.argName(i), type: graph.nodes[input]!.type })),
      source,
    });
  }
}
