/** What a set of samples says: the middle, and how far the middle half of them spreads. */
export interface Summary {
  readonly median: number;
  /** The lower quartile. */
  readonly low: number;
  /** The upper quartile. */
  readonly high: number;
  readonly count: number;
}

/** The value below which the share `q` (0 to 1) of the samples lies, interpolated between neighbours. NaN for no samples. */
export function quantile(samples: readonly number[], q: number): number {
  const sorted = [...samples].sort((a, b) => a - b);
  const at = q * (sorted.length - 1);
  const below = sorted[Math.floor(at)] ?? NaN;
  const above = sorted[Math.ceil(at)] ?? NaN;
  return below + (above - below) * (at - Math.floor(at));
}

export const median = (samples: readonly number[]): number => quantile(samples, 0.5);

export const summarize = (samples: readonly number[]): Summary => ({
  median: median(samples),
  low: quantile(samples, 0.25),
  high: quantile(samples, 0.75),
  count: samples.length,
});

/**
 * How many times slower `slow` is than `fast`, from samples taken in the same rounds: round i gives one ratio, so that a load which
 * comes and goes falls on both. `isNoise` where ratios from more than one round in eight stand on the other side of 1.
 *
 * @throws RangeError where the two were not sampled equally often.
 */
export function ratioOf(slow: readonly number[], fast: readonly number[]): Summary & { readonly isNoise: boolean } {
  if (slow.length !== fast.length || slow.length === 0) throw new RangeError(`${slow.length} samples against ${fast.length}: a ratio needs rounds that have both`);
  const ratios = slow.map((time, round) => time / fast[round]!);
  return { ...summarize(ratios), isNoise: quantile(ratios, 0.125) <= 1 && quantile(ratios, 0.875) >= 1 };
}

/** The slope of log(y) over log(x) by least squares: 1 for linear growth, 2 for quadratic. */
export function logLogSlope(x: readonly number[], y: readonly number[]): number {
  const u = x.map(Math.log);
  const v = y.map(Math.log);
  const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [meanU, meanV] = [mean(u), mean(v)];
  const covariance = u.reduce((sum, value, i) => sum + (value - meanU) * (v[i]! - meanV), 0);
  return covariance / u.reduce((sum, value) => sum + (value - meanU) ** 2, 0);
}
