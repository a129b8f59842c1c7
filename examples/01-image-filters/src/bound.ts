// How far a float32 result may lie from the exact one. Derived, not tuned.
//
// A sum of K products in float32, in any order and with or without fused multiply-adds, is sum x_k w_k (1 + d_k) where |d_k| <= gamma_K,
// gamma_n = n u / (1 - n u), u = 2^-24: no product passes more than K roundings (its own and K - 1 additions). Hence
//     |computed - exact|  <=  gamma_K * sum |x_k| |w_k|:  gamma_K times the same convolution of |x| with |w|.
// Convolutions behind one another multiply their factors, and so do the division by 255 and a bias: a result with n roundings
// between it and the pixels is within gamma_n times the whole graph on absolute weights (pixels are not negative). A clip moves no
// two numbers apart. What a device flushes to zero is below 2^-126 a rounding.
//
// The exact values come from the reference backend in float64, whose own error is 2^-29 of the bound; two float32 backends are
// within twice the bound of each other.

const unitRoundoff = 2 ** -24;
const smallestNormal = 2 ** -126;

/** The share by which n roundings in a row may change a value. */
export const gamma = (n: number): number => (n * unitRoundoff) / (1 - n * unitRoundoff);

/** How two results differ. */
export interface Deviation {
  /** The largest difference. */
  readonly worst: number;
  /** The largest difference as a share of its bound: above 1 the bound is broken. */
  readonly share: number;
}

/** Bounds on the error of each element of a linear result. `absolute`: the same graph on absolute weights. */
export const linearBounds = (absolute: ArrayLike<number>, roundings: number): Float64Array =>
  Float64Array.from(absolute, (value) => gamma(roundings) * value + roundings * smallestNormal);

/** Elements against exact ones. `bounds[i]` holds for element i; Infinity asks for nothing. */
export function deviation(result: ArrayLike<number>, exact: ArrayLike<number>, bounds: ArrayLike<number>, difference = subtract): Deviation {
  if (result.length !== exact.length || bounds.length !== exact.length) throw new RangeError(`${result.length} elements against ${exact.length} with ${bounds.length} bounds`);
  let worst = 0;
  let share = 0;
  for (let i = 0; i < exact.length; i++) {
    const error = Math.abs(difference(result[i]!, exact[i]!));
    if (bounds[i] === Infinity) continue;
    // NaN is further than any bound.
    worst = Math.max(worst, Number.isNaN(error) ? Infinity : error);
    share = Math.max(share, Number.isNaN(error) ? Infinity : error === 0 ? 0 : error / bounds[i]!);
  }
  return { worst, share };
}

const subtract = (a: number, b: number): number => a - b;

/** The difference of two angles, from 0 to pi. */
export const angleBetween = (a: number, b: number): number => {
  const turn = Math.abs(a - b) % (2 * Math.PI);
  return Math.min(turn, 2 * Math.PI - turn);
};

/** The error that a gradient (pairs) may have, from the bounds of its components. */
export const gradientErrors = (bounds: ArrayLike<number>): Float64Array => Float64Array.from({ length: bounds.length / 2 }, (_, i) => Math.hypot(bounds[2 * i]!, bounds[2 * i + 1]!));

/**
 * sqrt(gx^2 + gy^2) is no further from the exact length than the gradient itself is, and the ops add at most 2 roundings under the root
 * (halved by it) and 3 of a square root that is off by 2.5 units; squares below 2^-126 may be flushed, which shows as 2^-62.
 */
export const magnitudeBounds = (errors: ArrayLike<number>, exact: ArrayLike<number>): Float64Array =>
  Float64Array.from(errors, (error, i) => error + gamma(4) * (exact[i]! + error) + 2 ** -62);

/**
 * A vector of length m that moves by e < m turns by at most asin(e / m); from e >= m on, every direction is right. `ownError` is what
 * the arc tangent itself may be off.
 */
export const directionBounds = (errors: ArrayLike<number>, lengths: ArrayLike<number>, ownError: number): Float64Array =>
  Float64Array.from(errors, (error, i) => (error >= lengths[i]! ? Infinity : Math.asin(error / lengths[i]!) + ownError));

/**
 * The strongest of some answers is off by no more than the worst of them, and the one that was chosen is among those that could be the
 * strongest: its exact answer plus its bound reaches the exact maximum minus the bound there.
 */
export function choiceShare(chosen: ArrayLike<number>, exactAnswers: ArrayLike<number>, bounds: ArrayLike<number>, choices: number): number {
  let share = 0;
  for (let i = 0; i < chosen.length; i++) {
    let best = 0;
    for (let c = 1; c < choices; c++) if (Math.abs(exactAnswers[i * choices + c]!) > Math.abs(exactAnswers[i * choices + best]!)) best = c;
    const pick = chosen[i]!;
    if (!(Number.isInteger(pick) && pick >= 0 && pick < choices)) return Infinity;
    const lost = Math.abs(exactAnswers[i * choices + best]!) - Math.abs(exactAnswers[i * choices + pick]!);
    if (lost > 0) share = Math.max(share, lost / (bounds[i * choices + best]! + bounds[i * choices + pick]!));
  }
  return share;
}
