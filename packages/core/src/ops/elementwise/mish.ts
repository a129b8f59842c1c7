import type { ScalarForm } from '../../expr/op-def.js';
import { unaryFloat, unaryToFloat } from './families.js';
import { mul } from './mul.js';
import { softplus } from './softplus.js';
import { tanh } from './tanh.js';

export const mishScalar: ScalarForm = () => (x) => x * Math.tanh(Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x))));

export const mishOp = /* @__PURE__ */ unaryFloat({
  name: 'mish',
  decompose: ([x]) => mul(x!, tanh(softplus(x!))),
  scalar: mishScalar,
});

/**
 * `x * tanh(softplus(x))`, elementwise; float32.
 *
 * @source Misra, Mish (2019), arXiv:1908.08681
 */
export const mish = /* @__PURE__ */ unaryToFloat(mishOp);
