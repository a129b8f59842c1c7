// What steps of training are put together from: pure functions of tensors and trees.
import { tensor, type Tensor } from '@unfoldjs/core';
import { valueAndGrad } from '@unfoldjs/core/autodiff';
import { castDraft, produce } from 'immer';
import type { Optimizer } from '../optimizers/optimizer.js';
import { namedParameters, withParameters } from '../params.js';
import type { Model, Params } from '../types.js';
import { mergeParams, partitionParams } from './partition.js';
import { inOrder } from './random-inputs.js';
import type { TrainState } from './state.js';
import type { TrainStepOptions } from './train-step.js';

/** The part of the state that a step replaces: its memory is given away. */
export interface Replaced {
  readonly params: Params;
  readonly state: Params;
  readonly slots: Params;
}

/** What a step only reads. */
export interface Given {
  readonly frozen: Params;
  readonly frozenState: Params;
  readonly frozenSlots: Params;
  readonly inputs: readonly Tensor[];
  readonly labels: Tensor;
  readonly draws: readonly Tensor[];
  readonly learningRate: Tensor;
  readonly step: Tensor;
}

/** What one step computes. */
export function stepOf(model: Model, options: Pick<TrainStepOptions, 'loss' | 'optimizer' | 'metrics'>, own: Replaced, given: Given) {
  const { gradient, ...measured } = gradientOf(model, options, own, given);
  return { ...measured, ...updateOf(options.optimizer, gradient, own, given) };
}

/** The first half of a step: loss, metrics, gradient and moving statistics of a batch. */
export function gradientOf(
  model: Model,
  { loss, metrics = {} }: Pick<TrainStepOptions, 'loss' | 'metrics'>,
  own: Pick<Replaced, 'params' | 'state'>,
  given: Pick<Given, 'frozen' | 'frozenState' | 'inputs' | 'labels' | 'draws'>,
) {
  const { frozen, inputs, labels, draws } = given;
  const frozenState = new Set(namedParameters(given.frozenState).map(({ path }) => path));
  const context = { training: true, random: inOrder(draws), frozenState };
  const forward = (params: Params) => {
    const { output, state } = model.apply(mergeParams(params, frozen), inputs, context, mergeParams(own.state, given.frozenState));
    return { loss: loss(labels, output), aux: { output, state } };
  };
  const { value, gradient } = valueAndGrad(forward)(own.params);
  return {
    gradient,
    state: partitionParams(value.aux.state, (path) => !frozenState.has(path))[0],
    loss: value.loss,
    metrics: Object.fromEntries(Object.entries(metrics).map(([name, metric]) => [name, metric(labels, value.aux.output)])),
  };
}

/** The second half: parameters and slots after the optimizer's update. */
export function updateOf(
  optimizer: Optimizer,
  gradient: Params,
  own: Pick<Replaced, 'params' | 'slots'>,
  { frozen, frozenSlots, learningRate, step }: Pick<Given, 'frozen' | 'frozenSlots' | 'learningRate' | 'step'>,
) {
  const slots = mapTrees(own.slots, (tree, name) => mergeParams(tree, frozenSlots[name] as Params));
  const updated = optimizer.update(gradient, slots, mergeParams(own.params, frozen), { learningRate, step });
  const isOwn = new Set(namedParameters(own.params).map(({ path }) => path));
  const trained = (tree: Params): Params => partitionParams(tree, (path) => isOwn.has(path))[0];
  return { params: trained(updated.params), slots: mapTrees(updated.slots, trained) };
}

/** A state as what a step replaces and what it only reads. */
export function splitState(state: TrainState, isFrozen: ReadonlySet<string>) {
  const isOwn = (path: string) => !isFrozen.has(path);
  const [params, frozen] = partitionParams(state.params, isOwn);
  const [moving, frozenState] = partitionParams(state.state, isOwn);
  return {
    own: { params, state: moving, slots: mapTrees(state.optimizer, (tree) => partitionParams(tree, isOwn)[0]) },
    rest: { frozen, frozenState, frozenSlots: mapTrees(state.optimizer, (tree) => partitionParams(tree, isOwn)[1]) },
  };
}

/** The state after a step that replaced these parts of it. */
export const nextState = (state: TrainState, params: Params, slots: Params, moving: Params): TrainState =>
  produce(state, (draft) => {
    draft.params = castDraft(withParts(state.params, params));
    draft.state = castDraft(withParts(state.state, moving));
    draft.optimizer = castDraft(mapTrees(state.optimizer, (tree, name) => withParts(tree, slots[name] as Params)));
    draft.step++;
  });

/** Where an update stands, as data and not by scalar(): a number of the program would be another program at each step. */
export const scalarsOf = (learningRate: number, { step }: TrainState): { readonly learningRate: Tensor; readonly step: Tensor } => ({
  learningRate: tensor([learningRate], []),
  step: tensor([step + 1], []),
});

const mapTrees = (trees: Params, map: (tree: Params, name: string) => Params): Params =>
  Object.fromEntries(Object.entries(trees).map(([name, tree]) => [name, map(tree as Params, name)]));

/** The tree with the parameters that `parts` has. */
export const withParts = (params: Params, parts: Params): Params => withParameters(params, new Map(namedParameters(parts).map(({ path, tensor }) => [path, tensor])));
