import { allocate } from '../types/dtype.js';
import { scalarOp } from '../expr/leaves.js';
import { constantOp, type ConstantPool, type Graph, type NodeId } from '../graph/graph.js';
import type { TensorType } from '../types/tensor-type.js';
import type { Program, ProgramConstant, Step, ValueId } from './program.js';

/** Where a result asked for comes from. Backends see only the outputs that a step makes. */
export type ResultSource =
  | { readonly kind: 'output'; readonly index: number; readonly type: TensorType }
  | { readonly kind: 'input'; readonly index: number; readonly type: TensorType }
  | { readonly kind: 'constant'; readonly constant: ProgramConstant; readonly type: TensorType };

export interface Emitted {
  readonly program: Program;
  /** One for each output of the graph, in order. */
  readonly results: readonly ResultSource[];
}

/**
 * The program of an optimised graph in a given order: views become aliases, leaves inputs and constants, everything else a
 * step. Constants that no step reads are left out.
 */
export function emit(graph: Graph, order: readonly NodeId[], pool: ConstantPool): Emitted {
  const values: TensorType[] = [];
  const valueOf = new Map<NodeId, ValueId>();
  const define = (id: NodeId, type: TensorType): ValueId => {
    const value = values.push(type) - 1;
    valueOf.set(id, value);
    return value;
  };

  const inputs = graph.inputs.map((id) => ({ value: define(id, graph.nodes[id]!.type) }));
  const constants: ProgramConstant[] = [];
  const steps: Step[] = [];
  for (const id of order) {
    const { op, inputs: operands, attrs, type } = graph.nodes[id]!;
    if (valueOf.has(id)) continue;
    if (op === scalarOp) {
      const data = allocate(type.dtype, 1);
      data[0] = attrs.value as number;
      constants.push({ value: define(id, type), data: type.dtype === 'float32' ? Float64Array.of(attrs.value as number) : data });
    } else if (op === constantOp) {
      constants.push({ value: define(id, type), data: pool.get(attrs.key as number) });
    } else if (op.isView) {
      valueOf.set(id, valueOf.get(operands[0]!)!);
    } else {
      const read = operands.map((operand) => ({ value: valueOf.get(operand)!, type: graph.nodes[operand]!.type }));
      steps.push({ op, attrs, inputs: read, output: define(id, type), type });
    }
  }

  const outputs: ValueId[] = [];
  const results = graph.outputs.map((id): ResultSource => {
    const value = valueOf.get(id)!;
    const { type } = graph.nodes[id]!;
    const input = inputs.findIndex((entry) => entry.value === value);
    if (input >= 0) return { kind: 'input', index: input, type };
    const constant = constants.find((entry) => entry.value === value);
    if (constant) return { kind: 'constant', constant, type };
    const known = outputs.indexOf(value);
    return { kind: 'output', index: known >= 0 ? known : outputs.push(value) - 1, type };
  });

  return { program: { values, inputs, constants, steps, outputs }, results };
}
