import * as fc from 'fast-check';
import { broadcastShapes, type AttrValue, type Attrs, type OpDef, type Shape } from '@unfoldjs/core';
import { opNamed } from '../support/program-builder.js';

export type BodyArg = { readonly input: number } | { readonly step: number } | { readonly value: number; readonly dtype: 'float32' };
export type BodyStep = { readonly op: OpDef; readonly attrs: Attrs; readonly args: readonly BodyArg[]; readonly dtype: 'float32' | 'bool' };
export type Body = readonly BodyStep[];

/** One step of a recipe; which values it reads is decided modulo how many there are. */
const ingredient = fc.record({
  op: fc.constantFrom('add', 'sub', 'mul', 'max', 'min', 'neg', 'relu', 'select'),
  picks: fc.tuple(fc.nat(100), fc.nat(100), fc.nat(100)),
  number: fc.integer({ min: -3, max: 3 }),
});

export type Recipe = readonly { readonly op: string; readonly picks: readonly [number, number, number]; readonly number: number }[];

export const recipe: fc.Arbitrary<Recipe> = fc.array(ingredient, { minLength: 1, maxLength: 6 });

interface Value {
  readonly arg: BodyArg;
  readonly shape: Shape;
  /** No element is larger than this in absolute value: sums and products of whole numbers stay exact below 2^24. */
  readonly most: number;
}

const exactBelow = 2 ** 22;

/** Straight-line float32 code by a recipe. The last instructions add what nothing has read, so that every operand reaches the result. */
export function bodyOf(steps: Recipe, inputs: readonly { readonly shape: Shape; readonly most: number }[], exactUpTo = exactBelow): Body {
  const body: BodyStep[] = [];
  const values: Value[] = inputs.map(({ shape, most }, input) => ({ arg: { input }, shape, most }));
  const unread = new Set(values);

  const emit = (op: string, operands: readonly Value[], most: number, dtype: BodyStep['dtype'] = 'float32'): Value => {
    operands.forEach((value) => unread.delete(value));
    body.push({ op: opNamed(op), attrs: {}, args: operands.map(({ arg }) => arg), dtype });
    const shape = operands.map((value) => value.shape).reduce((a, b) => broadcastShapes(a, b)!);
    return { arg: { step: body.length - 1 }, shape, most };
  };
  const keep = (value: Value): void => {
    values.push(value);
    unread.add(value);
  };

  for (const { op, picks, number } of steps) {
    const constant: Value = { arg: { value: number, dtype: 'float32' }, shape: [], most: Math.abs(number) };
    const pick = (i: 0 | 1 | 2): Value => (i > 0 && picks[i] % 5 === 0 ? constant : values[picks[i] % values.length]!);
    const [a, b, c] = [pick(0), pick(1), pick(2)];
    if (op === 'neg' || op === 'relu') keep(emit(op, [a], a.most));
    else if (op === 'max' || op === 'min') keep(emit(op, [a, b], Math.max(a.most, b.most)));
    else if (op === 'select') keep(emit('where', [emit('less', [a, b], 1, 'bool'), c, a], Math.max(a.most, c.most)));
    else if (op === 'mul' && a.most * b.most <= exactUpTo) keep(emit('mul', [a, b], a.most * b.most));
    else if (a.most + b.most <= exactUpTo) keep(emit(op === 'sub' ? 'sub' : 'add', [a, b], a.most + b.most));
  }
  while (unread.size > 1) {
    const [a, b] = unread as unknown as [Value, Value];
    keep(emit(a.most + b.most <= exactUpTo ? 'add' : 'max', [a, b], a.most + b.most));
  }
  if (body.length === 0) keep(emit('neg', [values[0]!], values[0]!.most));
  return body;
}

/** A body as an attribute, and as a message shows it: `less(in0, 2) -> where(#0, in1, in0)`. */
export const asAttr = (body: Body): AttrValue => body as unknown as AttrValue;

export const formatBody = (body: Body): string =>
  body
    .map(({ op, args }) => `${op.name}(${args.map((arg) => ('value' in arg ? arg.value : 'input' in arg ? `in${arg.input}` : `#${arg.step}`)).join(', ')})`)
    .join(' -> ');
