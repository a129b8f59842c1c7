import { allocate, sizeOf, type Backend, type TypedArray, type TensorType } from '@unfoldjs/core';
import { emit, optimize, schedule, type ConstantPool, type Graph } from '@unfoldjs/core/rules';

/** Small whole numbers, the same ones for every call, so that sums and products are exact in every order. */
export function wholeNumbers(type: TensorType, seed: number): TypedArray {
  const data = allocate(type.dtype, sizeOf(type.shape));
  for (let i = 0; i < data.length; i++) data[i] = type.dtype === 'bool' ? ((i * 7 + seed) % 3) % 2 : ((i * 5 + seed * 3) % 9) - 4;
  return data;
}

/** The outputs of a graph on a backend, with nothing rewritten but what the backend cannot run. */
export async function runGraph(graph: Graph, pool: ConstantPool, backend: Backend): Promise<TypedArray[]> {
  const legal = optimize(graph, { pool, target: backend, level: 0 });
  const { program, results } = emit(legal, schedule(legal), pool);
  const inputs = graph.inputs.map((id, i) => ({ data: wholeNumbers(graph.nodes[id]!.type, i), type: graph.nodes[id]!.type }));
  const executable = program.steps.length > 0 ? await backend.compile(program) : null;
  const buffers = await Promise.all(inputs.map(({ data, type }) => backend.upload(data, type)));
  const outputs = executable ? await executable.run(buffers) : [];
  const values = await Promise.all(
    results.map(async (result): Promise<TypedArray> => {
      if (result.kind === 'input') return inputs[result.index]!.data;
      if (result.kind === 'constant') return rounded(result.constant.data, result.type);
      return backend.read(outputs[result.index]!);
    }),
  );
  executable?.dispose();
  for (const buffer of [...buffers, ...outputs]) backend.free(buffer);
  return values;
}

function rounded(data: TypedArray, { dtype }: TensorType): TypedArray {
  const copy = allocate(dtype, data.length);
  copy.set(data);
  return copy;
}
