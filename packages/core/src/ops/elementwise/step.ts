import type { ScalarForm } from '../../expr/op-def.js';
import type { TensorLike } from '../../tensor/operand.js';
import type { Tensor } from '../../tensor/tensor.js';
import { unaryFloat, unaryWithOptions } from './families.js';
import { isNaN } from './is-nan.js';
import { less } from './less.js';
import { where } from './where.js';

export interface StepOptions {
  /** The value up to 0. Default: 0. */
  readonly alpha?: number;
}

type StepAttrs = { alpha: number };

export const stepScalar: ScalarForm<StepAttrs> = ({ alpha }) => (x) => (x > 0 ? 1 : x <= 0 ? alpha : NaN);

export const stepOp = /* @__PURE__ */ unaryFloat<StepAttrs>({
  name: 'step',
  decompose: ([x], { alpha }) => where(isNaN(x!), x!, where(less(0, x!), 1, alpha)),
  scalar: stepScalar,
});

/**
 * 1 above 0, `alpha` at 0 and below, elementwise; NaN stays NaN; float32.
 *
 * @throws {UnfoldError} INVALID_ARGUMENT for an unknown option or one that is no number.
 * @source https://js.tensorflow.org/api/latest/#step
 */
export const step: (x: TensorLike, options?: StepOptions) => Tensor = /* @__PURE__ */ unaryWithOptions(stepOp, { alpha: 0 });
