import type { ScalarForm } from '../../expr/op-def.js';
import { rounding, unaryFloat } from './families.js';
import { floor } from './floor.js';
import { neg } from './neg.js';

export const ceilScalar: ScalarForm = () => Math.ceil;

export const ceilOp = /* @__PURE__ */ unaryFloat({
  name: 'ceil',
  decompose: ([x]) => neg(floor(neg(x!))),
  scalar: ceilScalar,
});

/**
 * The smallest whole number that is not below `x`, elementwise. int32 stays as it is; bool becomes int32.
 *
 * @source https://www.tensorflow.org/api_docs/python/tf/math/ceil
 */
export const ceil = /* @__PURE__ */ rounding(ceilOp);
