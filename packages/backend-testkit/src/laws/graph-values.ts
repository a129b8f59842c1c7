import { allocate, sizeOf, type Backend, type TensorType, type TypedArray } from '@unfoldjs/core';
import { emit, optimize, schedule, type ConstantPool, type Graph } from '@unfoldjs/core/rules';
import { runOnce } from '../support/call.js';

/** Small whole numbers, the same ones for every call, so that sums and products are exact in every order. */
export function wholeNumbers(type: TensorType, seed: number): TypedArray {
  const data = allocate(type.dtype, sizeOf(type.shape));
  for (let i = 0; i < data.length; i++) data[i] = type.dtype === 'bool' ? ((i * 7 + seed) % 3) % 2 : ((i * 5 + seed * 3) % 9) - 4;
  return data;
}

/** The outputs of a graph on a backend, with nothing rewritten but what the backend cannot run. */
export async function graphValues(graph: Graph, pool: ConstantPool, backend: Backend): Promise<TypedArray[]> {
  const legal = optimize(graph, { pool, target: backend, level: 0 });
  const { program, results } = emit(legal, schedule(legal), pool);
  const inputs = graph.inputs.map((id, i) => wholeNumbers(graph.nodes[id]!.type, i));
  const outputs = program.steps.length > 0 ? await runOnce(backend, program, inputs) : [];
  return results.map((result) => {
    if (result.kind === 'input') return inputs[result.index]!;
    return result.kind === 'constant' ? rounded(result.constant.data, result.type) : outputs[result.index]!;
  });
}

function rounded(data: TypedArray, { dtype }: TensorType): TypedArray {
  const copy = allocate(dtype, data.length);
  copy.set(data);
  return copy;
}
