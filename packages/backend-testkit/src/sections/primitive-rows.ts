import type * as fc from 'fast-check';
import type { DType } from '@unfoldjs/core';
import type { Draw, Fill } from '../arbitraries/data.js';
import { castTo, choice, operands } from '../arbitraries/elementwise.js';
import * as layout from '../arbitraries/layout.js';
import { matmul } from '../arbitraries/linalg.js';
import type { Plan } from '../arbitraries/plan.js';
import { arg, product, reduction } from '../arbitraries/reductions.js';
import { col2im, im2col } from '../arbitraries/windows.js';
import type { Call } from '../support/call.js';
import { exactly, multiplied, rounded, summed, termsOfReduction, type Bound } from './bounds.js';

/** How one primitive is tried. */
export interface PrimitiveRow {
  readonly op: string;
  /** Which of several rows of one op this is. */
  readonly variant?: string;
  readonly dtypes: readonly DType[];
  readonly plans: (dtype: DType) => fc.Arbitrary<Plan>;
  /** For float32: what fills the operands. int32 and bool always take `integers`. */
  readonly fills: readonly Fill[];
  /** True where int32 wraps around, or takes numbers up to the ends of its range. */
  readonly wraps?: boolean;
  readonly bound: Bound;
  /** True where even whole numbers round. */
  readonly isInexact?: boolean;
}

const all = ['float32', 'int32', 'bool'] as const;
const numeric = ['float32', 'int32'] as const;
const float = ['float32'] as const;

export const positive: Draw = (random) => random.real(0.0625, 4);
export const nonzero: Draw = (random) => (random.unit() < 0.5 ? -1 : 1) * random.integer(1, 4);
const exponents: Draw = (random) => random.integer(0, 3);
const angle: Draw = (random) => random.real(-3, 3);
export const withZero: Draw = (random) => random.integer(-4, 4);

const matmulTerms = ({ inputs: [a], attrs }: Call): number => a!.shape.at(attrs.transposeA ? -2 : -1)!;
const windowTerms = ({ attrs }: Call): number => (attrs.window as number[]).reduce((product, size) => product * size, 1);

/** Any operand of one op, exactly as the kernel stores it. */
const everything = { fills: ['integers', 'reals', 'specials'], bound: exactly, wraps: true } as const;

/** Every primitive at least once. A new primitive takes its row here; a test compares the two lists. */
export const primitiveRows: readonly PrimitiveRow[] = [
  { op: 'add', dtypes: numeric, plans: operands(2), fills: ['integers', 'reals', 'specials'], bound: rounded, wraps: true },
  { op: 'sub', dtypes: numeric, plans: operands(2), fills: ['integers', 'reals', 'specials'], bound: rounded, wraps: true },
  { op: 'mul', dtypes: numeric, plans: operands(2), fills: ['integers', 'reals', 'specials'], bound: rounded, wraps: true },
  { op: 'div', dtypes: float, plans: operands(2, [undefined, nonzero]), fills: ['integers', 'reals'], bound: rounded, isInexact: true },
  { op: 'div', variant: 'with zeros and infinities', dtypes: float, plans: operands(2), fills: ['specials'], bound: rounded, isInexact: true },
  { op: 'div', variant: 'rounding down', dtypes: ['int32'], plans: operands(2, [withZero, withZero]), fills: ['integers'], bound: exactly },
  { op: 'mod', dtypes: float, plans: operands(2, [undefined, nonzero]), fills: ['integers'], bound: exactly },
  { op: 'mod', variant: 'with the sign of the divisor', dtypes: ['int32'], plans: operands(2, [withZero, withZero]), fills: ['integers'], bound: exactly },
  { op: 'pow', variant: 'of positive numbers', dtypes: float, plans: operands(2, [positive, undefined]), fills: ['reals'], bound: rounded, isInexact: true },
  { op: 'pow', variant: 'to whole exponents', dtypes: float, plans: operands(2, [undefined, exponents]), fills: ['integers'], bound: rounded, isInexact: true },
  { op: 'pow', variant: 'of integers', dtypes: ['int32'], plans: operands(2), fills: ['integers'], bound: exactly },
  { op: 'max', dtypes: all, plans: operands(2), ...everything },
  { op: 'min', dtypes: all, plans: operands(2), ...everything },
  { op: 'less', dtypes: all, plans: operands(2), ...everything },
  { op: 'equal', dtypes: all, plans: operands(2), ...everything },
  { op: 'where', dtypes: all, plans: choice, ...everything },
  { op: 'neg', dtypes: numeric, plans: operands(1), ...everything },
  { op: 'exp', dtypes: float, plans: operands(1), fills: ['reals', 'specials'], bound: rounded, isInexact: true },
  { op: 'log', dtypes: float, plans: operands(1, [positive]), fills: ['reals'], bound: rounded, isInexact: true },
  { op: 'log', variant: 'of zero, infinities and negative numbers', dtypes: float, plans: operands(1), fills: ['specials'], bound: rounded, isInexact: true },
  { op: 'sqrt', dtypes: float, plans: operands(1, [positive]), fills: ['reals'], bound: rounded, isInexact: true },
  { op: 'sqrt', variant: 'of zero, infinities and negative numbers', dtypes: float, plans: operands(1), fills: ['specials'], bound: rounded, isInexact: true },
  { op: 'sin', dtypes: float, plans: operands(1, [angle]), fills: ['reals'], bound: rounded, isInexact: true },
  { op: 'cos', dtypes: float, plans: operands(1, [angle]), fills: ['reals'], bound: rounded, isInexact: true },
  { op: 'tanh', dtypes: float, plans: operands(1), fills: ['reals', 'specials'], bound: rounded, isInexact: true },
  { op: 'floor', dtypes: float, plans: operands(1), ...everything },
  { op: 'isNaN', dtypes: float, plans: operands(1), ...everything },
  { op: 'cast', variant: 'to float32', dtypes: ['int32', 'bool'], plans: castTo('float32'), fills: ['integers'], bound: exactly },
  { op: 'cast', variant: 'to int32', dtypes: ['float32', 'bool'], plans: castTo('int32'), fills: ['integers', 'reals'], bound: exactly },
  { op: 'cast', variant: 'to bool', dtypes: numeric, plans: castTo('bool'), fills: ['integers', 'specials'], bound: exactly, wraps: true },
  { op: 'reduceSum', dtypes: numeric, plans: reduction, fills: ['integers', 'reals', 'nonFinite'], bound: summed(termsOfReduction), wraps: true },
  { op: 'reduceMax', dtypes: all, plans: reduction, ...everything },
  { op: 'reduceProd', dtypes: numeric, plans: product, fills: ['integers', 'reals'], bound: multiplied },
  { op: 'argMax', dtypes: all, plans: arg, fills: ['integers', 'reals', 'specials'], bound: exactly },
  { op: 'matmul', dtypes: numeric, plans: matmul, fills: ['integers', 'reals', 'nonFinite'], bound: summed(matmulTerms) },
  { op: 'im2col', dtypes: numeric, plans: im2col, fills: ['integers', 'reals', 'specials'], bound: exactly },
  { op: 'col2im', dtypes: numeric, plans: col2im, fills: ['integers', 'reals'], bound: summed(windowTerms) },
  { op: 'pad', dtypes: all, plans: layout.pad, ...everything },
  { op: 'slice', dtypes: all, plans: layout.slice, ...everything },
  { op: 'transpose', dtypes: all, plans: layout.transpose, ...everything },
  { op: 'broadcast', dtypes: all, plans: layout.broadcast, ...everything },
  { op: 'concat', dtypes: all, plans: layout.concat, ...everything },
  { op: 'reverse', dtypes: all, plans: layout.reverse, ...everything },
  { op: 'gather', dtypes: all, plans: layout.gather, ...everything },
  { op: 'scatterAdd', dtypes: numeric, plans: layout.scatterAdd, fills: ['integers', 'reals'], bound: summed(({ inputs }) => Math.max(1, inputs[1]!.shape.reduce((n, d) => n * d, 1))) },
];
