import { unfoldError, Tensor, type Shape } from '@unfoldjs/core';
import { addPass, settleLayouts } from '@unfoldjs/core/rules';
import { graphOf, type OnnxGraph, type ValueInfo } from './model/graph.js';
import { readModel } from './model/read-model.js';
import { constantsOf, withParam, type Constants } from './run/params.js';
import { readSource, type OnnxSource } from './read-source.js';
import { assertSupported } from './run/support.js';
import { traceGraph, type Watch } from './run/trace.js';
import { Value } from './run/value.js';
import { summarize, type OnnxSummary, type OnnxSummaryOptions } from './summary.js';

/** The parameters of a model by their names in the file. Filters of convolutions are `[KH, KW, I, O]`, all others as in the file. */
export type OnnxParams = Readonly<Record<string, Tensor>>;

export interface ApplyOptions {
  /** Names of tensors to give instead of the model's outputs: where to cut it. Default: its outputs. */
  readonly outputs?: readonly string[];
}

/** A model that was read from an ONNX file. */
export interface OnnxModel {
  /** What goes in, in order. Free sizes have names, or are null. */
  readonly inputs: readonly ValueInfo[];
  readonly outputs: readonly ValueInfo[];
  /** A plain tree: optimizers, `summary` and safetensors of @unfoldjs/nn work on it. */
  readonly params: OnnxParams;
  /**
   * The outputs for some inputs, as lazy tensors: part of the same graph as everything else, and differentiable. Shapes are those of the
   * file (`[N, C, H, W]` for most).
   *
   * @param params - `model.params`, or as many others of the same shapes.
   * @param inputs - one for each of `model.inputs`, in order.
   * @throws {UnfoldError} INVALID_ARGUMENT for missing inputs, parameters or outputs; SHAPE_MISMATCH for sizes that the file forbids;
   * UNSUPPORTED_OP with the node's name, where a shape depends on data.
   */
  apply(params: OnnxParams, inputs: readonly Tensor[], options?: ApplyOptions): Tensor[];
  /** A table of the nodes for inputs of some shapes. @throws {UnfoldError} as `apply`; INVALID_ARGUMENT where a size is free and not given. */
  summary(options?: OnnxSummaryOptions): OnnxSummary;
}

export interface ImportOptions {
  /**
   * Reads a file beside the model: weights that lie outside. Default: from the folder of the model, where that is a path or a URL; else refused.
   */
  readonly readExternal?: (location: string) => Uint8Array | Promise<Uint8Array>;
  /**
   * Takes inputs of any batch size, also where the file fixes one (exporters like to fix 1). A node that gives its result the fixed size is refused
   * by `apply` with its name; cut the model before it. Default: false.
   */
  readonly freeBatch?: boolean;
}

/**
 * Reads an ONNX model: opsets 7 to 27, float32 convolutional networks.
 *
 * @param source - the bytes of the file, a path (in Node), a URL, or a Blob or File.
 * @throws {UnfoldError} INVALID_FILE for a file that is broken; UNSUPPORTED_OP with every node that cannot be read.
 * @source https://github.com/onnx/onnx/blob/main/docs/IR.md
 * @example
 * import { setBackend, tensor } from '@unfoldjs/core';
 * import { cpu } from '@unfoldjs/backend-cpu';
 * import { exportOnnx, importOnnx } from '@unfoldjs/onnx';
 * await setBackend(cpu());
 * const bytes = await exportOnnx((x) => x.mul(2).add(1), [tensor([1, 2])]);
 * const model = await importOnnx(bytes);
 * const [y] = model.apply(model.params, [tensor([3, 4])]);
 * await y.data(); // Float32Array [7, 9]
 */
export async function importOnnx(source: OnnxSource, options: ImportOptions = {}): Promise<OnnxModel> {
  const { bytes, readExternal } = await readSource(source, options.readExternal);
  const proto = readModel(bytes);
  const graph = graphOf(proto, await readExternal(proto));
  assertSupported(graph);
  addPass(settleLayouts);
  return modelOf(options.freeBatch ? withFreeBatch(graph) : graph, constantsOf(graph));
}

const withFreeBatch = (graph: OnnxGraph): OnnxGraph => {
  const freed = (info: ValueInfo): ValueInfo => ({ ...info, shape: info.shape?.map((dim, axis) => (axis === 0 && typeof dim === 'number' ? 'N' : dim)) ?? null });
  return { ...graph, inputs: graph.inputs.map(freed), outputs: graph.outputs.map(freed) };
};

function modelOf(graph: OnnxGraph, constants: Constants): OnnxModel {
  const params = Object.fromEntries(constants.params);
  const all = new Set([...graph.inputs.map(({ name }) => name), ...constants.values.keys(), ...graph.nodes.flatMap(({ outputs }) => outputs)]);

  const trace = (given: OnnxParams, inputs: readonly Tensor[], wanted: readonly string[], watch?: Watch): Value[] => {
    const values = new Map(constants.values);
    for (const name of constants.params.keys()) {
      const tensor = Object.hasOwn(given, name) ? given[name] : undefined;
      if (!(tensor instanceof Tensor)) throw refuse('params', `the parameter \`${name}\` is missing.`, 'pass all of `model.params`, or a tree with the same names.');
      values.set(name, withParam(values.get(name)!, tensor));
    }
    graph.inputs.forEach((info, i) => values.set(info.name, Value.of(checkedInput(info, inputs[i]))));
    traceGraph(graph, values, wanted, watch);
    return wanted.map((name) => values.get(name)!);
  };

  return {
    inputs: graph.inputs,
    outputs: graph.outputs,
    params,
    apply(given, inputs, options = {}) {
      if (!Array.isArray(inputs) || inputs.length !== graph.inputs.length) throw refuse('inputs', `it takes ${graph.inputs.length} (${graph.inputs.map(({ name }) => name).join(', ')}).`, 'pass an array with one tensor for each.');
      if (given === null || typeof given !== 'object') throw refuse('params', 'it is no tree of tensors.', 'pass `model.params`.');
      const wanted = options.outputs ?? graph.outputs.map(({ name }) => name);
      const unknown = wanted.filter((name) => !all.has(name) || name === '');
      if (unknown.length > 0) throw refuse('outputs', `the model has no tensor ${unknown.map((name) => `\`${name}\``).join(', ')}.`, 'use names of `summary()`.');
      return trace(given, inputs, wanted).map(({ tensor }) => tensor);
    },
    summary: (options = {}) => summarize(graph, constants, options, (inputs, watch) => trace(params, inputs, graph.outputs.map(({ name }) => name), watch)),
  };
}

const refuse = (argument: string, problem: string, fix: string): Error => unfoldError({ code: 'INVALID_ARGUMENT', op: 'apply', argument, problem, fix });

/** Sizes that the file names must fit; free ones may be anything. */
export function checkedInput({ name, shape }: ValueInfo, tensor: unknown): Tensor {
  if (!(tensor instanceof Tensor)) throw refuse('inputs', `\`${name}\` is no tensor.`, 'pass a tensor.');
  const fits = shape === null || (shape.length === tensor.rank && shape.every((dim, axis) => typeof dim !== 'number' || dim === tensor.shape[axis]));
  if (fits) return tensor;
  throw unfoldError({
    code: 'SHAPE_MISMATCH',
    op: 'apply',
    argument: 'inputs',
    problem: `\`${name}\` is declared as ${formatDims(shape)}.`,
    fix: 'pass a tensor of that shape; free sizes have names.',
    operands: [{ name, type: tensor.type }],
  });
}

export const formatDims = (shape: readonly unknown[] | Shape | null): string => (shape ? `[${shape.map((dim) => dim ?? '?').join(', ')}]` : 'anything');

