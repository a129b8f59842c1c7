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

function arcSine(x: Tensor): Tensor {
  const a = abs(x);
  const fromTop = sub(Math.PI / 2, mul(arcSineOfSmall(sqrt(mul(sub(1, a), 0.5))), 2));
  return where(less(a, 0.5), arcSineOfSmall(x), where(less(x, 0), neg(fromTop), fromTop));
}

export const asinScalar: ScalarForm = () => Math.asin;

export const asinOp = /* @__PURE__ */ unaryFloat({
  name: 'asin',
  decompose: ([x]) => arcSine(x!),
  scalar: asinScalar,
});

export const asinGradient: Gradient = ({ inputs: [x], dy }) => [div(dy, cosineOfArcSine(x!))];

/**
 * The angle in radians whose sine is `x`, elementwise; float32, from -pi/2 to pi/2. NaN outside of -1 to 1.
 *
 * @source https://www.tensorflow.org/api_docs/python/tf/math/asin
 */
export const asin = /* @__PURE__ */ unaryToFloat(asinOp);
