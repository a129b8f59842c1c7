import { tensor, zeros, type Shape, type Tensor } from '@unfoldjs/core';
import { purposes, randomAt } from '../data/random.js';
import type { Layer, Params } from '../types.js';
import type { TrainState } from './state.js';

/** The shapes of the random numbers that a model asks for in training, in the order in which it asks. Computes nothing. */
export function randomShapes(model: Layer, params: Params, inputs: readonly Tensor[], state: Params, frozenState?: ReadonlySet<string>): Shape[] {
  const shapes: Shape[] = [];
  const record = (shape: Shape): Tensor => {
    shapes.push(shape);
    return zeros(shape);
  };
  model.apply(params, inputs, { training: true, random: record, ...(frozenState && { frozenState }) }, state);
  return shapes;
}

/** The random numbers of each step of a model. The model is asked for their shapes once for each set of shapes of inputs. */
export function drawer(model: Layer) {
  const known = new Map<string, readonly Shape[]>();
  return ({ params, state, seed, step }: TrainState, inputs: readonly Tensor[], isFrozen: ReadonlySet<string>): Tensor[] => {
    const key = inputs.map(({ shape }) => shape.join()).join(';');
    const shapes = known.get(key) ?? randomShapes(model, params, inputs, state, isFrozen);
    known.set(key, shapes);
    return shapes.map((shape, i) => drawUniform(shape, seed, step, i));
  };
}

/** Numbers in [0, 1) with 24 bits: those of draw `index` in step `step` of a training with this seed. */
export function drawUniform(shape: Shape, seed: number, step: number, index: number): Tensor {
  const random = randomAt(seed, purposes.dropout, step, index);
  const data = new Float32Array(shape.reduce((size, dim) => size * dim, 1));
  for (let i = 0; i < data.length; i++) data[i] = (random.word() >>> 8) * 2 ** -24;
  return tensor(data, shape);
}

/** A source of tensors that are given already, one after another. */
export function inOrder(draws: readonly Tensor[]): (shape: Shape) => Tensor {
  let next = 0;
  return (shape) => {
    const draw = draws[next++];
    if (!draw || draw.shape.join() !== shape.join()) throw new Error('a layer asks for other random numbers than it did before: `apply` must be a pure function');
    return draw;
  };
}
