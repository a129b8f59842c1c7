import type { HostArray } from '../../model/host-array.js';
import type { ExportCall } from '../call.js';
import type { Wire, WrittenNode } from '../graph-writer.js';
import { isSameShape } from '../sizes.js';
import { identity, type Perm, type Value } from '../value.js';
import { becomes } from './reduce.js';

/** Known numbers, one for all or one a channel, as [channels]. */
export function constantVector({ graph }: ExportCall<unknown>, { data, dtype }: HostArray, hint: string | null, channels: number): Wire {
  if (data.length === channels) return graph.constant({ dtype, shape: [channels], data }, hint);
  return graph.constant({ dtype, shape: [channels], data: new Float32Array(channels).fill(data[0]!) });
}

/** The same, if they are that along axis `at` of a tensor whose axes lie in the order `perm`. */
function perChannel(call: ExportCall<unknown>, input: Value, perm: Perm, at: number, channels: number): Wire | null {
  const { host } = input;
  if (!host || host.dtype !== 'float32' || input.rank > perm.length) return null;
  const axis = perm[at]! - (perm.length - input.rank);
  return host.data.length === 1 || (host.data.length === channels && host.shape[axis] === channels) ? constantVector(call, host, input.hint, channels) : null;
}

/** An operand with the node that makes it, which nothing else reads, and the other operand as one number for each of its channels. */
function foldable(call: ExportCall<unknown>, canTake: (node: WrittenNode, product: Value) => boolean): { product: Value; node: WrittenNode; numbers: Wire } | null {
  for (const [at, other] of [[0, 1], [1, 0]] as const) {
    const product = call.input(at);
    const node = call.isSole[at] ? product.maker : null;
    const perm = product.perms[0];
    if (!node || !perm || !canTake(node, product) || !isSameShape(product.sizes, call.shape)) continue;
    const [channels, last] = product.sizes[perm[1]!]!;
    const numbers = channels === last ? perChannel(call, call.input(other), perm, 1, channels) : null;
    if (numbers) return { product, node, numbers };
  }
  return null;
}

const asItIs = (value: Value): Value => value.transposed(identity(value.rank), true);

/** A bias that becomes part of the convolution, product or norm that it is added to. */
export function withBias(call: ExportCall<unknown>): Value | null {
  const isMatrix = ({ op }: WrittenNode): boolean => op === 'MatMul' || op === 'Gemm';
  const found = foldable(call, (node, { rank, dtype }) => node.affine !== undefined || (node.inputs.length === 2 && (node.op === 'Conv' || node.op === 'ConvTranspose' || (isMatrix(node) && rank === 2 && dtype === 'float32'))));
  if (!found) return null;
  const { product, node, numbers } = found;
  node.inputs[2] = numbers;
  delete node.affine;
  if (isMatrix(node)) node.op = 'Gemm';
  return asItIs(product);
}

/** A factor that becomes part of the norm that it scales. */
export function withScale(call: ExportCall<unknown>): Value | null {
  const found = foldable(call, ({ affine }) => affine === 'none');
  if (!found) return null;
  found.node.inputs[1] = found.numbers;
  found.node.affine = 'scaled';
  return asItIs(found.product);
}

/** A sum that is divided by the number of its terms is a mean, whatever the free sizes are. */
export function withMean(call: ExportCall<unknown>): Value | null {
  const sum = call.operand(0);
  const node = call.isSole[0] ? sum.maker : null;
  const divisors = call.known(1);
  if (!node?.sum || !divisors?.every(({ data }, trace) => data.length === 1 && data[0] === node.sum!.terms[trace]) || sum.dtype !== 'float32') return null;
  const { axes } = node.sum;
  delete node.sum;
  const isOfImages = sum.rank === 4 && axes.join() === '2,3' && node.attributes['keepdims'] === 1;
  if (isOfImages) Object.assign(node, { op: 'GlobalAveragePool', inputs: node.inputs.slice(0, 1), attributes: {} });
  else becomes(call.graph, node, 'ReduceMean', axes);
  return asItIs(sum);
}
