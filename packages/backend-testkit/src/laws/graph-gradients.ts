import { apply, sum, tensor, UnfoldError, type Tensor, type TypedArray } from '@unfoldjs/core';
import { grad } from '@unfoldjs/core/autodiff';
import { constantOp, inputOp, viewOf, type ConstantPool, type Graph, type NodeId } from '@unfoldjs/core/rules';
import { interpret } from '../support/interpret.js';
import { wholeNumbers } from './graph-values.js';

/**
 * The gradients, in doubles, of a graph's float32 outputs, each element with a weight of its own, with respect to its float32 inputs.
 * Null where nothing can be differentiated.
 */
export function graphGradients(graph: Graph, pool: ConstantPool): TypedArray[] | null {
  const data = graph.inputs.map((id, i) => {
    const { type } = graph.nodes[id]!;
    const values = wholeNumbers(type, i);
    // Away from kinks, where definitions of one function may choose different slopes: no zero, and no two inputs alike.
    return tensor(type.dtype === 'float32' ? values.map((value) => value + (2 * i + 1) / 64) : values, type.shape, type.dtype);
  });
  const floats = data.flatMap(({ dtype }, i) => (dtype === 'float32' ? [i] : []));
  const outputs = graph.outputs.filter((id) => graph.nodes[id]!.type.dtype === 'float32');
  if (floats.length === 0 || outputs.length === 0) return null;

  const loss = (leaves: Tensor[]): Tensor => {
    const results = tensorsOf(graph, pool, data.map((given, i) => (floats.includes(i) ? leaves[floats.indexOf(i)]! : given)));
    return outputs.map((id, k) => sum(results.get(id)!.mul(tensor(wholeNumbers(graph.nodes[id]!.type, k + 17), graph.nodes[id]!.type.shape)))).reduce((a, b) => a.add(b));
  };
  try {
    return interpret(grad(loss)(floats.map((i) => data[i]!)), 'float64');
  } catch (error) {
    if (error instanceof UnfoldError && error.code === 'NOT_DIFFERENTIABLE') return null;
    throw error;
  }
}

/** A graph as tensors on the given inputs. */
function tensorsOf(graph: Graph, pool: ConstantPool, inputs: readonly Tensor[]): ReadonlyMap<NodeId, Tensor> {
  const tensors = new Map<NodeId, Tensor>();
  for (const id of viewOf(graph).order) {
    const { op, attrs, type, inputs: operands } = graph.nodes[id]!;
    if (op.name === inputOp.name) tensors.set(id, inputs[attrs.index as number]!);
    else if (op.name === constantOp.name) tensors.set(id, tensor(pool.get(attrs.key as number), type.shape, type.dtype));
    else tensors.set(id, apply(op, operands.map((operand) => tensors.get(operand)!), attrs));
  }
  return tensors;
}
