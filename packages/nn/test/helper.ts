import { randomUniform, setBackend, tensor, type Shape, type Tensor } from '@unfoldjs/core';
import { cpu } from '@unfoldjs/backend-cpu';
import { UnfoldError, type ErrorCode } from '@unfoldjs/core';
import { expect } from 'chai';
import type { Layer, LayerContext, Params } from '@unfoldjs/nn';

export const onCpu = () => before(async () => void (await setBackend(cpu())));

export const inference: LayerContext = {
  training: false,
  random() {
    throw new Error('inference draws no numbers');
  },
};

/** Training whose random numbers are known: those of `seed` for the first draw, of `seed + 1` for the next. */
export function training(seed = 1): LayerContext {
  let next = seed;
  return { training: true, random: (shape) => randomUniform(shape, { seed: next++ }) };
}

/** Whole numbers from -4 to 4: sums of their products are exact in float32. */
export const integers = (shape: Shape, seed = 1): Tensor => randomUniform(shape, { min: -4, max: 5, dtype: 'int32', seed }).cast('float32');

/** The layer's parameters replaced by whole numbers, so that results are exact. */
export function exactParams(params: Params, seed = 100): Params {
  let next = seed;
  const replace = (tree: Params): Params =>
    Object.fromEntries(Object.entries(tree).map(([name, entry]) => [name, 'shape' in entry && 'dtype' in entry ? integers((entry as Tensor).shape, next++) : replace(entry as Params)]));
  return replace(params);
}

/** A layer ready to be run: its parameters from a seed, or exact ones. */
export function prepared(layer: Layer, inputs: readonly Shape[], { exact = true } = {}) {
  const made = layer.init(inputs, 7);
  return { ...made, params: exact ? exactParams(made.params) : made.params };
}

export async function sameValues(actual: Tensor, expected: Tensor): Promise<void> {
  expect(actual.shape).to.deep.equal(expected.shape);
  expect([...(await actual.data())]).to.deep.equal([...(await expected.data())]);
}

/** The error that `run` throws, checked to be a typed one that ends with its fix. */
export function refusal(run: () => unknown, code: ErrorCode): UnfoldError {
  try {
    run();
  } catch (error) {
    if (!(error instanceof UnfoldError)) throw error;
    expect(error.code).to.equal(code);
    expect(error.message).to.match(/\nFix: .+\.$/);
    return error;
  }
  throw new Error(`nothing was refused (wanted ${code})`);
}

export const image = (values: readonly number[], shape: Shape): Tensor => tensor([...values], shape);
