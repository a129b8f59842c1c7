import type * as fc from 'fast-check';
import type { Attrs, DType } from '@unfoldjs/core';
import type { Fill } from '../arbitraries/data.js';
import { operands, sameShape } from '../arbitraries/elementwise.js';
import type { Plan } from '../arbitraries/plan.js';
import { line, scan } from '../arbitraries/reductions.js';
import { poolPlan } from '../arbitraries/windows.js';
import { ofAverages, ofHardSwish, ofLogSoftmax, ofQuotient, ofRootQuotient, ofSigmoid, ofSoftmax, ofSumQuotient, type CompositeBound } from './composite-bounds.js';
import { nonzero, positive, withZero } from './primitive-rows.js';

/** How an op that has a definition in simpler ones is tried, where a backend has a kernel for it. */
export interface CompositeRow {
  readonly op: string;
  readonly dtypes: readonly DType[];
  readonly plans: (dtype: DType) => fc.Arbitrary<Plan>;
  /** For float32: what fills the operands. int32 and bool always take `integers`. */
  readonly fills: readonly Fill[];
  /** How far a result may be from the definition in doubles. Absent where nothing rounds. */
  readonly bound?: CompositeBound;
}

const all = ['float32', 'int32', 'bool'] as const;
const numeric = ['float32', 'int32'] as const;
const float = ['float32'] as const;
const bool = ['bool'] as const;
const chosen = ['integers', 'reals', 'specials'] as const;

const withAttrs =
  (plans: (dtype: DType) => fc.Arbitrary<Plan>, attrs: Attrs) =>
  (dtype: DType): fc.Arbitrary<Plan> =>
    plans(dtype).map((plan) => ({ ...plan, attrs: { ...plan.attrs, ...attrs } }));

const pool = (attrs: Attrs) => withAttrs(() => poolPlan, { ceilMode: false, ...attrs });

export const compositeRows: readonly CompositeRow[] = [
  { op: 'abs', dtypes: numeric, plans: operands(1), fills: chosen },
  { op: 'ceil', dtypes: float, plans: operands(1), fills: chosen },
  { op: 'round', dtypes: float, plans: operands(1), fills: chosen },
  { op: 'sign', dtypes: numeric, plans: operands(1), fills: chosen },
  { op: 'clip', dtypes: numeric, plans: withAttrs(operands(1), { min: -2, max: 3 }), fills: chosen },
  { op: 'relu', dtypes: numeric, plans: operands(1), fills: chosen },
  { op: 'relu6', dtypes: numeric, plans: operands(1), fills: chosen },
  { op: 'step', dtypes: float, plans: withAttrs(operands(1), { alpha: 0.5 }), fills: chosen },
  { op: 'leakyRelu', dtypes: float, plans: withAttrs(operands(1), { alpha: 0.25 }), fills: ['integers', 'specials'] },
  { op: 'prelu', dtypes: float, plans: operands(2), fills: ['integers'] },
  { op: 'square', dtypes: numeric, plans: operands(1), fills: ['integers', 'nonFinite'] },
  { op: 'squaredDifference', dtypes: numeric, plans: operands(2), fills: ['integers', 'nonFinite'] },
  { op: 'notEqual', dtypes: all, plans: operands(2), fills: chosen },
  { op: 'greater', dtypes: all, plans: operands(2), fills: chosen },
  { op: 'greaterEqual', dtypes: all, plans: operands(2), fills: chosen },
  { op: 'lessEqual', dtypes: all, plans: operands(2), fills: chosen },
  { op: 'isFinite', dtypes: float, plans: operands(1), fills: ['reals', 'specials'] },
  { op: 'isInf', dtypes: float, plans: operands(1), fills: ['reals', 'specials'] },
  { op: 'logicalAnd', dtypes: bool, plans: operands(2), fills: ['integers'] },
  { op: 'logicalOr', dtypes: bool, plans: operands(2), fills: ['integers'] },
  { op: 'logicalXor', dtypes: bool, plans: operands(2), fills: ['integers'] },
  { op: 'logicalNot', dtypes: bool, plans: operands(1), fills: ['integers'] },
  { op: 'cumsum', dtypes: numeric, plans: scan, fills: ['integers'] },
  { op: 'maxPool2d', dtypes: float, plans: pool({}), fills: chosen },
  { op: 'avgPool2d', dtypes: float, plans: pool({ countIncludePad: false }), fills: ['reals'], bound: ofAverages },
  { op: 'reciprocal', dtypes: float, plans: () => sameShape(1, [nonzero]), fills: ['reals'], bound: ofQuotient },
  { op: 'rsqrt', dtypes: float, plans: () => sameShape(1, [positive]), fills: ['reals'], bound: ofRootQuotient },
  { op: 'divNoNan', dtypes: float, plans: operands(2, [undefined, withZero]), fills: ['reals'], bound: ofQuotient },
  { op: 'softsign', dtypes: float, plans: operands(1), fills: ['reals'], bound: ofSumQuotient },
  { op: 'hardSigmoid', dtypes: float, plans: withAttrs(operands(1), { alpha: 0.25, beta: 0.5 }), fills: ['integers'] },
  { op: 'hardSwish', dtypes: float, plans: operands(1), fills: ['reals'], bound: ofHardSwish },
  { op: 'sigmoid', dtypes: float, plans: operands(1), fills: ['reals'], bound: ofSigmoid(0) },
  { op: 'swish', dtypes: float, plans: operands(1), fills: ['reals'], bound: ofSigmoid(1) },
  { op: 'softmax', dtypes: float, plans: line, fills: ['reals'], bound: ofSoftmax },
  { op: 'logSoftmax', dtypes: float, plans: line, fills: ['reals'], bound: ofLogSoftmax },
];
