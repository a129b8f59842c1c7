import { scalarOp } from '../../expr/leaves.js';
import type { BodyArg, BodyStep, ElementwiseBody } from '../../ops/fused/body.js';
import type { NodeId, GraphNode } from '../../graph/graph.js';
import type { DType } from '../../types/dtype.js';
import type { GraphReader } from '../pattern.js';

/** The most operands and instructions of a fused op: what every backend's kernels can hold, and what keeps the work linear. */
export const maxOperands = 8;
export const maxInstructions = 32;

/** A body in the making: nodes become instructions, whatever else they read becomes operands or numbers. */
export interface BodyBuilder {
  /** Operands in the order in which the fused op takes them. */
  readonly operands: readonly GraphNode[];
  readonly body: ElementwiseBody;
  /** Appends the op of a node. Its operands must be there already, or become operands of the whole. */
  append(node: GraphNode): void;
  /** Appends a whole body; its input i is the node `inputs[i]`. The result stands for `node`. */
  appendBody(node: GraphNode, body: ElementwiseBody, inputs: readonly NodeId[]): void;
  /** Says that an operand of nodes is what argument `as` says. */
  define(id: NodeId, as: BodyArg): void;
}

/** Starts from operands and instructions that are there. `firstInput` counts inputs before the first operand. */
export function bodyBuilder(
  graph: GraphReader,
  start: { operands?: readonly GraphNode[]; body?: ElementwiseBody; firstInput?: number } = {},
): BodyBuilder {
  const { firstInput = 0 } = start;
  const operands: GraphNode[] = [...(start.operands ?? [])];
  const body: BodyStep[] = [...(start.body ?? [])];
  const known = new Map<NodeId, BodyArg>();
  operands.forEach(({ id }, i) => known.set(id, { input: firstInput + i }));

  const argOf = (id: NodeId): BodyArg => {
    let arg = known.get(id);
    if (!arg) {
      const node = graph.node(id);
      if (node.op === scalarOp) arg = { value: node.attrs.value as number, dtype: node.attrs.dtype as DType };
      else arg = { input: firstInput + operands.push(node) - 1 };
      known.set(id, arg);
    }
    return arg;
  };
  return {
    operands,
    body,
    append({ id, op, attrs, inputs, type }) {
      known.set(id, { step: body.push({ op, attrs, args: inputs.map(argOf), dtype: type.dtype }) - 1 });
    },
    appendBody({ id }, steps, inputs) {
      const first = body.length;
      for (const step of steps) {
        const args = step.args.map((arg): BodyArg =>
          'input' in arg ? argOf(inputs[arg.input]!) : 'step' in arg ? { step: first + arg.step } : arg,
        );
        body.push({ ...step, args });
      }
      known.set(id, { step: body.length - 1 });
    },
    define: (id, as) => known.set(id, as),
  };
}
