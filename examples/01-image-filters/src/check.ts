import { angleBetween, choiceShare, deviation, directionBounds, gradientErrors, linearBounds, magnitudeBounds, type Deviation } from './bound.js';
import type { LinearResults } from './filter-bank.js';
import type { ResultName, Results } from './filters.js';

/** The exact results and, for each linear one, how far a float32 result may be off. */
export interface Referee {
  readonly exact: Results;
  readonly bounds: Readonly<Record<ResultName, Float64Array>>;
}

/**
 * What atan2 may be off by itself, in units of 2^-24: the quotient 3, its arc tangent 3.2 (Cephes: 1.9e-7 of up to pi/4) and 1.3 for the
 * quotient in its reduction, turning by pi/2 1.6 + 0.7 and by pi 3.1 + 1.5 (rounding of the result and of the constant).
 */
const atan2Error = 16 * 2 ** -24;

const linearNames = ['blur', 'sharpen', 'sobel', 'laplacian', 'emboss', 'gabor', 'half', 'atrous', 'coarse'] as const satisfies readonly (keyof LinearResults)[];

/** The referee from float64 results, float64 results of the graph on absolute weights, and the roundings of each result. */
export function refereeOf(exact: Results, absolute: Readonly<Record<keyof LinearResults, ArrayLike<number>>>, roundings: Readonly<Record<keyof LinearResults, number>>): Referee {
  const linear = Object.fromEntries(linearNames.map((name) => [name, linearBounds(absolute[name], roundings[name])])) as Record<keyof LinearResults, Float64Array>;
  const gradient = gradientErrors(linear.sobel);
  const channels = exact.gabor.shape[3]!;
  const worstOfPixel = Float64Array.from({ length: linear.gabor.length / channels }, (_, i) => Math.max(...linear.gabor.subarray(i * channels, (i + 1) * channels)));
  return {
    exact,
    bounds: {
      ...linear,
      magnitude: magnitudeBounds(gradient, exact.magnitude.data),
      direction: directionBounds(gradient, exact.magnitude.data, atan2Error),
      energy: worstOfPixel,
      orientation: worstOfPixel,
    },
  };
}

/** How far the results of a backend are from exact, each against its bound. */
export function checkResults(results: Results, { exact, bounds }: Referee): Record<ResultName, Deviation> {
  const entries = (Object.keys(bounds) as ResultName[]).map((name): [ResultName, Deviation] => {
    const { data } = results[name];
    if (name === 'orientation') return [name, { worst: 0, share: choiceShare(data, exact.gabor.data, bounds.gabor, exact.gabor.shape[3]!) }];
    return [name, deviation(data, exact[name].data, bounds[name], name === 'direction' ? angleBetween : undefined)];
  });
  return Object.fromEntries(entries) as Record<ResultName, Deviation>;
}
