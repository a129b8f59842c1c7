import type { Gradient, ScalarForm } from '../../expr/op-def.js';
import { binary, binaryArithmetic } from './families.js';
import { mul } from './mul.js';
import { neg } from './neg.js';

export const divScalar: ScalarForm = (_, dtype) => (dtype === 'int32' ? (a, b) => Math.floor(a / b) : (a, b) => a / b);

export const divOp = /* @__PURE__ */ binaryArithmetic({ name: 'div', scalar: divScalar });

export const divGradient: Gradient = ({ inputs: [, b], output, dy }) => [div(dy, b!), neg(div(mul(dy, output), b!))];

/**
 * `a / b`, elementwise with broadcasting. Two int32 (or bool) operands give int32, rounded down: `div(-7, 2)` is -4 there; an int32
 * divided by zero is 0. float32 follows IEEE 754: a number divided by zero is an infinity, `0 / 0` is NaN.
 *
 * @throws {UnfoldError} SHAPE_MISMATCH where the shapes do not broadcast.
 * @source https://www.tensorflow.org/api_docs/python/tf/math/divide
 * @example
 * import { setBackend, div, tensor } from '@unfoldjs/core';
 * import { cpu } from '@unfoldjs/backend-cpu';
 * await setBackend(cpu());
 * await div([-7, 7], 2).array(); // => [-3.5, 3.5]
 * await div(tensor(Int32Array.of(-7, 7)), 2).array(); // => [-4, 3]
 */
export const div = /* @__PURE__ */ binary(divOp);
