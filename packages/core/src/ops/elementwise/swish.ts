import type { ScalarForm } from '../../expr/op-def.js';
import { unaryFloat, unaryToFloat } from './families.js';
import { mul } from './mul.js';
import { sigmoid } from './sigmoid.js';

export const swishScalar: ScalarForm = () => (x) => x / (1 + Math.exp(-x));

export const swishOp = /* @__PURE__ */ unaryFloat({
  name: 'swish',
  decompose: ([x]) => mul(x!, sigmoid(x!)),
  scalar: swishScalar,
});

/**
 * `x * sigmoid(x)`, elementwise, also known as SiLU; float32.
 *
 * @source https://www.tensorflow.org/api_docs/python/tf/nn/silu
 */
export const swish = /* @__PURE__ */ unaryToFloat(swishOp);
