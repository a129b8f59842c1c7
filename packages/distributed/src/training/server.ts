import { sgd, trainedParams, updateStep, type Optimizer, type Params, type TrainState } from '@unfoldjs/nn';
import { difference, weightedMean } from './average.js';
import { disposeTrees } from './blobs.js';
import type { Settings } from './options.js';
import type { ShardAnswer } from './round-runner.js';
import type { Prepared, TrainingOptions } from './training.js';

/** What a coordinator makes of the answers of a round. */
export interface Server {
  /** The form of a shard's answer. */
  readonly like: Params;
  /** The state that a round leads to. The old one and the answers are given away. */
  advance(state: TrainState, answers: readonly ShardAnswer[], steps: number): Promise<TrainState>;
  /** The slots of the outer optimizer; none without one. */
  outer(): Params;
  dispose(): void;
}

/** Averaged gradients and one step of the optimizer for all: exact synchronous training. */
function synchronous({ like: { params, state: moving } }: Prepared, { optimizer, learningRate, frozen }: TrainingOptions): Server {
  const update = updateStep({ optimizer, learningRate, frozen });
  return {
    like: { gradient: trainedParams({ params, state: moving }, frozen), state: moving },
    async advance(state, answers) {
      const mean = await meanOf(answers);
      const next = await update(state, mean['gradient'] as Params, mean['state'] as Params);
      disposeTrees(mean['gradient'] as Params, state.state);
      return next;
    },
    outer: () => ({}),
    dispose: update.dispose,
  };
}

/** Averaged parameters, and an outer optimizer on the difference that they make, where there is one. */
function local({ like: { params, state: moving } }: Prepared, outer: Settings['outer'], slots: Params): Server {
  const optimizer = outer && outerOptimizer(outer);
  const update = optimizer && updateStep({ optimizer, learningRate: outer.learningRate });
  let outerSlots = optimizer && Object.keys(slots).length === 0 ? optimizer.init(params) : slots;
  return {
    like: { params, state: moving },
    async advance(state, answers, steps) {
      const mean = await meanOf(answers);
      const [meanParams, meanMoving] = [mean['params'] as Params, mean['state'] as Params];
      const step = state.step + steps;
      if (!update) {
        disposeTrees(state.params, state.state);
        return { ...state, params: meanParams, state: meanMoving, step };
      }
      const gradient = await difference(state.params, meanParams);
      const next = await update({ ...state, optimizer: outerSlots }, gradient, meanMoving);
      outerSlots = next.optimizer;
      disposeTrees(gradient, meanParams, state.state);
      return { ...next, optimizer: state.optimizer, step };
    },
    outer: () => outerSlots,
    dispose: () => update?.dispose(),
  };
}

/** How a round ends: with `localSteps: 1` in a step, otherwise in an average. `slots` are those of the outer optimizer, where it goes on. */
export const serverOf = (prepared: Prepared, training: TrainingOptions, { localSteps, outer }: Settings, slots: Params): Server =>
  localSteps === 1 ? synchronous(prepared, training) : local(prepared, outer, slots);

const outerOptimizer = ({ momentum }: NonNullable<Settings['outer']>): Optimizer => sgd({ momentum, nesterov: momentum > 0 });

async function meanOf(answers: readonly ShardAnswer[]): Promise<Params> {
  const given = answers.flatMap(({ tree, answer }) => (tree ? [{ tree, weight: answer.examples }] : []));
  const mean = await weightedMean(given);
  disposeTrees(...given.map(({ tree }) => tree));
  return mean;
}
