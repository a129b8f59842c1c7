import { badArgument } from '../errors/unfold-error.js';
import { defineOp } from '../expr/op-def.js';
import { apply, toTensor, type TensorLike } from '../tensor/operand.js';
import { Tensor } from '../tensor/tensor.js';
import { describe } from '../tensor/nested.js';

/** A value and how a gradient passes back through it. */
export interface CustomGradient {
  readonly value: Tensor;
  /** Takes the gradient of the loss with respect to `value`; gives one for each argument (a single one need not be in an array). */
  readonly gradient: (dy: Tensor) => Tensor | readonly (Tensor | null)[];
}

/**
 * A function with a gradient of your own in place of the one that follows from its ops: a straight-through estimator, a clipped or
 * a more stable form. The value is that of `fn`; its ops are not differentiated.
 *
 * @throws {UnfoldError} INVALID_ARGUMENT where `fn` does not return `{ value, gradient }`, or its gradients do not fit its arguments.
 * @source https://www.tensorflow.org/api_docs/python/tf/custom_gradient
 * @example
 * import { customGradient, setBackend, tensor, type Tensor } from '@unfoldjs/core';
 * import { grad } from '@unfoldjs/core/autodiff';
 * import { cpu } from '@unfoldjs/backend-cpu';
 * await setBackend(cpu());
 * const straightThrough = customGradient((x: Tensor) => ({ value: x.round(), gradient: (dy) => dy }));
 * await grad((x: Tensor) => straightThrough(x).sum())(tensor([0.2, 0.7])).data(); // Float32Array [1, 1]
 */
export function customGradient<Arguments extends readonly Tensor[]>(fn: (...args: Arguments) => CustomGradient): (...args: { [K in keyof Arguments]: TensorLike }) => Tensor {
  const op = 'customGradient';
  return (...args) => {
    const tensors = args.map((arg, i) => toTensor(arg, op, `[${i}]`));
    const made = fn(...(tensors as unknown as Arguments)); // as many tensors as arguments
    if (!(made?.value instanceof Tensor) || typeof made.gradient !== 'function') {
      throw badArgument(op, 'fn', `it returned ${describe(made)}.`, 'return `{ value, gradient }`.');
    }
    // An op of its own for each call: its gradient is a function of these very arguments.
    const definition = defineOp({
      name: op,
      args: ['value', '...args'],
      infer: ([value]) => value!,
      decompose: ([value]) => value!,
      gradient: ({ dy }) => {
        const given = made.gradient(dy);
        const gradients = given instanceof Tensor ? [given] : given;
        if (gradients.length !== tensors.length) {
          throw badArgument(
            op,
            'gradient',
            `it returned ${gradients.length} gradients for ${tensors.length} arguments.`,
            'return one for each argument, null where it is 0.',
          );
        }
        return [null, ...gradients];
      },
    });
    return apply(definition, [made.value, ...tensors]);
  };
}
