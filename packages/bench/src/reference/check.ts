import { convolve, wide, expectedOf } from './forward.js';
import { termsOf, type Network, type Params } from '../workloads/network.js';

const unitRoundoff = 2 ** -24;

/** gamma_n of error analysis: n roundings of float32 in a row change a value by no more than this share. */
export const gamma = (n: number): number => (n * unitRoundoff) / (1 - n * unitRoundoff);

/**
 * What an engine promises of its sums. `every-order`: each is some order of float32 additions of the products, which bounds every
 * element by itself. `half-digits`: the largest error is under sqrt(u) of the largest element, half of float32's digits: what is
 * asked of transforms (Winograd) and of several layers in a row, whose bounds by elements say nothing any more.
 */
export type Promise32 = 'every-order' | 'half-digits';

const largest = (values: Float64Array): number => values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);

/**
 * The largest error over the largest element.
 *
 * @throws Error with the first element that is off by more than `bound(i)`.
 */
function compare(id: string, result: ArrayLike<number>, expected: Float64Array, bound: (i: number) => number): number {
  if (result.length !== expected.length) throw new Error(`${id}: ${result.length} elements instead of ${expected.length}`);
  let worst = 0;
  for (let i = 0; i < expected.length; i++) {
    const error = Math.abs(result[i]! - expected[i]!);
    if (!(error <= bound(i))) throw new Error(`${id}: element ${i} is ${result[i]}, not ${expected[i]}: off by ${error}, bound ${bound(i)}`);
    worst = Math.max(worst, error);
  }
  return worst / largest(expected);
}

const halfDigits = (expected: Float64Array): (() => number) => {
  const bound = Math.sqrt(unitRoundoff) * largest(expected);
  return () => bound;
};

/**
 * Checks what an engine gave for a network against plain float64 loops. Each output of a convolution sums K products; whatever the
 * order, every product passes at most K roundings, so that |computed - exact| <= gamma_K * sum |x| |w|.
 *
 * @returns the largest error over the largest element.
 * @throws Error with the first element out of bounds.
 * @source N. J. Higham, Accuracy and Stability of Numerical Algorithms, 2nd ed., section 3.1
 */
export function checkNetwork(network: Network, x: Float32Array, params: readonly Params[], result: ArrayLike<number>, promise: Promise32): number {
  const expected = expectedOf(network, x, params);
  const [layer, ...more] = network.layers;
  if (promise === 'half-digits' || more.length > 0 || layer?.kind !== 'conv' || layer.bias) return compare(network.id, result, expected, halfDigits(expected));
  const absolute = convolve(wide(x.map(Math.abs), network.input), layer, Float64Array.from(params[0]!.kernel, Math.abs)).data;
  const share = gamma(termsOf(layer));
  return compare(network.id, result, expected, (i) => share * absolute[i]!);
}

/** The same for a square product: `a` times `b`, `[size, size]` each, as a 1 x 1 convolution of a row of pixels. */
export const checkMatmul = (id: string, size: number, a: Float32Array, b: Float32Array, result: ArrayLike<number>, promise: Promise32): number =>
  checkNetwork(
    { id, title: id, input: [1, 1, size, size], layers: [{ kind: 'conv', filters: [1, 1, size, size], stride: 1, dilation: 1, depthwise: false, bias: false, relu: false }], scaled: false },
    a,
    [{ kernel: b, kernelShape: [1, 1, size, size], bias: null }],
    result,
    promise,
  );

/** @throws Error with the first loss that is not the reference's to half of float32's digits. */
export const checkLosses = (id: string, losses: readonly number[], expected: readonly number[]): number => compare(`${id}, losses`, losses, Float64Array.from(expected), halfDigits(Float64Array.from(expected)));
