import type { Gradient, ScalarForm } from '../../expr/op-def.js';
import type { Tensor } from '../../tensor/tensor.js';
import { abs } from './abs.js';
import { arcSineOfSmall, cosineOfArcSine } from './arc-sine.js';
import { div } from './div.js';
import { unaryFloat, unaryToFloat } from './families.js';
import { less } from './less.js';
import { mul } from './mul.js';
import { neg } from './neg.js';
import { sqrt } from './sqrt.js';
import { sub } from './sub.js';
import { where } from './where.js';

function arcCosine(x: Tensor): Tensor {
  const a = abs(x);
  const fromTop = mul(arcSineOfSmall(sqrt(mul(sub(1, a), 0.5))), 2);
  return where(less(a, 0.5), sub(Math.PI / 2, arcSineOfSmall(x)), where(less(x, 0), sub(Math.PI, fromTop), fromTop));
}

export const acosScalar: ScalarForm = () => Math.acos;

export const acosOp = /* @__PURE__ */ unaryFloat({
  name: 'acos',
  decompose: ([x]) => arcCosine(x!),
  scalar: acosScalar,
});

export const acosGradient: Gradient = ({ inputs: [x], dy }) => [neg(div(dy, cosineOfArcSine(x!)))];

/**
 * The angle in radians whose cosine is `x`, elementwise; float32, from 0 to pi. NaN outside of -1 to 1.
 *
 * @source https://www.tensorflow.org/api_docs/python/tf/math/acos
 */
export const acos = /* @__PURE__ */ unaryToFloat(acosOp);
