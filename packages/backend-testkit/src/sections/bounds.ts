import { sizeOf, type Backend, type TypedArray } from '@unfoldjs/core';
import type { Accuracy } from '../accuracy.js';
import { outputOf, type Call } from '../support/call.js';
import { referenceOf } from '../support/reference.js';

/** The unit roundoff of float32: one rounding moves a value by at most this part of it. */
export const unit = 2 ** -24;

/** One unit in the last place, as the largest part of a value that it can be: what {@link Accuracy} counts. */
export const ulp = 2 ** -23;

/** Relative errors that add up to `sum`, in factors and in divisors: how far they move a value together. */
export const compounded = (sum: number): number => sum / (1 - sum);

/** The bound of n roundings in a row, relative to the sum of absolute terms: Higham's gamma. */
export const gamma = (n: number): number => (n * unit) / (1 - n * unit);

/** How far element i of a float32 result may be from `exact`, the same call in doubles. */
export type Bound = (call: Call, exact: TypedArray, accuracy: Accuracy) => (position: number) => number;

/** The result is one of the operands, or a comparison: nothing rounds. */
export const exactly: Bound = () => () => 0;

/** One operation, as accurate as `accuracy` says. */
export const rounded: Bound = ({ op, data, inputs }, exact, accuracy) => {
  const { ulps, absolute = 0, ulpsPerUnit = 0 } = accuracy[op.name]!;
  const largest = ulpsPerUnit === 0 ? 0 : data.reduce((most, values, i) => (inputs[i]!.dtype === 'float32' ? most * (1 + maxAbs(values)) : most), 1);
  return (i) => (ulps + ulpsPerUnit * largest) * 2 ** -23 * Math.abs(exact[i]!) + absolute;
};

const maxAbs = (values: TypedArray): number => {
  let most = 0;
  for (const value of values) if (Number.isFinite(value)) most = Math.max(most, Math.abs(value));
  return most;
};

/** A sum of `terms` terms in any order: gamma times the sum of their absolute values, which the same op computes. */
export const summed =
  (terms: (call: Call) => number): Bound =>
  (call) => {
    const factor = gamma(terms(call));
    const absolute = referenceOf({ ...call, data: call.data.map((data, i) => (call.inputs[i]!.dtype === 'float32' ? data.map(Math.abs) : data)) }, 'float64');
    return (i) => factor * absolute[i]!;
  };

/** Elements that each element of the result stands for. */
export const termsOfReduction = (call: Call): number => sizeOf(call.inputs[0]!.shape) / Math.max(1, sizeOf(outputOf(call).shape));

export const multiplied: Bound = (call, exact) => {
  const factor = gamma(termsOfReduction(call));
  return (i) => factor * Math.abs(exact[i]!);
};

/** What a device adds to every bound: results below the normal range that it flushes to zero. */
export const flushed = ({ device }: Backend): number => (device.float32.denormals === 'flushed' ? 2 ** -126 : 0);
