import { compile, softmax, tensor, type Backend, type Tensor } from '@unfoldjs/core';
import type { Explanation } from '@unfoldjs/core/explain';
import { inference, mapParams, namedParameters, type Params } from '@unfoldjs/nn';
import { model, side } from './train.js';

/** Values of one picture, channels last. */
export interface Maps {
  readonly data: ArrayLike<number>;
  readonly height: number;
  readonly width: number;
  readonly channels: number;
}

/** The trained network on one backend. */
export interface Classifier {
  readonly backend: Backend;
  /** Ten probabilities for a picture of `side` x `side` grey values, 1 is ink. */
  classify(ink: Float32Array): Promise<Float32Array>;
  /** What the first layer makes of it. */
  featureMaps(ink: Float32Array): Promise<Maps>;
  /** What became of the program that `classify` runs. */
  explain(): Promise<Explanation>;
  /** Ends the backend too. */
  dispose(): Promise<void>;
}

const scores = (params: Params, x: Tensor): Tensor => softmax(model.apply(params, [x], inference, {}).output);

const [first] = model.layers;
const firstMaps = (params: Params, x: Tensor): Tensor => first!.layer.apply(params[first!.name] as Params, [x], inference, {}).output;

const pictureOf = (ink: Float32Array): Tensor => tensor(ink, [1, side, side, 1]);

export async function classifierOn(backend: Backend, weights: Params): Promise<Classifier> {
  const moved = new Map(await Promise.all(namedParameters(weights).map(async ({ path, tensor: weight }) => [path, await weight.to(backend)] as const)));
  const params = mapParams(weights, (_, path) => moved.get(path)!);
  const classify = compile(scores);
  const mapsOf = compile(firstMaps);

  async function run(program: typeof classify, ink: Float32Array): Promise<{ data: Float32Array; shape: readonly number[] }> {
    using x = pictureOf(ink);
    using result = await program(params, x);
    return { data: (await result.data()) as Float32Array, shape: result.shape };
  }

  return {
    backend,
    classify: async (ink) => (await run(classify, ink)).data,
    async featureMaps(ink) {
      const { data, shape } = await run(mapsOf, ink);
      const [, height, width, channels] = shape as [number, number, number, number];
      return { data, height, width, channels };
    },
    async explain() {
      const { explain } = await import('@unfoldjs/core/explain');
      return explain(scores(params, pictureOf(new Float32Array(side * side))));
    },
    async dispose() {
      classify.dispose();
      mapsOf.dispose();
      await backend.dispose();
    },
  };
}
