import { badArgument } from '@unfoldjs/core';
import { randomAt, type Random } from '@unfoldjs/nn';
import type { Json } from '../engine/json.js';
import type { Parameter, ParamsOf, Space } from './space.js';

/** The first number of the places from which sweeps draw; those of `fit` are 1 to 3. */
const purpose = 0x7377;

/**
 * The parameters of a trial, drawn from the seed of the sweep and the number of the trial alone: never from what ran before, or on how
 * many workers. The order in which a space names its parameters does not matter.
 */
export function sampleParams<S extends Space>(space: S, seed: number, trial: number): ParamsOf<S> {
  const drawn = new Map(Object.keys(space).sort().map((name, i) => [name, draw(space[name]!, randomAt(seed, purpose, trial, i))]));
  return inOrderOf(space, (name) => drawn.get(name)!);
}

function draw(parameter: Parameter, random: Random): Json {
  if (parameter.kind === 'choice') return parameter.values[random.below(parameter.values.length)]!;
  const { kind, low, high } = parameter;
  if (kind === 'integer') return low + random.below(high - low + 1);
  if (kind === 'uniform') return random.between(low, high);
  // The logarithms are rounded, and may lead a little out of the bounds.
  return Math.min(high, Math.max(low, Math.exp(random.between(Math.log(low), Math.log(high)))));
}

/** How many combinations a grid has. @throws {UnfoldError} INVALID_ARGUMENT for a parameter that has no list of values. */
export const gridSize = (space: Space): number => Object.keys(space).reduce((size, name) => size * valuesOf(space, name).count, 1);

/** Combination `trial` of a grid: the last name, in alphabetical order, changes with every trial. */
export function gridParams<S extends Space>(space: S, trial: number): ParamsOf<S> {
  const chosen = new Map<string, Json>();
  let rest = trial;
  for (const name of Object.keys(space).sort().reverse()) {
    const { count, at } = valuesOf(space, name);
    chosen.set(name, at(rest % count));
    rest = Math.floor(rest / count);
  }
  return inOrderOf(space, (name) => chosen.get(name)!);
}

function valuesOf(space: Space, name: string): { count: number; at: (i: number) => Json } {
  const parameter = space[name]!;
  if (parameter.kind === 'choice') return { count: parameter.values.length, at: (i) => parameter.values[i]! };
  if (parameter.kind === 'integer') return { count: parameter.high - parameter.low + 1, at: (i) => parameter.low + i };
  throw badArgument('sweep', 'space', `\`${name}\` is ${parameter.kind}, which has no list of values for a grid.`, `name the values, \`${name}: choice([...])\`, or use the strategy 'random'.`);
}

const inOrderOf = <S extends Space>(space: S, valueOf: (name: string) => Json): ParamsOf<S> =>
  Object.fromEntries(Object.keys(space).map((name) => [name, valueOf(name)])) as ParamsOf<S>;
