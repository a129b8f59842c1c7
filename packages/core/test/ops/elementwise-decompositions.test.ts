import { expect } from 'chai';
import * as u from '@unfoldjs/core';
import { setBackend, tensor, type Tensor } from '@unfoldjs/core';
import { cpu } from '@unfoldjs/backend-cpu';
import { awkward, numbers, primitivesOnly, spread, ulps } from './float32.js';

/**
 * How far a decomposition may be from the double precision form rounded once. `ulps` counts every rounding of the formula, each of
 * which adds half a unit and is scaled by the condition of the steps after it. `near` is an absolute allowance in units of 2^-24: the
 * rounding of a number about 1 of which the result is what is left (hardSigmoid), the size of x in `exp(-x^2)` (gelu), denormals (swish).
 */
interface Bound {
  readonly ulps: number;
  readonly near?: number;
}

const exact: Bound = { ulps: 0 };

const unary: Record<string, readonly [(x: Tensor) => Tensor, Bound]> = {
  abs: [u.abs, exact],
  sign: [u.sign, exact],
  square: [u.square, exact],
  reciprocal: [u.reciprocal, exact],
  relu: [u.relu, exact],
  relu6: [u.relu6, exact],
  clip: [(x) => u.clip(x, { min: -1, max: 2 }), exact],
  ceil: [u.ceil, exact],
  round: [u.round, exact],
  isInf: [u.isInf, exact],
  isFinite: [u.isFinite, exact],
  step: [(x) => u.step(x, { alpha: 0.25 }), exact],
  leakyRelu: [u.leakyRelu, { ulps: 1 }],
  rsqrt: [u.rsqrt, { ulps: 2 }],
  softsign: [u.softsign, { ulps: 2 }],
  expm1: [u.expm1, { ulps: 4 }],
  log1p: [u.log1p, { ulps: 4 }],
  elu: [u.elu, { ulps: 4 }],
  selu: [u.selu, { ulps: 4 }],
  sigmoid: [u.sigmoid, { ulps: 4 }],
  softplus: [u.softplus, { ulps: 4 }],
  logSigmoid: [u.logSigmoid, { ulps: 4 }],
  tan: [u.tan, { ulps: 3 }],
  asin: [u.asin, { ulps: 4 }],
  acos: [u.acos, { ulps: 4 }],
  atan: [u.atan, { ulps: 4 }],
  sinh: [u.sinh, { ulps: 4 }],
  cosh: [u.cosh, { ulps: 4 }],
  asinh: [u.asinh, { ulps: 4 }],
  acosh: [u.acosh, { ulps: 4 }],
  atanh: [u.atanh, { ulps: 4 }],
  erf: [u.erf, { ulps: 4 }],
  hardSigmoid: [u.hardSigmoid, { ulps: 1, near: 2 }],
  hardSwish: [u.hardSwish, { ulps: 4, near: 6 }],
  swish: [u.swish, { ulps: 6, near: 2 ** -100 }],
  mish: [u.mish, { ulps: 8, near: 2 ** -100 }],
  gelu: [u.gelu, { ulps: 8, near: 8 }],
  'gelu, approximate': [(x) => u.gelu(x, { approximate: true }), { ulps: 8, near: 8 }],
};

const binary: Record<string, readonly [(a: Tensor, b: Tensor) => Tensor, Bound]> = {
  greater: [u.greater, exact],
  greaterEqual: [u.greaterEqual, exact],
  lessEqual: [u.lessEqual, exact],
  notEqual: [u.notEqual, exact],
  divNoNan: [u.divNoNan, exact],
  floorDiv: [u.floorDiv, exact],
  prelu: [u.prelu, exact],
  squaredDifference: [u.squaredDifference, { ulps: 2 }],
  atan2: [u.atan2, { ulps: 4 }],
};

const within = (actual: number, wanted: number, { ulps: limit, near = 0 }: Bound): boolean =>
  ulps(actual, wanted) <= limit || Math.abs(actual - wanted) <= near * 2 ** -24;

/** The same expression on a backend with a kernel for it and on one that has only the primitives. */
async function compare(build: () => Tensor, bound: Bound, describe: (i: number) => string): Promise<void> {
  await setBackend(cpu());
  const wanted = await numbers(build());
  await setBackend(primitivesOnly());
  const actual = await numbers(build());
  const wrong = wanted.findIndex((value, i) => !within(actual[i]!, value, bound));
  if (wrong >= 0) expect.fail(`at ${describe(wrong)}: ${actual[wrong]} from primitives, ${wanted[wrong]} directly (${ulps(actual[wrong]!, wanted[wrong]!)} ulp)`);
}

describe('decompositions into primitives', () => {
  const xs = [...awkward, ...spread(8000)];
  for (const [name, [op, bound]] of Object.entries(unary)) {
    it(`${name} is within ${bound.ulps} ulp of its direct form`, () => compare(() => op(tensor(xs)), bound, (i) => `${xs[i]}`));
  }

  const pairs = [...awkward.flatMap((a) => awkward.map((b) => [a, b] as const)), ...spread(4000, 2).map((a, i, all) => [a, all[all.length - 1 - i]!] as const)];
  for (const [name, [op, bound]] of Object.entries(binary)) {
    it(`${name} is within ${bound.ulps} ulp of its direct form`, () =>
      compare(() => op(tensor(pairs.map(([a]) => a)), tensor(pairs.map(([, b]) => b))), bound, (i) => `(${pairs[i]!.join(', ')})`));
  }

  for (const op of ['logicalAnd', 'logicalOr', 'logicalXor'] as const) {
    it(`${op} has the same table of truth`, () => compare(() => u[op]([[false], [true]], [false, true]), exact, String));
  }

  it('logicalNot has the same table of truth', () => compare(() => u.logicalNot([false, true]), exact, String));

  const whole = [0, 1, -1, 2, -2, 7, -7, 46341, 65536, -65536, 2147483647, -2147483648];
  const wholePairs = whole.flatMap((a) => whole.map((b) => [a, b] as const));
  for (const op of ['squaredDifference', 'divNoNan', 'floorDiv'] as const) {
    it(`${op} agrees on int32, wrapping included`, () =>
      compare(() => u[op](tensor(Int32Array.from(wholePairs, ([a]) => a)), tensor(Int32Array.from(wholePairs, ([, b]) => b))), exact, (i) => `(${wholePairs[i]!.join(', ')})`));
  }
  for (const op of ['abs', 'sign', 'square', 'relu', 'relu6', 'round', 'ceil'] as const) {
    it(`${op} agrees on int32, wrapping included`, () => compare(() => u[op](tensor(Int32Array.from(whole))), exact, (i) => `${whole[i]}`));
  }
});
