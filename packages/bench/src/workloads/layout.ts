import type { Network, Params } from './network.js';
import { shapesOf } from './network.js';

/** Elements in row-major order with their axes in another order: axis `i` of the result is axis `axes[i]` of the data. */
export function permuted(data: Float32Array, shape: readonly number[], axes: readonly number[]): Float32Array {
  const strides = shape.map((_, axis) => shape.slice(axis + 1).reduce((a, b) => a * b, 1));
  const result = new Float32Array(data.length);
  const index = axes.map(() => 0);
  let from = 0;
  for (let at = 0; at < result.length; at++) {
    result[at] = data[from]!;
    for (let axis = axes.length - 1; axis >= 0; axis--) {
      from += strides[axes[axis]!]!;
      if (++index[axis]! < shape[axes[axis]!]!) break;
      from -= index[axis]! * strides[axes[axis]!]!;
      index[axis] = 0;
    }
  }
  return result;
}

/** `[N,H,W,C]` to `[N,C,H,W]`. */
export const channelsFirst = (data: Float32Array, shape: readonly number[]): Float32Array => permuted(data, shape, [0, 3, 1, 2]);

/** `[N,C,H,W]` to `[N,H,W,C]`, whose shape is given; other ranks as they are. */
export const channelsLast = (data: Float32Array, [n = 1, h = 1, w = 1, c = 1, ...rest]: readonly number[], rank: number): Float32Array =>
  rank === 4 && rest.length === 0 ? permuted(data, [n, c, h, w], [0, 2, 3, 1]) : data;

export const toChannelsFirst = (shape: readonly number[]): number[] => (shape.length === 4 ? [shape[0]!, shape[3]!, shape[1]!, shape[2]!] : [...shape]);

/**
 * The parameters of a network for engines that have channels first: filters `[O,C,KH,KW]` (depthwise `[C*M,1,KH,KW]`), and the rows
 * of a dense layer behind `flatten` in the order in which it then meets them.
 */
export function channelsFirstParams(network: Network, params: readonly Params[]): Params[] {
  const shapes = shapesOf(network);
  let next = 0;
  return network.layers.flatMap((layer, i): Params[] => {
    if (layer.kind !== 'conv' && layer.kind !== 'dense') return [];
    const own = params[next++]!;
    if (layer.kind === 'conv') {
      const [kh, kw, c, o] = layer.filters;
      return [layer.depthwise ? { ...own, kernel: permuted(own.kernel, layer.filters, [2, 3, 0, 1]), kernelShape: [c * o, 1, kh, kw] } : { ...own, kernel: permuted(own.kernel, layer.filters, [3, 2, 0, 1]), kernelShape: [o, c, kh, kw] }];
    }
    const isBehindFlatten = network.layers[i - 1]?.kind === 'flatten';
    return [isBehindFlatten ? { ...own, kernel: permuted(own.kernel, [...shapes[i - 1]!.slice(1), layer.units[1]], [2, 0, 1, 3]) } : own];
  });
}
