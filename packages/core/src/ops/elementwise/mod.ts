import type { Gradient, ScalarForm } from '../../expr/op-def.js';
import { div } from './div.js';
import { binary, binaryArithmetic } from './families.js';
import { floor } from './floor.js';
import { mul } from './mul.js';
import { neg } from './neg.js';

const floorMod = (a: number, b: number): number => {
  const remainder = a % b;
  return remainder !== 0 && remainder < 0 !== b < 0 ? remainder + b : remainder;
};

export const modScalar: ScalarForm = () => floorMod;

export const modOp = /* @__PURE__ */ binaryArithmetic({ name: 'mod', scalar: modScalar });

export const modGradient: Gradient = ({ inputs: [a, b], dy }) => [dy, neg(mul(dy, floor(div(a!, b!))))];

/**
 * The remainder of `a / b` with the sign of `b`, elementwise with broadcasting: `mod(-7, 3)` is 2. Modulo zero is NaN, in int32 0.
 *
 * @throws {UnfoldError} SHAPE_MISMATCH where the shapes do not broadcast.
 * @source https://www.tensorflow.org/api_docs/python/tf/math/floormod
 * @example
 * import { setBackend, mod } from '@unfoldjs/core';
 * import { cpu } from '@unfoldjs/backend-cpu';
 * await setBackend(cpu());
 * await mod([7, -7, 7], [3, 3, -3]).array(); // => [1, 2, -2]
 */
export const mod = /* @__PURE__ */ binary(modOp);
