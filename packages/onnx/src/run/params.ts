import { transpose, type Tensor } from '@unfoldjs/core';
import type { OnnxGraph } from '../model/graph.js';
import { tensorOf, transposed, type HostArray } from '../model/host-array.js';
import { constantOf } from '../ops/constant.js';
import { filterPerm } from '../ops/conv.js';
import { onnxOps } from '../ops/index.js';
import { Call } from './call.js';
import { Value } from './value.js';

/** What is known before any input: parameters and constants. */
export interface Constants {
  /** Values by name; those of parameters as they are in the file. */
  readonly values: ReadonlyMap<string, Value>;
  /** The trained ones: lazy tensors by name, filters as [KH, KW, I, O]. */
  readonly params: ReadonlyMap<string, Tensor>;
}

/** Where tensors are read: the ops, and which input it is. */
function usesOf({ nodes, outputs }: OnnxGraph): Map<string, { readonly op: string; readonly input: number }[]> {
  const uses = new Map<string, { op: string; input: number }[]>();
  const add = (name: string, op: string, input: number): void => {
    const found = uses.get(name);
    if (found) found.push({ op, input });
    else uses.set(name, [{ op, input }]);
  };
  for (const { op, inputs } of nodes) inputs.forEach((name, input) => add(name, op, input));
  for (const { name } of outputs) add(name, '', 0);
  return uses;
}

/**
 * Names of tensors on whose elements a shape, an axis or a limit depends. What is computed from inputs cannot be known, nor make others so.
 * There may be nodes that are not read: `inspectOnnx` lists them.
 */
function knownNames({ nodes, inputs }: OnnxGraph): Set<string> {
  const fromData = new Set(inputs.map(({ name }) => name));
  for (const node of nodes) if (!onnxOps.get(node.op)?.readsShapes && node.inputs.some((name) => fromData.has(name))) for (const output of node.outputs) fromData.add(output);
  const names = new Set<string>();
  for (const node of [...nodes].reverse()) {
    const { knownInputs, readsShapes } = onnxOps.get(node.op) ?? {};
    const areAll = !readsShapes && node.outputs.some((name) => names.has(name) && !fromData.has(name));
    node.inputs.forEach((name, input) => {
      if (areAll || knownInputs?.includes(input)) names.add(name);
    });
  }
  return names;
}

const isFilter = ({ op, input }: { op: string; input: number }): boolean => input === 1 && (op === 'Conv' || op === 'ConvTranspose');

/**
 * Initialisers of floats that some operator calculates with are parameters, and so are constant nodes of several floats: exporters write
 * weights as either. Sizes, scales and limits are not, nor is what nobody reads. Filters of convolutions, and of nothing else, are laid out once.
 */
export function constantsOf(graph: OnnxGraph): Constants {
  const uses = usesOf(graph);
  const known = knownNames(graph);
  const values = new Map<string, Value>();
  const params = new Map<string, Tensor>();
  const take = (name: string, host: HostArray, isInitializer: boolean): void => {
    const own = uses.get(name) ?? [];
    const isTrained = host.dtype === 'float32' && own.length > 0 && !known.has(name) && (isInitializer || host.data.length > 1);
    if (!isTrained) {
      values.set(name, Value.known(host));
      return;
    }
    const perm = host.shape.length > 2 && own.every(isFilter) ? filterPerm(host.shape.length) : null;
    const tensor = tensorOf(perm ? transposed(host, perm) : host);
    params.set(name, tensor);
    values.set(name, Value.param(tensor, host, perm));
  };
  for (const [name, host] of graph.initializers) take(name, host, true);
  for (const node of graph.nodes) if (node.op === 'Constant') take(node.outputs[0]!, constantOf(new Call(node, [])), false);
  return { values, params };
}

/** The parameter `name` given by the user in place of the file's own. */
export function withParam(own: Value, tensor: Tensor): Value {
  return tensor === own.tensor ? own : Value.param(tensor, own.host!, own.perm);
}

/** A parameter as the file lays it out. */
export const asInFile = (tensor: Tensor, perm: readonly number[] | null): Tensor => (perm ? transpose(tensor, perm.map((_, axis) => perm.indexOf(axis))) : tensor);

