import type { ScalarForm } from '../../expr/op-def.js';
import type { TensorLike } from '../../tensor/operand.js';
import type { Tensor } from '../../tensor/tensor.js';
import { add } from './add.js';
import { unaryFloat, unaryWithOptions } from './families.js';
import { maximum } from './maximum.js';
import { minimum } from './minimum.js';
import { mul } from './mul.js';

export interface HardSigmoidOptions {
  /** The slope between the ends. Default: 0.2. */
  readonly alpha?: number;
  /** The value at 0. Default: 0.5. */
  readonly beta?: number;
}

type HardSigmoidAttrs = { alpha: number; beta: number };

export const hardSigmoidScalar: ScalarForm<HardSigmoidAttrs> = ({ alpha, beta }) => (x) => Math.max(0, Math.min(1, alpha * x + beta));

export const hardSigmoidOp = /* @__PURE__ */ unaryFloat<HardSigmoidAttrs>({
  name: 'hardSigmoid',
  decompose: ([x], { alpha, beta }) => minimum(maximum(add(mul(x!, alpha), beta), 0), 1),
  scalar: hardSigmoidScalar,
});

/**
 * `alpha * x + beta`, cut to 0 and 1, elementwise; float32.
 *
 * @throws {UnfoldError} INVALID_ARGUMENT for an unknown option or one that is no number.
 * @source https://onnx.ai/onnx/operators/onnx__HardSigmoid.html
 */
export const hardSigmoid: (x: TensorLike, options?: HardSigmoidOptions) => Tensor = /* @__PURE__ */ unaryWithOptions(hardSigmoidOp, { alpha: 0.2, beta: 0.5 });
