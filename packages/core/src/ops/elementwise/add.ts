import type { Gradient, ScalarForm } from '../../expr/op-def.js';
import { binary, binaryArithmetic } from './families.js';

export const addScalar: ScalarForm = () => (a, b) => a + b;

export const addOp = /* @__PURE__ */ binaryArithmetic({ name: 'add', scalar: addScalar });

export const addGradient: Gradient = ({ dy }) => [dy, dy];

/**
 * `a + b`, elementwise with broadcasting. int32 wraps on overflow; bool counts as int32.
 *
 * @throws {UnfoldError} SHAPE_MISMATCH where the shapes do not broadcast.
 * @source https://www.tensorflow.org/api_docs/python/tf/math/add
 * @example
 * import { setBackend, add } from '@unfoldjs/core';
 * import { cpu } from '@unfoldjs/backend-cpu';
 * await setBackend(cpu());
 * await add([1, 2], 3).data(); // => Float32Array [4, 5]
 */
export const add = /* @__PURE__ */ binary(addOp);
