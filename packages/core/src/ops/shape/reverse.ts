import type { Kernel } from '../../backend/kernel.js';
import { refuseArgument } from '../../errors/refuse.js';
import { defineOp, type Gradient } from '../../expr/op-def.js';
import { apply, toTensor, type TensorLike } from '../../tensor/operand.js';
import type { Tensor } from '../../tensor/tensor.js';
import { formatShape, stridesOf } from '../../types/shape.js';
import { checkAxes } from '../check.js';
import { copyStrided } from './copy-strided.js';

export type ReverseAttrs = { readonly axes: readonly number[] };

export const reverseReference: Kernel<ReverseAttrs> = ({ attrs: { axes }, inputs: [x], output }) => {
  const { shape } = output.type;
  const strides = stridesOf(shape);
  const offset = axes.reduce((sum, axis) => sum + (shape[axis]! - 1) * strides[axis]!, 0);
  const walked = strides.map((step, axis) => (axes.includes(axis) ? -step : step));
  copyStrided(shape, { data: x!.data, offset, strides: walked }, { data: output.data, strides });
};

export const reverseOp = /* @__PURE__ */ defineOp<ReverseAttrs>({
  name: 'reverse',
  args: ['x'],
  infer: ([x], { axes }) => {
    const rank = x!.shape.length;
    if (axes.some((axis) => !(axis >= 0 && axis < rank))) throw refuseArgument('axes', `${formatShape(axes)} names an axis that \`x\` does not have.`, `use axes from 0 to ${rank - 1}.`);
    return x!;
  },
});

export const reverseGradient: Gradient<ReverseAttrs> = ({ attrs: { axes }, dy }) => [flip(dy, axes)];

/**
 * `x` with its elements in reverse order along `axes`: a number or a list, by default all of them.
 *
 * @throws {UnfoldError} INVALID_ARGUMENT for an axis that does not exist or stands there twice.
 * @source https://www.tensorflow.org/api_docs/python/tf/reverse
 */
export function flip(x: TensorLike, axes?: number | readonly number[]): Tensor {
  const tensor = toTensor(x, 'flip', 'x');
  const along = checkAxes('flip', 'axes', axes, tensor.rank);
  return along.length === 0 ? tensor : apply(reverseOp, [tensor], { axes: along });
}
