import type * as fc from 'fast-check';
import { apply, avgPool2d, conv2d, maxPool2d, type Attrs, type OpDef, type Tensor } from '@unfoldjs/core';
import type { Fill } from '../arbitraries/data.js';
import { conv2dPlan, convBias, convFilterBias, convInputBias, fusedElementwiseOf, matmulBias } from '../arbitraries/fused.js';
import { sameShape } from '../arbitraries/elementwise.js';
import type { Plan } from '../arbitraries/plan.js';
import { avgPoolGradient, maxPoolGradient, poolPlan } from '../arbitraries/windows.js';
import { opNamed } from '../support/program-builder.js';
import { nonzero, positive, primitiveRows } from './primitive-rows.js';
import { ofElements, ofQuotients, ofShares, type GradientBound } from './gradient-bounds.js';

/** How the gradient of one op is tried. */
export interface GradientRow {
  readonly op: string;
  /** Which of several rows of one op this is. */
  readonly variant?: string;
  readonly plans: fc.Arbitrary<Plan>;
  readonly fill: Fill;
  /** The function that is differentiated. Default: the op. */
  readonly call?: (operands: readonly Tensor[], attrs: Attrs) => Tensor;
  /** The operands that a gradient is wanted for. Default: all of float32. */
  readonly argument?: number;
  /** How far a gradient may be from that in doubles. Absent where it is exact. */
  readonly bound?: GradientBound;
}

export const callRow = ({ op, call }: GradientRow, operands: readonly Tensor[], attrs: Attrs): Tensor =>
  call ? call(operands, attrs) : apply(opNamed(op) as OpDef, operands, attrs);

/** Where data are small whole numbers, so are gradients; those of `max` and `min` also halves, in a tie. */
const exactPrimitives = [
  'add', 'sub', 'mul', 'max', 'min', 'where', 'neg', 'reduceSum', 'reduceProd', 'matmul', 'im2col', 'col2im',
  'pad', 'slice', 'transpose', 'broadcast', 'concat', 'reverse', 'gather', 'scatterAdd',
];

const exactRow = (op: string): GradientRow => ({ op, plans: primitiveRows.find((row) => row.op === op)!.plans('float32'), fill: 'integers' });

const smooth = (op: string, count: number, draws: Parameters<typeof sameShape>[1] = []): GradientRow => ({ op, plans: sameShape(count, draws), fill: 'reals', bound: ofElements(op) });

export const gradientRows: readonly GradientRow[] = [
  ...exactPrimitives.map(exactRow),
  { op: 'mod', variant: 'for what is divided', plans: sameShape(2, [undefined, nonzero]), fill: 'integers', argument: 0 },
  { ...exactRow('reduceMax'), bound: ofQuotients },
  smooth('div', 2, [undefined, nonzero]),
  smooth('pow', 2, [positive]),
  smooth('exp', 1),
  smooth('log', 1, [positive]),
  smooth('sqrt', 1, [positive]),
  smooth('sin', 1),
  smooth('cos', 1),
  smooth('tanh', 1),
  { op: 'fusedElementwise', plans: fusedElementwiseOf({ mostSteps: 3, exactUpTo: 64 }), fill: 'integers' },
  { op: 'matmulEpilogue', variant: 'with bias and relu', plans: matmulBias('relu'), fill: 'integers' },
  { op: 'convMatmul', variant: 'with bias and relu', plans: convBias('relu'), fill: 'integers' },
  { op: 'convFilterMatmul', variant: 'with bias and relu', plans: convFilterBias('relu'), fill: 'integers' },
  { op: 'convInputMatmul', variant: 'with bias and relu', plans: convInputBias('relu'), fill: 'integers' },
  { op: 'conv2d', plans: conv2dPlan, fill: 'integers', call: ([x, filters], attrs) => conv2d(x!, filters!, attrs) },
  { op: 'maxPool2d', plans: poolPlan, fill: 'integers', call: ([x], attrs) => maxPool2d(x!, attrs as never), bound: ofShares },
  { op: 'avgPool2d', plans: poolPlan, fill: 'reals', call: ([x], attrs) => avgPool2d(x!, attrs as never), bound: ofShares },
  { op: 'maxPool2dGradient', variant: 'for what it shares out', plans: maxPoolGradient, fill: 'reals', argument: 2, bound: ofShares },
  { op: 'avgPool2dGradient', plans: avgPoolGradient, fill: 'reals', bound: ofShares },
];
