import type { TypedArray } from '@unfoldjs/core';
import type { Accuracy } from '../accuracy.js';
import type { Call } from '../support/call.js';
import { decomposed } from '../support/decomposed.js';
import { compounded, gamma, ulp, unit } from './bounds.js';

/** How far element i of a result may be from `exact`, the op's definition in doubles. */
export type CompositeBound = (call: Call, exact: TypedArray, accuracy: Accuracy) => (position: number) => number;

const relative =
  (sum: (accuracy: Accuracy) => number): CompositeBound =>
  (_, exact, accuracy) => {
    const part = compounded(sum(accuracy));
    return (i) => part * Math.abs(exact[i]!);
  };

/** a / b */
export const ofQuotient = relative(({ div }) => div!.ulps * ulp);

/** 1 / sqrt(x) */
export const ofRootQuotient = relative(({ div, sqrt }) => (div!.ulps + sqrt!.ulps) * ulp);

/** x / (|x| + 1) */
export const ofSumQuotient = relative(({ div }) => unit + div!.ulps * ulp);

/** x * (relu6(x + 3) / 6) */
export const ofHardSwish = relative(({ div }) => 2 * unit + div!.ulps * ulp);

/** e / (1 + e), where e = exp(x) has its error above and below; times x where `products` is 1 */
export const ofSigmoid =
  (products: 0 | 1): CompositeBound =>
  ({ data: [x] }, exact, { div, exp }) =>
  (i) => {
    const each = (exp!.ulps + (exp!.ulpsPerUnit ?? 0) * (1 + Math.abs(x![i]!))) * ulp;
    return compounded(2 * each + (1 + products) * unit + div!.ulps * ulp) * Math.abs(exact[i]!);
  };

/** A sum of the elements of a window, divided by their number. */
export const ofAverages: CompositeBound = (call, _, { div }) => {
  const [height, width] = call.attrs.window as readonly [number, number];
  const absolute = decomposed({ ...call, data: call.data.map((data) => data.map(Math.abs)) }, 'float64');
  const part = compounded(gamma(height * width) + div!.ulps * ulp);
  return (i) => part * absolute[i]!;
};

/** Of a line: what its elements are apart at most, and the relative error of any exp(x - max) and of their sum. */
function exponentials({ data: [x], inputs: [type], attrs }: Call, { exp }: Accuracy): { apart: number; each: number; sum: number } {
  let [least, most] = [Infinity, -Infinity];
  for (const value of x!) [least, most] = [Math.min(least, value), Math.max(most, value)];
  const apart = Math.max(0, most - least);
  // A difference is rounded once, which moves its exponential by that much of itself, and the exponential has its own error.
  const each = compounded(apart * unit) + (exp!.ulps + (exp!.ulpsPerUnit ?? 0) * (1 + apart)) * ulp;
  return { apart, each, sum: each + gamma(type!.shape[attrs.axis as number]!) };
}

/** exp(x - max) / sum(exp(x - max)) */
export const ofSoftmax: CompositeBound = (call, exact, accuracy) => {
  const { each, sum } = exponentials(call, accuracy);
  const part = compounded(each + sum + accuracy.div!.ulps * ulp);
  return (i) => part * exact[i]!;
};

/** (x - max) - log(sum(exp(x - max))), where the sum is from 1 to the length of the line */
export const ofLogSoftmax: CompositeBound = (call, exact, accuracy) => {
  const { apart, sum } = exponentials(call, accuracy);
  const log = accuracy.log!;
  const largest = Math.log(Math.max(1, call.inputs[0]!.shape[call.attrs.axis as number]!));
  const moved = compounded(sum);
  const error = apart * unit + moved + log.ulps * ulp * (largest + moved) + (log.absolute ?? 0);
  return (i) => error * (1 + unit) + unit * Math.abs(exact[i]!);
};
