import { badArgument } from '@unfoldjs/core';
import type { Json } from '../engine/json.js';

/** One of several values, each as likely as the others. */
export interface Choice<Value extends Json = Json> {
  readonly kind: 'choice';
  readonly values: readonly Value[];
}

/** A number between two others: in `uniform` and `integer` each as likely, in `logUniform` each power of ten. `integer` takes both bounds in. */
export interface NumberRange {
  readonly kind: 'uniform' | 'logUniform' | 'integer';
  readonly low: number;
  readonly high: number;
}

/** What a parameter may be. Plain data, which travels and is compared as JSON. */
export type Parameter<Value extends Json = Json> = Choice<Value> | NumberRange;

/** The parameters of a sweep by their names. */
export type Space = { readonly [name: string]: Parameter };

/**
 * The parameters that a space gives to a trial.
 *
 * @example
 * import { choice, logUniform, type ParamsOf } from '@unfoldjs/distributed';
 * const space = { activation: choice(['relu', 'elu']), rate: logUniform(1e-4, 1e-1) };
 * const params: ParamsOf<typeof space> = { activation: 'elu', rate: 0.01 };
 * params.activation; // => elu
 */
export type ParamsOf<S extends Space> = { readonly [Name in keyof S]: S[Name] extends Choice<infer Value> ? Value : number };

/**
 * One of these values: numbers, texts, booleans, null, or lists and records of them.
 *
 * @throws {UnfoldError} INVALID_ARGUMENT for no values, or one that JSON does not keep as it is.
 */
export function choice<const Value extends Json>(values: readonly Value[]): Choice<Value> {
  if (!Array.isArray(values) || values.length === 0) throw badArgument('choice', 'values', 'there are none to choose from.', "pass a list: choice(['relu', 'elu']).");
  for (const value of values) if (!isJson(value)) throw badArgument('choice', 'values', `${String(value)} does not travel as JSON.`, 'choose among numbers that are finite, texts, booleans, null, and lists and records of them; let the trial look up what they stand for.');
  return { kind: 'choice', values };
}

/** A number from `low` to `high`, every one as likely. @throws {UnfoldError} INVALID_ARGUMENT for bounds that are not finite or not in order. */
export const uniform = (low: number, high: number): NumberRange => rangeOf('uniform', low, high);

/** A number from `low` to `high` whose logarithm is uniform: for rates and weights, whose size matters. @throws {UnfoldError} INVALID_ARGUMENT for bounds that are not in order or not above 0. */
export function logUniform(low: number, high: number): NumberRange {
  if (!(low > 0)) throw badArgument('logUniform', 'low', `${low} has no logarithm.`, 'pass a bound above 0, such as logUniform(1e-4, 1e-1).');
  return rangeOf('logUniform', low, high);
}

/** A whole number from `low` to `high`, both included. @throws {UnfoldError} INVALID_ARGUMENT for bounds that are not whole, not in order or 2^32 apart. */
export function integer(low: number, high: number): NumberRange {
  for (const [name, bound] of [['low', low], ['high', high]] as const) {
    if (!Number.isSafeInteger(bound)) throw badArgument('integer', name, `${bound} is not a whole number.`, 'pass whole numbers, or use uniform(low, high).');
  }
  if (high - low >= 2 ** 32) throw badArgument('integer', 'high', `${high} is ${high - low} above ${low}.`, 'keep the bounds less than 2^32 apart.');
  return rangeOf('integer', low, high);
}

function rangeOf(kind: NumberRange['kind'], low: number, high: number): NumberRange {
  if (!Number.isFinite(low) || !Number.isFinite(high)) throw badArgument(kind, Number.isFinite(low) ? 'high' : 'low', `${low} to ${high} has no end.`, 'pass two finite numbers.');
  if (low > high) throw badArgument(kind, 'high', `${high} is below ${low}.`, 'pass the lower bound first.');
  return { kind, low, high };
}

function isJson(value: unknown): boolean {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return true;
  if (typeof value === 'number') return Number.isFinite(value) && !Object.is(value, -0);
  if (Array.isArray(value)) return value.every(isJson);
  return typeof value === 'object' && Object.getPrototypeOf(value) === Object.prototype && Object.values(value).every(isJson);
}
