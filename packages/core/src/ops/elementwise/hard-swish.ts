import type { ScalarForm } from '../../expr/op-def.js';
import { add } from './add.js';
import { div } from './div.js';
import { unaryFloat, unaryToFloat } from './families.js';
import { mul } from './mul.js';
import { relu6 } from './relu6.js';

export const hardSwishScalar: ScalarForm = () => (x) => x * (Math.min(Math.max(x + 3, 0), 6) / 6);

export const hardSwishOp = /* @__PURE__ */ unaryFloat({
  name: 'hardSwish',
  decompose: ([x]) => mul(x!, div(relu6(add(x!, 3)), 6)),
  scalar: hardSwishScalar,
});

/**
 * `x * relu6(x + 3) / 6`, elementwise; float32.
 *
 * @source https://onnx.ai/onnx/operators/onnx__HardSwish.html
 */
export const hardSwish = /* @__PURE__ */ unaryToFloat(hardSwishOp);
