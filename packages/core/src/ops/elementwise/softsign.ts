import type { Gradient, ScalarForm } from '../../expr/op-def.js';
import { abs } from './abs.js';
import { add } from './add.js';
import { div } from './div.js';
import { unaryFloat, unaryToFloat } from './families.js';
import { square } from './square.js';

export const softsignScalar: ScalarForm = () => (x) => x / (1 + Math.abs(x));

export const softsignOp = /* @__PURE__ */ unaryFloat({
  name: 'softsign',
  decompose: ([x]) => div(x!, add(abs(x!), 1)),
  scalar: softsignScalar,
});

export const softsignGradient: Gradient = ({ inputs: [x], dy }) => [div(dy, square(add(abs(x!), 1)))];

/**
 * `x / (1 + |x|)`, elementwise; float32, between -1 and 1.
 *
 * @source https://www.tensorflow.org/api_docs/python/tf/nn/softsign
 */
export const softsign = /* @__PURE__ */ unaryToFloat(softsignOp);
