import {
  elu,
  exp,
  gelu,
  hardSigmoid,
  hardSwish,
  leakyRelu,
  logSigmoid,
  logSoftmax,
  mish,
  relu,
  relu6,
  selu,
  sigmoid,
  softmax,
  softplus,
  softsign,
  swish,
  tanh,
  unfoldError,
  type Tensor,
} from '@unfoldjs/core';
import { describe } from '../check.js';

const linear = (x: Tensor): Tensor => x;

/** The activations by the names Keras gives them. They are the functions of the core, with its defaults. */
const activations = {
  elu,
  exponential: exp,
  gelu,
  hardSigmoid,
  hardSwish,
  leakyRelu,
  linear,
  logSigmoid,
  logSoftmax,
  mish,
  relu,
  relu6,
  selu,
  sigmoid,
  softmax,
  softplus,
  softsign,
  swish,
  tanh,
} as const;

export type ActivationName = keyof typeof activations;

/** A function of a tensor that keeps its shape. */
export type ActivationFunction = (x: Tensor) => Tensor;

/** An activation by name, or one of your own. */
export type Activation = ActivationName | ActivationFunction;

/** The options of a named activation: those of the core's function. */
export type ActivationOptions<Name extends ActivationName> = (typeof activations)[Name] extends (x: never, options?: infer Options) => Tensor ? Options : never;

/** @throws {UnfoldError} INVALID_ARGUMENT for an unknown name. */
export function activationOf(op: string, given: Activation, options?: object): ActivationFunction {
  if (typeof given === 'function') return given;
  if (typeof given === 'string' && Object.hasOwn(activations, given)) {
    const named = activations[given] as (x: Tensor, options?: object) => Tensor;
    return options === undefined ? (x) => named(x) : (x) => named(x, options);
  }
  throw unfoldError({
    code: 'INVALID_ARGUMENT',
    op,
    argument: 'activation',
    problem: `${describe(given)} is not an activation.`,
    fix: `use one of ${Object.keys(activations).join(', ')}, or a function of a tensor.`,
  });
}
