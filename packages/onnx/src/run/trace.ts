import { Tensor, UnfoldError } from '@unfoldjs/core';
import type { OnnxGraph, OnnxNode } from '../model/graph.js';
import { foldingCap } from '../ops/host-math.js';
import { onnxOps } from '../ops/index.js';
import type { Result } from '../ops/onnx-op.js';
import { Call } from './call.js';
import { Value } from './value.js';

/** Somebody who looks at every node with what goes in and comes out. */
export type Watch = (node: OnnxNode, inputs: readonly (Value | null)[], outputs: readonly (Value | null)[]) => void;

/**
 * Writes the nodes that `wanted` needs as lazy tensors. What is known before anything runs is computed here.
 *
 * @param values - inputs, parameters and constants by name; grows by all that is made.
 * @throws {UnfoldError} that of the op, with the name of the node
 */
export function traceGraph({ nodes }: OnnxGraph, values: Map<string, Value>, wanted: readonly string[], watch?: Watch): void {
  const needed = neededFor(nodes, wanted, values);
  for (const node of nodes) {
    if (!needed.has(node)) continue;
    const inputs = node.inputs.map((name) => (name === '' ? null : values.get(name)!));
    const results = resultsOf(node, inputs);
    const outputs = node.outputs.map((name, i) => {
      if (name === '') return null;
      const result = results[i];
      if (!result) throw new Call(node, inputs).error(`its output ${i} (\`${name}\`) is not made here`, 'use the others alone');
      const value = result instanceof Tensor ? Value.of(result) : Value.known(result);
      values.set(name, value);
      return value;
    });
    watch?.(node, inputs, outputs);
  }
}

/** The nodes without which `wanted` is not made. */
export function neededFor(nodes: readonly OnnxNode[], wanted: readonly string[], values: ReadonlyMap<string, Value>): Set<OnnxNode> {
  const names = new Set(wanted);
  const needed = new Set<OnnxNode>();
  for (const node of [...nodes].reverse()) {
    if (!node.outputs.some((output) => names.has(output) && !values.has(output))) continue;
    needed.add(node);
    for (const input of node.inputs) names.add(input);
  }
  return needed;
}

function resultsOf(node: OnnxNode, inputs: readonly (Value | null)[]): readonly Result[] {
  const op = onnxOps.get(node.op)!;
  const call = new Call(node, inputs);
  try {
    const known = op.fold ? call.known : null;
    const isSmall = known?.every(({ data }) => data.length <= foldingCap);
    const folded = isSmall ? op.fold!(call, known!) : null;
    const results = folded ?? op.run(call);
    return Array.isArray(results) ? results : [results as Result];
  } catch (fault) {
    if (fault instanceof UnfoldError && fault.op !== 'importOnnx') throw call.error(`${fault.op}: ${fault.problem.replace(/\.$/, '')}`, fault.fix.replace(/\.$/, ''));
    throw fault;
  }
}
