import { formatShape, madeAt, Tensor, unfoldError, userLine, zeros, type Shape } from '@unfoldjs/core';
import { describe } from '../check.js';
import type { Initializer } from '../initializers.js';
import { requireParam } from './own-params.js';
import { deriveSeed } from '../seeds.js';
import type { Layer, LayerContext, LayerResult, Params } from '../types.js';

/** A tensor that a layer owns. */
export interface Weight {
  readonly shape: Shape;
  readonly initializer: Initializer;
}

/** Weights by name; undefined stands for one that this layer goes without. */
export interface Weights {
  readonly [name: string]: Weight | undefined;
}

export interface LayerSpec {
  readonly kind: string;
  readonly name?: string | undefined;
  /** True where it merges two inputs or more; else it takes one. */
  readonly isMerge?: boolean;
  /** What it trains, for inputs of these shapes. Seeds are dealt in the order of the names. */
  params?(inputs: readonly Shape[]): Weights;
  /** What it keeps from step to step beside. */
  state?(inputs: readonly Shape[]): Weights;
  /** Refuses inputs that would not fit; before anything else. */
  check?(inputs: readonly Shape[]): void;
  run(inputs: readonly Tensor[], own: OwnTensors): Tensor | LayerResult;
}

/** The tensors of a layer by name; absent where its spec told none. */
export interface OwnTensors {
  readonly params: { readonly [name: string]: Tensor };
  readonly state: { readonly [name: string]: Tensor };
  readonly context: LayerContext;
}

/**
 * The context of a model that is used, not trained: `model.apply(params, [x], inference, state)`. Asked for random numbers it throws
 * INVALID_ARGUMENT.
 */
export const inference: LayerContext = {
  training: false,
  random(): never {
    throw unfoldError({ code: 'INVALID_ARGUMENT', op: 'random', problem: 'inference draws no random numbers.', fix: 'ask `context.training` first.' });
  },
};

/** A layer from its weights and what it does with them. Its shape comes from running it on tensors that are never computed. */
export function defineLayer({ kind, name, isMerge = false, params: paramsOf, state: stateOf, check, run }: LayerSpec): Layer {
  checkName(kind, name);
  const line = userLine() ?? kind;

  const weightsFor = (inputs: readonly Shape[]) => {
    checkInputs(kind, inputs, isMerge);
    check?.(inputs);
    return { params: present(paramsOf?.(inputs)), state: present(stateOf?.(inputs)) };
  };

  const outputShape = (inputs: readonly Shape[]): Shape => {
    const weights = weightsFor(inputs);
    const blank = (own: Record<string, Weight>) => mapValues(own, ({ shape }) => zeros(shape));
    const result = run(inputs.map((shape) => zeros([1, ...shape])), { params: blank(weights.params), state: blank(weights.state), context: inference });
    return (result instanceof Tensor ? result : result.output).shape.slice(1);
  };

  return {
    kind,
    ...(name === undefined ? {} : { name }),
    outputShape,
    init(inputs, seed) {
      const weights = weightsFor(inputs);
      let dealt = 0;
      const make = (own: Record<string, Weight>) => mapValues(own, ({ shape, initializer }) => initializer(shape, deriveSeed(seed, dealt++)));
      return { output: outputShape(inputs), params: make(weights.params), state: make(weights.state) };
    },
    apply(params, inputs, context, state) {
      const weights = weightsFor(inputs.map(({ shape }) => shape.slice(1)));
      const own = (tree: Params, of: Record<string, Weight>) => mapValues(of, ({ shape }, weight) => requireParam(kind, tree, weight, shape));
      const result = madeAt(line, () => run(inputs, { params: own(params, weights.params), state: own(state, weights.state), context }));
      return result instanceof Tensor ? { output: result, state } : result;
    },
  };
}

const present = (weights: Weights = {}): Record<string, Weight> =>
  Object.fromEntries(Object.entries(weights).filter((entry): entry is [string, Weight] => entry[1] !== undefined));

const mapValues = <T, U>(record: Readonly<Record<string, T>>, map: (value: T, name: string) => U): Record<string, U> =>
  Object.fromEntries(Object.entries(record).map(([name, value]) => [name, map(value, name)]));

function checkInputs(kind: string, inputs: readonly Shape[], isMerge: boolean): void {
  if (isMerge ? inputs.length >= 2 : inputs.length === 1) return;
  throw unfoldError({
    code: 'INVALID_ARGUMENT',
    op: kind,
    argument: 'inputs',
    problem: `it takes ${isMerge ? 'two inputs or more' : 'one input'} and is given ${inputs.length}.`,
    fix: isMerge ? `give it each branch: connect(${kind}(), left, right).` : 'merge the branches first, with add() or concat().',
  });
}

/** Names stand in paths such as `block.conv.kernel`, so that they hold no dots. */
export function checkName(op: string, name: unknown): void {
  if (name === undefined || (typeof name === 'string' && /^[\w-]+$/.test(name))) return;
  throw unfoldError({ code: 'INVALID_ARGUMENT', op, argument: 'name', problem: `${describe(name)} is not a name.`, fix: "use letters, digits, '_' and '-'." });
}

/** The channels of an image. @throws {UnfoldError} SHAPE_MISMATCH where the input is none. */
export function channelsOf(kind: string, input: Shape): number {
  if (input.length === 3) return input[2]!;
  throw unfoldError({
    code: 'SHAPE_MISMATCH',
    op: kind,
    argument: 'inputs',
    problem: `the input has shape ${formatShape(input)} (without the batch axis), and images are [height, width, channels].`,
    fix: input.length === 2 ? `put reshape([${input.join(', ')}, 1]) before it for images of one channel.` : 'give it images, or put reshape([height, width, channels]) before it.',
  });
}

/** An axis of a tensor `[N, ...input]`, counted with the batch. @throws {UnfoldError} SHAPE_MISMATCH for the batch and for axes that do not exist. */
export function axisOf(kind: string, axis: number, input: Shape): number {
  const rank = input.length + 1;
  const at = axis < 0 ? axis + rank : axis;
  if (at >= 1 && at < rank) return at;
  throw unfoldError({
    code: 'SHAPE_MISMATCH',
    op: kind,
    argument: 'axis',
    problem: `${axis} is ${at === 0 ? 'the batch' : 'no'} axis of an input of shape ${formatShape(input)} (without the batch axis).`,
    fix: rank === 1 ? 'give it an input with axes.' : `use an axis from 1 to ${rank - 1}, or -1 for the last.`,
  });
}
