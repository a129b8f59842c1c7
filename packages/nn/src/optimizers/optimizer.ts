import { mul, sub, tensor, type Tensor } from '@unfoldjs/core';
import { checkOptions, checkRange } from '../check.js';
import { mapParams, namedParameters, selectParameters, withParameters } from '../params.js';
import type { Params } from '../types.js';
import { clipByGlobalNorm } from './clip.js';

/** Where training stands at an update: scalars, inputs of the program. */
export interface UpdateContext {
  readonly learningRate: Tensor;
  /** The number of this update, from 1. */
  readonly step: Tensor;
}

/**
 * How parameters follow their gradients: pure functions on trees. Slots are trees of the form of the parameters, by name:
 * `{ momentum: ... }`.
 */
export interface Optimizer {
  readonly kind: string;
  /** The slots to begin with. */
  init(params: Params): Params;
  /**
   * Parameters and slots after one update. `gradients` may leave parameters out: those that are frozen. They and their slots are
   * returned as they are.
   */
  update(gradients: Params, slots: Params, params: Params, context: UpdateContext): { readonly params: Params; readonly slots: Params };
}

export interface OptimizerOptions {
  /**
   * Shrinks parameters by `learningRate * weightDecay` of themselves at each update, apart from the gradient ("decoupled").
   * Default: 0; adamW 0.004.
   */
  readonly weightDecay?: number | undefined;
  /** Parameters that do not decay: names of layers, paths, last names such as 'bias', or globs such as '**.bias'. Default: none. */
  readonly excludeFromWeightDecay?: readonly string[] | undefined;
  /** Scales all gradients together so that their norm, taken as one vector, is no larger. Default: no limit. */
  readonly globalClipNorm?: number | undefined;
}

export const optimizerOptions = ['weightDecay', 'excludeFromWeightDecay', 'globalClipNorm'] as const;

/** One parameter's update: what is subtracted from it, and its slots afterwards. */
export interface ParameterUpdate {
  readonly delta: Tensor;
  readonly slots: { readonly [name: string]: Tensor };
}

export interface Rule {
  readonly kind: string;
  /** The names of the slots of each parameter; each begins with zeros. */
  readonly slotNames: readonly string[];
  readonly zero: (parameter: Tensor) => Tensor;
  /** What the updates of all parameters share: bias corrections. */
  prepare(context: UpdateContext): (gradient: Tensor, slots: { readonly [name: string]: Tensor }) => ParameterUpdate;
}

/**
 * An optimizer from the rule for one parameter; decay, clipping and frozen parameters are the same for all rules.
 *
 * @source https://keras.io/api/optimizers/ (weight decay: decoupled, before the update; I. Loshchilov, F. Hutter, ICLR 2019)
 */
export function optimizerOf(rule: Rule, options: OptimizerOptions): Optimizer {
  const { kind, slotNames } = rule;
  const { weightDecay = 0, excludeFromWeightDecay = [], globalClipNorm } = options;
  checkRange(kind, 'weightDecay', weightDecay, 0, Infinity);
  if (globalClipNorm !== undefined) checkRange(kind, 'globalClipNorm', globalClipNorm, 0, Infinity);
  return {
    kind,
    init(params) {
      selectParameters(kind, 'excludeFromWeightDecay', [params], excludeFromWeightDecay);
      return Object.fromEntries(slotNames.map((name) => [name, mapParams(params, rule.zero)]));
    },
    update(gradients, slots, params, context) {
      const keeps = selectParameters(kind, 'excludeFromWeightDecay', [params], excludeFromWeightDecay);
      const clipped = globalClipNorm === undefined ? gradients : clipByGlobalNorm(gradients, globalClipNorm);
      const values = byPath(params);
      const slotsByPath = slotNames.map((name) => [name, byPath(slots[name] as Params)] as const);
      const updated = rule.prepare(context);
      const newValues = new Map<string, Tensor>();
      const newSlots = new Map(slotNames.map((name) => [name, new Map<string, Tensor>()]));
      for (const { path, tensor: gradient } of namedParameters(clipped)) {
        const value = values.get(path)!;
        const own = Object.fromEntries(slotsByPath.map(([name, of]) => [name, of.get(path)!]));
        const { delta, slots: next } = updated(gradient, own);
        const decayed = weightDecay > 0 && !keeps.has(path) ? sub(value, mul(value, mul(context.learningRate, weightDecay))) : value;
        newValues.set(path, sub(decayed, delta));
        for (const name of slotNames) newSlots.get(name)!.set(path, next[name]!);
      }
      return {
        params: withParameters(params, newValues),
        slots: Object.fromEntries(slotNames.map((name) => [name, withParameters(slots[name] as Params, newSlots.get(name)!)])),
      };
    },
  };
}

const byPath = (params: Params): ReadonlyMap<string, Tensor> => new Map(namedParameters(params).map(({ path, tensor }) => [path, tensor]));

/** Zeros of a parameter's shape, in memory of their own: a training step gives the memory of each slot away. */
export const zeroSlot = ({ shape, size }: Tensor): Tensor => tensor(new Float32Array(size), shape);

/** Checks the options that optimizers share, and numbers of their own from 0 and below 1. */
export function checkOptimizerOptions(op: string, options: object, fractions: Readonly<Record<string, number>>, others: readonly string[] = []): void {
  checkOptions(op, options, [...optimizerOptions, ...Object.keys(fractions), ...others]);
  for (const [name, value] of Object.entries(fractions)) checkRange(op, name, value, 0, 0.9999999);
}
