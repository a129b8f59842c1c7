import { badArgument, getBackend, Placeholder, Tensor, type Backend, type Shape, type TensorType, type Tree } from '@unfoldjs/core';
import { constantOp, emit, flattenTree, optimize, schedule, traceFunction, type Graph, type Trace } from '@unfoldjs/core/rules';
import { describe } from '../check.js';
import { writeProgram } from './write-program.js';

export interface EncodeProgramOptions {
  /** The backend that it is optimised for: which ops may be fused. Default: the one that `setBackend` chose. */
  readonly backend?: Backend | undefined;
  /** Default: `input`, or `input0`, `input1`, ... */
  readonly inputNames?: readonly string[] | undefined;
  /** Default: the names of the result where it is a record; else `output`, or `output0`, `output1`, ... */
  readonly outputNames?: readonly string[] | undefined;
}

/**
 * A function of tensors as a file that runs without the optimizer: traced once for the given types, optimised for a backend, with every
 * tensor that it closes over as a constant. {@link loadProgram} runs it. The file is safetensors, with the steps as metadata.
 *
 * @param fn - takes one lazy tensor for each input, and returns a tensor, or an array or record of tensors.
 * @param inputs - one tensor or `placeholder` for each argument: their shapes and dtypes, not their elements. No size may be free.
 * @throws {UnfoldError} INVALID_ARGUMENT for free sizes or names that do not fit; whatever the function's operations throw;
 * UNSUPPORTED_OP where the backend cannot run it.
 * @example
 * import { placeholder, setBackend, tensor } from '@unfoldjs/core';
 * import { wasm } from '@unfoldjs/backend-wasm';
 * import { encodeProgram, loadProgram } from '@unfoldjs/nn';
 * await setBackend(wasm());
 * const weights = tensor([[1, 2], [3, 4]]);
 * const file = await encodeProgram((x) => ({ scores: x.matmul(weights).relu() }), [placeholder([1, 2])]);
 *
 * const program = await loadProgram(file, wasm());
 * const { scores } = await program.run({ input: [1, -1] });
 * scores; // => Float32Array [0, 0]
 * await program.dispose();
 */
export async function encodeProgram(fn: (...inputs: Tensor[]) => Tree<Tensor>, inputs: readonly (Tensor | Placeholder)[], options: EncodeProgramOptions = {}): Promise<Uint8Array> {
  if (typeof fn !== 'function') throw refuse('fn', `${describe(fn)} is not a function.`, 'pass a function of tensors.');
  if (!Array.isArray(inputs)) throw refuse('inputs', `${describe(inputs)} is not an array.`, 'pass an array with a tensor or placeholder for each argument.');
  const given = flattenTree(inputs, 'encodeProgram', (leaf): leaf is Tensor | Placeholder => leaf instanceof Tensor || leaf instanceof Placeholder);
  const types = given.leaves.map(typeOf);
  const inputNames = checkNames('inputNames', options.inputNames ?? types.map((_, i) => (types.length === 1 ? 'input' : `input${i}`)), types.length);
  const trace = traceFunction(fn as (...args: never[]) => unknown, given, types);
  const { paths } = flattenTree(trace.result, 'encodeProgram', (leaf): leaf is number => typeof leaf === 'number');
  if (paths.length === 0) throw refuse('fn', 'it returns no tensor.', 'return a tensor, or an array or record of tensors.');
  const outputNames = checkNames('outputNames', options.outputNames ?? paths.map((path, i) => nameOf(path, i, paths.length)), paths.length);

  const backend = options.backend ?? getBackend();
  const { pool } = trace.lowered;
  const graph = optimize(await withConstants(trace, types.length), { pool, target: backend });
  const { program, results } = emit(graph, schedule(graph), pool);

  return writeProgram({
    program,
    madeFor: backend.name,
    inputs: inputNames,
    results: results.map((result, i) => ({
      name: outputNames[i]!,
      value: result.kind === 'output' ? program.outputs[result.index]! : result.kind === 'input' ? program.inputs[result.index]!.value : result.constant.value,
      shape: result.type.shape,
    })),
  });
}

const refuse = (argument: string, problem: string, fix: string) => badArgument('encodeProgram', argument, problem, fix);

function typeOf({ dtype, shape }: Tensor | Placeholder, at: number): TensorType {
  if ((shape as readonly (number | null)[]).includes(null)) {
    throw refuse('inputs', `size ${shape.indexOf(null as never)} of input ${at} is free.`, 'give every size: a program is planned for its shapes. Write a file for each batch size that you need.');
  }
  return { dtype, shape: shape as Shape };
}

function checkNames(argument: string, names: readonly string[], count: number): readonly string[] {
  const twice = names.find((name, at) => typeof name !== 'string' || name === '' || names.indexOf(name) !== at);
  if (names.length !== count || twice !== undefined) throw refuse(argument, names.length !== count ? `it has ${names.length} names for ${count} tensors.` : `${describe(twice)} is empty, no text, or there twice.`, 'give each tensor a name of its own.');
  return names;
}

/** `scores` for a record, `output1` for the second of an array. */
const nameOf = (path: string, at: number, count: number): string => (path === '' ? 'output' : /^\[\d+\]$/.test(path) ? (count === 1 ? 'output' : `output${at}`) : path.replace(/^\[(\d+)\]/, 'output$1'));

/** The graph with what the function read on a backend as constants, so that the optimizer computes with them. */
async function withConstants({ lowered: { graph, pool }, captured }: Trace, argumentCount: number): Promise<Graph> {
  const nodes = { ...graph.nodes };
  for (const [i, leaf] of captured.entries()) {
    const id = graph.inputs[argumentCount + i]!;
    nodes[id] = { ...nodes[id]!, op: constantOp, attrs: { key: pool.add(await new Tensor(leaf).data()) } };
  }
  return { ...graph, nodes, inputs: graph.inputs.slice(0, argumentCount) };
}

