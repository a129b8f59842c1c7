/** Names a value that is used more than once. */
type Keep = (expression: string) => string;

/** `c[0] * z^n + ... + c[n]`. */
const polynomial = (z: string, coefficients: readonly number[]): string => coefficients.slice(1).reduce((sum, c) => `(${sum} * ${z} + ${c < 0 ? `(${c})` : c})`, String(coefficients[0]).replace(/^-.*/, '($&)'));

/** Pi/2 in three parts, the first ones of so few bits that their product with the number of quarter turns is exact. */
const halfPi = [1.5703125, 4.837512969970703125e-4, 7.54978995489188216e-8] as const;

/**
 * Sine or cosine to some 2 ulps of 1 up to 8192, where WebGPU promises 2^-11: what is left of a whole number of quarter turns, by the polynomials of
 * that quarter.
 *
 * @source https://netlib.org/cephes/single.tgz sinf.c
 */
export function sineOrCosine(name: 'sin' | 'cos', angle: string, keep: Keep): string {
  const x = keep(angle);
  const turns = keep(`Math.floor(${x} * 0.6366197723675814 + 0.5)`);
  const r = keep(`((${x} - ${turns} * ${halfPi[0]}) - ${turns} * ${halfPi[1]}) - ${turns} * ${halfPi[2]}`);
  const z = keep(`${r} * ${r}`);
  const sine = keep(`${r} + ${r} * ${z} * ${polynomial(z, [-1.9515295891e-4, 8.3321608736e-3, -1.6666654611e-1])}`);
  const cosine = keep(`1.0 - 0.5 * ${z} + ${z} * ${z} * ${polynomial(z, [2.443315711809948e-5, -1.388731625493765e-3, 4.166664568298827e-2])}`);
  const quarter = keep(`${turns} - 4.0 * Math.floor(${turns} * 0.25)`);
  const values = name === 'sin' ? [sine, cosine, `(-${sine})`, `(-${cosine})`] : [cosine, `(-${sine})`, `(-${cosine})`, sine];
  return `(${quarter} === 0.0 ? ${values[0]} : (${quarter} === 1.0 ? ${values[1]} : (${quarter} === 2.0 ? ${values[2]} : ${values[3]})))`;
}

/**
 * The hyperbolic tangent to some ulps of the result: near zero by a polynomial, where shaders subtract nearly equal numbers; beyond 20 it is 1 to the last
 * bit, where they give NaN beyond 40.
 *
 * @source https://netlib.org/cephes/single.tgz tanhf.c
 */
export function hyperbolicTangent(operand: string, keep: Keep): string {
  const x = keep(operand);
  const z = keep(`${x} * ${x}`);
  const small = keep(`${x} + ${x} * ${z} * ${polynomial(z, [-5.70498872745e-3, 2.06390887954e-2, -5.37397155531e-2, 1.33314422036e-1, -3.33332819422e-1])}`);
  const nearly = keep(`2.0 / (Math.exp(2.0 * Math.min(Math.abs(${x}), 20.0)) + 1.0)`);
  return `(Math.abs(${x}) < 0.625 ? ${small} : (${x} > 0.0 ? 1.0 - ${nearly} : (${x} < 0.0 ? ${nearly} - 1.0 : ${x})))`;
}

/**
 * The natural logarithm of a positive number to some ulps of the result: near 1, where shaders have the error of numbers that are not near
 * zero, by a polynomial.
 *
 * @source https://netlib.org/cephes/single.tgz logf.c
 */
export function logarithm(operand: string, keep: Keep): string {
  const x = keep(operand);
  const f = keep(`${x} - 1.0`);
  const z = keep(`${f} * ${f}`);
  const coefficients = [7.0376836292e-2, -1.1514610310e-1, 1.1676998740e-1, -1.2420140846e-1, 1.4249322787e-1, -1.6668057665e-1, 2.0000714765e-1, -2.4999993993e-1, 3.3333331174e-1];
  const near = keep(`${f} - 0.5 * ${z} + ${f} * ${z} * ${polynomial(f, coefficients)}`);
  return `(Math.abs(${f} - 0.06) < 0.35 ? ${near} : Math.log(${x}))`;
}
