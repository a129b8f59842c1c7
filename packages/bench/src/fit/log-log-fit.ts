import { logLogSlope } from '@unfoldjs/measure';

export interface LogLogFit {
  /** 1 for linear growth, 2 for quadratic. */
  readonly slope: number;
  /** The share of the spread of log(y) that the line explains. 1 where there is nothing to explain. */
  readonly r2: number;
  /** y of the line where x is 1. */
  readonly factor: number;
}

/**
 * The line through log(y) over log(x) by least squares.
 *
 * @throws RangeError for fewer than two sizes, or values that have no logarithm.
 */
export function logLogFit(x: readonly number[], y: readonly number[]): LogLogFit {
  if (x.length !== y.length || new Set(x).size < 2) throw new RangeError(`a line needs two sizes or more with a value each, not ${x.length} and ${y.length}`);
  if (![...x, ...y].every((value) => value > 0 && Number.isFinite(value))) throw new RangeError('only positive numbers have a logarithm');
  const slope = logLogSlope(x, y);
  const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [u, v] = [x.map(Math.log), y.map(Math.log)];
  const intercept = mean(v) - slope * mean(u);
  const squares = (values: readonly number[]): number => values.reduce((sum, value) => sum + value ** 2, 0);
  const total = squares(v.map((value) => value - mean(v)));
  const left = squares(v.map((value, i) => value - intercept - slope * u[i]!));
  return { slope, r2: total === 0 ? 1 : 1 - left / total, factor: Math.exp(intercept) };
}
