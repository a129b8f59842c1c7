/**
 * The mean of the largest of `count` numbers that are drawn from the standard normal distribution: of `count` workers the slowest. As
 * E[max] = integral over x > 0 of (1 - F(x)^count) - F(-x)^count, by the trapezoidal rule; F is integrated along the way.
 *
 * @source H. A. David, H. N. Nagaraja, "Order statistics", 3rd edition, 2003, section 3.1
 */
export function expectedMaximum(count: number): number {
  const [end, steps] = [9, 9000];
  const width = end / steps;
  const density = (x: number): number => Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI);
  let below = 0.5;
  let sum = 0;
  let last = 1 - 2 * 0.5 ** count;
  for (let i = 1; i <= steps; i++) {
    below += ((density((i - 1) * width) + density(i * width)) / 2) * width;
    const value = 1 - below ** count - (1 - below) ** count;
    sum += ((last + value) / 2) * width;
    last = value;
  }
  return sum;
}
