/**
 * How far one rounded operation on float32 may be from the exact value, in units of the last place (one ulp is at most 2^-23 of
 * the value), plus an absolute part. Sums and products of many terms take their bounds from their length.
 */
export interface Accuracy {
  readonly [op: string]: { readonly ulps: number; readonly absolute?: number; /** Further ulps for each unit of |x|. */ readonly ulpsPerUnit?: number };
}

/**
 * IEEE 754 arithmetic (+ - * / and the square root correctly rounded), and a mathematical library within 4 ulps, as the usual ones
 * are. `pow` by exp(y log x) loses |y log x| ulps; sine and cosine are held to 4 ulps of 1.
 */
export const ieeeAccuracy: Accuracy = {
  add: { ulps: 0.5 },
  sub: { ulps: 0.5 },
  mul: { ulps: 0.5 },
  div: { ulps: 0.5 },
  sqrt: { ulps: 0.5 },
  exp: { ulps: 4 },
  log: { ulps: 4 },
  tanh: { ulps: 4 },
  sin: { ulps: 0, absolute: 2 ** -21 },
  cos: { ulps: 0, absolute: 2 ** -21 },
  pow: { ulps: 4, ulpsPerUnit: 2 },
};

/**
 * What the WebGPU shading language promises at least, and GLSL ES where it promises more error.
 *
 * @source https://www.w3.org/TR/WGSL/#floating-point-accuracy
 */
export const shaderAccuracy: Accuracy = {
  add: { ulps: 0.5 },
  sub: { ulps: 0.5 },
  mul: { ulps: 0.5 },
  div: { ulps: 2.5 },
  sqrt: { ulps: 5 },
  exp: { ulps: 3, ulpsPerUnit: 2 },
  log: { ulps: 3, absolute: 2 ** -21 },
  tanh: { ulps: 16, absolute: 2 ** -20 },
  sin: { ulps: 0, absolute: 2 ** -11 },
  cos: { ulps: 0, absolute: 2 ** -11 },
  pow: { ulps: 16, ulpsPerUnit: 8, absolute: 2 ** -20 },
};
