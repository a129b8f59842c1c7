import { evaluate, formatType, Placeholder, placeholder, Tensor, unfoldError, type TensorType, type Tree, type UnfoldError } from '@unfoldjs/core';
import { flattenTree, traceFunction, type Trace } from '@unfoldjs/core/rules';
import type { OnnxModel } from '../import-onnx.js';
import type { HostArray } from '../model/host-array.js';
import type { Dim } from '../model/graph.js';
import { pairs } from './call.js';
import { batchName, multiples, tracedInputs, type ExportInput, type TracedInputs } from './free-sizes.js';
import { GraphWriter, type Wire } from './graph-writer.js';
import { exportForms } from './ops/index.js';
import { Refusals } from './refusals.js';
import { Sizes } from './sizes.js';
import { stepsOf } from './steps.js';
import type { Value } from './value.js';
import { writeGraph } from './write-graph.js';

export interface ExportOptions {
  /** The version of ONNX's operators: 13 to 21. Default: 17. */
  readonly opset?: number;
  /** Whether the first axis of every input and output is a free size, called `N`. Default: false, unless a placeholder says so. */
  readonly dynamicBatch?: boolean;
  /** Default: `input`, or `input0`, `input1`, ...; those of the file for a model that was imported. */
  readonly inputNames?: readonly string[];
  /** Default: the names of the result where it is a record; else `output`, or `output0`, `output1`, ... */
  readonly outputNames?: readonly string[];
  /** The name of the graph. Default: `unfold`. */
  readonly name?: string;
  /**
   * Trained tensors that the function uses, so that they keep their names in the file (`conv1.filters`). For a model that was imported:
   * what takes the place of `model.params`. Default: all constants are numbered.
   */
  readonly params?: Tree<Tensor>;
}

/** A model that was imported, or all that the exporter needs of one. */
export type ExportedModel = Pick<OnnxModel, 'inputs' | 'outputs' | 'params' | 'apply'>;

/** The versions of ONNX's operators that are written. */
const opsets = { oldest: 13, newest: 21 } as const;

/**
 * Writes a function of tensors, or a model that was imported, as an ONNX file: the function is traced once, as by `compile`, and each of
 * its ops becomes standard operators. Tensors that it closes over become initialisers. Convolutions, pools and normalisations are written
 * channels first, with their filters `[O, C / groups, KH, KW]`; inputs and outputs keep the shapes that the function has.
 *
 * A model of layers is such a function: `(x) => model.apply(params, [x], { training: false, random: zeros }, state).output`.
 *
 * int32 tensors are int32 in the file. What `gather` reads from outside of its axis is 0 here and an error there.
 *
 * @param fn - takes one lazy tensor for each input, and returns a tensor, or an array or record of tensors.
 * @param inputs - one tensor or `placeholder` for each argument: their shapes and dtypes, not their elements. `null` sizes stay free:
 * `N` for the first axis, `input_1` and so on for others. For a model: default as it declares them.
 * @returns the bytes of the file.
 * @throws {UnfoldError} INVALID_ARGUMENT for an opset that is not written, names that do not fit, or a function that does not work for
 * every free size; UNSUPPORTED_OP with every op that has no form in ONNX, or whose form depends on a free size.
 * @source https://github.com/onnx/onnx/blob/main/docs/Operators.md
 * @example
 * import { placeholder, setBackend, tensor } from '@unfoldjs/core';
 * import { cpu } from '@unfoldjs/backend-cpu';
 * import { exportOnnx, importOnnx } from '@unfoldjs/onnx';
 * await setBackend(cpu());
 * const weights = tensor([[1, 2], [3, 4]]);
 * const bytes = await exportOnnx((x) => x.matmul(weights).relu(), [placeholder([null, 2])], { params: { dense: { weights } } });
 * const model = await importOnnx(bytes);
 * Object.keys(model.params); // => ['dense.weights']
 * const [y] = model.apply(model.params, [tensor([[1, -1], [0, 1]])]);
 * await y.array(); // => [[0, 0], [3, 4]]
 */
export function exportOnnx(fn: Fn, inputs: readonly ExportInput[], options?: ExportOptions): Promise<Uint8Array>;
export function exportOnnx(model: ExportedModel, inputs?: readonly ExportInput[], options?: ExportOptions): Promise<Uint8Array>;
export async function exportOnnx(source: Fn | ExportedModel, given?: readonly ExportInput[], options: ExportOptions = {}): Promise<Uint8Array> {
  const { opset = 17, dynamicBatch = false, name = 'unfold' } = options;
  if (!Number.isInteger(opset) || opset < opsets.oldest || opset > opsets.newest) throw refuse('opset', `${String(opset)} is not written.`, `use ${opsets.oldest} to ${opsets.newest}.`);
  const { fn, inputs, inputNames, outputNames, dims, params } = sourceOf(source, given, options);
  const names = await namesOf(params);
  const { free, types, traces } = tracesOf(fn, (multipleOf) => tracedInputs(inputs, inputNames, { dynamicBatch, multipleOf, dims }));

  const refusals = new Refusals();
  const forms = exportForms();
  const elements = new Map<unknown, HostArray>();
  for (const leaf of traces.flatMap(({ captured }) => captured)) if (!elements.has(leaf)) elements.set(leaf, await elementsOf(leaf, names));
  const [first, second = first] = traces.map(({ lowered, captured }) => stepsOf(lowered, captured.map((leaf) => elements.get(leaf)!), { forms, opset }, refusals));
  refusals.throwIfAny();

  const graph = new GraphWriter(opset);
  const inputWires = inputNames.map((each): Wire => ({ name: each, hint: each }));
  const sizes = new Sizes(free, graph, inputWires);
  const results = writeGraph([first!, second!], { graph, sizes, forms, inputs: inputWires, names, refusals });
  refusals.throwIfAny();

  const { paths } = flattenTree(traces[0]!.result, 'exportOnnx', (leaf): leaf is number => typeof leaf === 'number');
  const outputs = outputNamesOf(paths, outputNames, inputNames).map((each, i) => ({ wire: outputWire(graph, results[i]!, each), value: results[i]! }));
  if (dynamicBatch) for (const { wire, value } of outputs) if (sizes.dimOf(value.sizes[0] ?? [0, 0], '') !== batchName) refuseFixedBatch(wire.name, value);
  return graph.finish({
    name,
    inputs: inputWires.map((wire, i) => ({ wire, dtype: types[0][i]!.dtype, dims: pairs(types[0][i]!, types[1][i]!).map((size) => sizes.dimOf(size, '')) })),
    outputs: outputs.map(({ wire, value }) => ({ wire, dtype: value.dtype, dims: value.sizes.map((size, axis) => sizes.dimOf(size, `${wire.name}_${axis}`)) })),
  });
}

const refuse = (argument: string, problem: string, fix: string, cause?: unknown): UnfoldError => unfoldError({ code: 'INVALID_ARGUMENT', op: 'exportOnnx', argument, problem, fix, cause });

interface Source {
  readonly fn: Fn;
  readonly inputs: readonly ExportInput[];
  readonly inputNames: readonly string[];
  readonly outputNames: readonly string[] | undefined;
  /** The names of free sizes that a model has. */
  readonly dims: readonly (readonly Dim[] | null)[];
  readonly params: Tree<Tensor>;
}

function sourceOf(source: Fn | ExportedModel, given: readonly ExportInput[] | undefined, options: ExportOptions): Source {
  if (typeof source !== 'function' && !isModelLike(source)) throw refuse('fn', 'it is no function.', 'pass a function of tensors (for a model of layers: `(x) => model.apply(params, [x], { training: false, random: zeros }, state).output`), or what `importOnnx` gave.');
  const inputs = given ?? (isModelLike(source) ? source.inputs.map(declaredInput) : null);
  if (!Array.isArray(inputs)) throw refuse('inputs', 'it is no array.', 'pass an array with a tensor or placeholder for each argument.');
  const odd = inputs.findIndex((input) => !(input instanceof Tensor || input instanceof Placeholder));
  if (odd >= 0) throw refuse('inputs', `\`inputs[${odd}]\` is no tensor.`, 'pass tensors, or placeholders: `placeholder([null, 28, 28, 1])`.');
  const own = isModelLike(source) ? source.inputs.map(({ name }) => name) : inputs.map((_, i) => (inputs.length === 1 ? 'input' : `input${i}`));
  const inputNames = checkedNames('inputNames', options.inputNames ?? own, inputs.length);
  const params = options.params ?? (isModelLike(source) ? source.params : {});
  if (typeof source === 'function') return { fn: source, inputs, inputNames, outputNames: options.outputNames, dims: inputs.map(() => null), params };
  return {
    fn: (...tensors) => source.apply(params as OnnxModel['params'], tensors),
    inputs,
    inputNames,
    outputNames: options.outputNames ?? source.outputs.map(({ name }) => name),
    dims: source.inputs.map(({ shape }) => shape),
    params,
  };
}

const isModelLike = (source: unknown): source is ExportedModel => typeof source === 'object' && source !== null && typeof (source as ExportedModel).apply === 'function' && Array.isArray((source as ExportedModel).inputs);

/** @throws {UnfoldError} INVALID_ARGUMENT for an input of which not even the number of axes is known */
function declaredInput({ name, type, shape }: OnnxModel['inputs'][number]): Placeholder {
  if (!shape) throw refuse('inputs', `the model does not declare the shape of \`${name}\`.`, 'pass a placeholder for each input.');
  return placeholder(shape.map((dim) => (typeof dim === 'number' ? dim : null)), type === 'bool' ? 'bool' : /^u?int/.test(type) ? 'int32' : 'float32');
}

function checkedNames(argument: string, names: readonly string[], count: number): readonly string[] {
  if (names.length !== count) throw refuse(argument, `it has ${names.length} names for ${count} tensors.`, 'give each a name.');
  const twice = names.find((each, at) => each === '' || names.indexOf(each) !== at);
  if (twice !== undefined) throw refuse(argument, twice === '' ? 'a name is empty.' : `\`${twice}\` stands there twice.`, 'give each a name of its own.');
  return names;
}

function outputNamesOf(paths: readonly string[], given: readonly string[] | undefined, inputNames: readonly string[]): readonly string[] {
  if (paths.length === 0) throw refuse('fn', 'it returns no tensor.', 'return a tensor, or an array or record of tensors.');
  const own = paths.map((path, i) => (/[a-z]/i.test(path) ? path.replace(/^\[(\d+)\]/, 'output$1') : paths.length === 1 ? 'output' : `output${i}`));
  const names = checkedNames('outputNames', given ?? own, paths.length);
  const both = names.find((each) => inputNames.includes(each));
  if (both !== undefined) throw refuse('outputNames', `\`${both}\` is the name of an input too.`, 'give them other names.');
  return names;
}

type Fn = (...inputs: Tensor[]) => Tree<Tensor>;

/** @throws {UnfoldError} what the function throws; INVALID_ARGUMENT where that may lie with a free size */
function tracesOf(fn: Fn, inputsFor: (multipleOf: number) => TracedInputs): TracedInputs & { traces: Trace[] } {
  const any = inputsFor(1);
  if (any.free.length === 0) return { ...any, traces: [trace(fn, any.types[0])] };
  let cause: unknown;
  for (const inputs of multiples.map(inputsFor)) {
    try {
      return { ...inputs, traces: inputs.types.map((types) => trace(fn, types)) };
    } catch (fault) {
      cause ??= fault;
    }
  }
  throw refuse('fn', `it does not work for every free size: for ${any.types.map((types) => types.map(formatType).join(' and ')).join(', or for ')}, it throws: ${cause instanceof Error ? cause.message.split('\n')[0] : String(cause)}`, 'write it without the sizes of one example (`reshape(x, [-1, 10])`; for a model that was imported: `importOnnx(file, { freeBatch: true })`), or give all sizes.', cause);
}

function trace(fn: Fn, types: readonly TensorType[]): Trace {
  const inputs = types.map(({ shape, dtype }) => placeholder(shape, dtype));
  return traceFunction(fn as (...args: never[]) => unknown, flattenTree(inputs, 'exportOnnx', (leaf): leaf is Placeholder => leaf instanceof Placeholder), types);
}

/** The names of parameters by their elements, which they have afterwards. */
async function namesOf(params: Tree<Tensor>): Promise<Map<unknown, string>> {
  const { leaves, paths } = flattenTree(params, 'exportOnnx', (leaf): leaf is Tensor => leaf instanceof Tensor);
  const lazy = leaves.filter((leaf) => !leaf.isRealised && !leaf.expr.storage);
  if (lazy.length > 0) await evaluate(...lazy);
  const names = new Map<unknown, string>();
  leaves.forEach(({ expr }, i) => names.set(expr.storage?.host ?? expr, paths[i]!));
  return names;
}

/** The elements of data on a backend that the function closes over. They take its name. */
async function elementsOf(leaf: Trace['captured'][number], names: Map<unknown, string>): Promise<HostArray> {
  const host = { ...leaf.type, data: await new Tensor(leaf).data() };
  const name = names.get(leaf);
  if (name !== undefined) names.set(host.data, name);
  return host;
}

/** The wire of an output, under its name. */
function outputWire(graph: GraphWriter, value: Value, name: string): Wire {
  const own = value.wire();
  const isTaken = own.name !== '' || graph.isInitializer(own);
  const wire = isTaken ? graph.op('Identity', [own]) : own;
  wire.name = name;
  return wire;
}

function refuseFixedBatch(name: string, { sizes }: Value): never {
  throw refuse('dynamicBatch', `the first axis of the output \`${name}\` has ${sizes[0]?.[0] ?? 'no'} elements, whatever the batch is.`, 'leave out `dynamicBatch`, and give inputs whose free sizes are null.');
}
