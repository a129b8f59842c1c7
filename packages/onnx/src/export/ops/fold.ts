import type { ExportCall } from '../call.js';
import type { Wire } from '../graph-writer.js';
import { isSame } from '../sizes.js';
import type { Perm, Value } from '../value.js';
import { becomes } from './reduce.js';

/** Known numbers as [channels], where they are one for all or one for each index of axis `at` of a tensor whose axes lie in the order `perm`. */
export function perChannel(call: ExportCall<never>, input: Value, perm: Perm, at: number, channels: number): Wire | null {
  const { host } = input;
  if (!host || host.dtype !== 'float32' || input.rank > perm.length) return null;
  if (host.data.length === 1) return call.graph.constant({ dtype: 'float32', shape: [channels], data: new Float32Array(channels).fill(host.data[0]!) });
  const axis = perm[at]! - (perm.length - input.rank);
  if (host.data.length !== channels || host.shape[axis] !== channels) return null;
  return call.graph.constant({ ...host, shape: [channels] }, input.hint);
}

/** A bias that becomes part of the convolution or product that it is added to. */
export function withBias(call: ExportCall<never>): Value | null {
  for (const [at, other] of [[0, 1], [1, 0]] as const) {
    const product = call.input(at);
    const node = call.isSole[at] ? product.maker : null;
    const perm = product.perms[0];
    if (!node || !perm || node.inputs.length !== 2 || product.rank !== call.shape.length || !product.sizes.every((size, axis) => isSame(size, call.shape[axis]!))) continue;
    const isConvolution = node.op === 'Conv' || node.op === 'ConvTranspose';
    if (!isConvolution && !((node.op === 'MatMul' || node.op === 'Gemm') && product.rank === 2 && product.dtype === 'float32')) continue;
    const [channels, last] = product.sizes[perm[1]!]!;
    const bias = channels === last ? perChannel(call, call.input(other), perm, 1, channels) : null;
    if (!bias) continue;
    if (!isConvolution) node.op = 'Gemm';
    node.inputs.push(bias);
    return product.transposed(product.sizes.map((_, axis) => axis), false);
  }
  return null;
}

/** A sum that is divided by the number of its terms is a mean, whatever the free sizes are. */
export function withMean(call: ExportCall<never>): Value | null {
  const sum = call.operand(0);
  const node = call.isSole[0] ? sum.maker : null;
  const divisors = call.known(1);
  if (!node?.sum || !divisors?.every(({ data }, trace) => data.length === 1 && data[0] === node.sum!.terms[trace]) || sum.dtype !== 'float32') return null;
  becomes(call.graph, node, 'ReduceMean', node.sum.axes);
  return sum.transposed(sum.sizes.map((_, axis) => axis), false);
}
