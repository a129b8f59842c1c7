import type { TypedArray } from '@unfoldjs/core';
import type { Accuracy } from '../accuracy.js';
import { compounded, gamma, ulp, unit } from './bounds.js';

/** What a bound is worked out from. */
export interface GradientCase {
  readonly op: string;
  readonly data: readonly TypedArray[];
  /** The gradient of the loss with respect to the result. */
  readonly dy: TypedArray;
  readonly attrs: Readonly<Record<string, unknown>>;
  readonly accuracy: Accuracy;
  /** The gradient for the operand, in doubles. */
  readonly exact: TypedArray;
  /** The same gradient of absolute values of `dy`: what shares add up to before they cancel. */
  absolute(): TypedArray;
}

/** How far element `at` of the gradient for operand `operand` may be from the exact one. */
export type GradientBound = (given: GradientCase, operand: number) => (at: number) => number;

/** The absolute error of a function of the accuracy table, for these operands, where it gives `value`. */
function errorOf(name: string, { accuracy }: GradientCase, value: number, ...operands: readonly number[]): number {
  const { ulps, absolute = 0, ulpsPerUnit = 0 } = accuracy[name]!;
  const size = operands.reduce((product, x) => product * (1 + Math.abs(x)), 1);
  return (ulps + ulpsPerUnit * size) * ulp * Math.abs(value) + absolute;
}

/** A product with a factor that is off by `error`, rounded. */
const scaled = (exact: number, dy: number, error: number): number => Math.abs(dy) * error * (1 + unit) + unit * Math.abs(exact);

/** For ops of which each element of a gradient depends on one element of each operand: what the formula of the gradient rounds. */
const elements: Readonly<Record<string, (given: GradientCase, operand: number, at: number) => number>> = {
  // dy * exp(x)
  exp: (given, _, at) => scaled(given.exact[at]!, given.dy[at]!, errorOf('exp', given, Math.exp(given.data[0]![at]!), given.data[0]![at]!)),
  // dy / x
  log: (given, _, at) => errorOf('div', given, given.exact[at]!),
  // dy * 0.5 / sqrt(x): halving rounds nothing
  sqrt: (given, _, at) => compounded((given.accuracy.sqrt!.ulps + given.accuracy.div!.ulps) * ulp) * Math.abs(given.exact[at]!),
  // dy * cos(x)
  sin: (given, _, at) => scaled(given.exact[at]!, given.dy[at]!, errorOf('cos', given, Math.cos(given.data[0]![at]!))),
  // -(dy * sin(x))
  cos: (given, _, at) => scaled(given.exact[at]!, given.dy[at]!, errorOf('sin', given, Math.sin(given.data[0]![at]!))),
  // dy * (1 - tanh(x)^2): the square, up to 1, doubles the error of tanh; it and the difference round once each
  tanh(given, _, at) {
    const y = Math.tanh(given.data[0]![at]!);
    const error = errorOf('tanh', given, y);
    return scaled(given.exact[at]!, given.dy[at]!, error * (2 * Math.abs(y) + error) + 2 * unit * (1 + error) ** 2);
  },
  // dy / b, and -(dy * (a / b) / b)
  div: (given, operand, at) => compounded((operand === 0 ? 1 : 2) * given.accuracy.div!.ulps * ulp + operand * unit) * Math.abs(given.exact[at]!),
  // dy * (b * a^(b - 1)), and dy * (a^b * log(a)); a rounded exponent e moves the power by |e log(a)| * unit of itself
  pow(given, operand, at) {
    const [a, b] = [given.data[0]![at]!, given.data[1]![at]!];
    const exponent = operand === 0 ? b - 1 : b;
    const power = a ** exponent;
    const moved = operand === 0 ? compounded(Math.abs(exponent * Math.log(a)) * unit) : 0;
    const own = errorOf('pow', given, power * (1 + moved), a, exponent) + moved * power;
    if (operand === 0) return scaled(given.exact[at]!, given.dy[at]!, scaled(b * power, b, own));
    const logarithm = Math.log(a);
    const factor = own * (Math.abs(logarithm) + errorOf('log', given, logarithm)) + power * errorOf('log', given, logarithm);
    return scaled(given.exact[at]!, given.dy[at]!, factor * (1 + unit) + unit * Math.abs(power * logarithm));
  },
};

export const ofElements =
  (op: string): GradientBound =>
  (given, operand) =>
  (at) =>
    elements[op]!(given, operand, at);

/** Each element is one quotient. */
export const ofQuotients: GradientBound = ({ exact, accuracy }) => (at) => compounded(accuracy.div!.ulps * ulp) * Math.abs(exact[at]!);

/** Sums of at most one share, a quotient, of each element of a window. */
export const ofShares: GradientBound = ({ attrs, accuracy, absolute }) => {
  const [height, width] = attrs.window as readonly [number, number];
  const most = absolute();
  const each = gamma(height * width) + compounded(accuracy.div!.ulps * ulp) * (1 + gamma(height * width));
  return (at) => each * most[at]!;
};
