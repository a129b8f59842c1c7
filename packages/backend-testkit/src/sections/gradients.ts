import * as fc from 'fast-check';
import { apply, mul, sum, tensor, type OpDef, type Tensor, type TypedArray } from '@unfoldjs/core';
import { grad } from '@unfoldjs/core/autodiff';
import { dataFor } from '../arbitraries/data.js';
import { callOf } from '../arbitraries/plan.js';
import { formatCall, type Call } from '../support/call.js';
import { checkExact, checkWithin } from '../support/compare.js';
import { runGraph } from '../support/graph.js';
import type { OwnOp } from '../own-op.js';
import { interpret, type OwnKernels } from '../support/interpret.js';
import { opNamed } from '../support/program-builder.js';
import { flushed } from './bounds.js';
import { callRow, gradientRows, type GradientRow } from './gradient-rows.js';
import { randomCase } from './random-case.js';
import type { Case, CaseContext, Section } from './section.js';

/** A call, and the seed of what the loss weighs its result with. */
interface Differentiated {
  readonly call: Call;
  readonly seed: number;
}

/** The gradient of each op, as the core derives it, against the same graph on the reference kernels. */
export const gradients = (): Section => ({ name: 'gradients', mode: 'grad', cases: gradientRows.map((row) => caseOf(row, opNamed(row.op))) });

/** The same for an op from outside that rounds nothing: its gradients of whole numbers, bit for bit. */
export const gradientCasesOf = ({ op, dtypes, plans, bound, reference }: OwnOp): Case[] =>
  bound || !dtypes.includes('float32') ? [] : [caseOf({ op: op.name, plans: plans('float32'), fill: 'integers', call: (operands, attrs) => apply(op, operands, attrs) }, op, reference && { [op.name]: reference })];

function caseOf(row: GradientRow, op: OpDef, own?: OwnKernels): Case {
  const how = row.bound ? 'within the derived bound' : 'whole numbers, bit for bit';
  const title = `${row.op}${row.variant ? ` ${row.variant}` : ''}: ${how}`;
  const each = fc.record({ call: callOf(op, row.plans, row.fill), seed: fc.integer() });
  return { ...randomCase<Differentiated>(title, each, ({ call, seed }) => `gradient of ${formatCall(call)}, weighed by ${seed}`, (value, context) => checkGradients(row, value, context, own)), op: row.op };
}

/** The operands that a gradient is wanted for. */
const wanted = ({ argument }: GradientRow, { inputs }: Call): number[] =>
  inputs.flatMap(({ dtype }, i) => (dtype === 'float32' && (argument === undefined || argument === i) ? [i] : []));

async function checkGradients(row: GradientRow, { call, seed }: Differentiated, { backend, accuracy }: CaseContext, own?: OwnKernels): Promise<number | string> {
  const operands = call.inputs.map(({ shape, dtype }, i) => tensor(call.data[i]!, shape, dtype));
  const { type } = callRow(row, operands, call.attrs);
  const dy = dataFor(type, seed, row.fill);
  const slopes = gradientsOf(row, call, operands, tensor(dy, type.shape));
  const actual = await runGraph(slopes, backend, { level: 2 });
  if (typeof actual === 'string') return actual;

  const expected = interpret(slopes, row.bound ? 'float64' : 'float32', own);
  const absolute = (k: number) => (): TypedArray => interpret([gradientsOf(row, call, operands, tensor(dy.map(Math.abs), type.shape))[k]!], 'float64')[0]!;
  const errors = wanted(row, call).map((operand, k) => {
    const what = `the gradient of ${row.op} for ${call.op.argName(operand)}`;
    const { shape } = slopes[k]!;
    if (!row.bound) return checkExact(actual[k]!, expected[k]!, shape, what);
    const bound = row.bound({ op: row.op, data: call.data, dy, attrs: call.attrs, accuracy, exact: expected[k]!, absolute: absolute(k) }, operand);
    return checkWithin(actual[k]!, expected[k]!, (at) => bound(at) + flushed(backend), shape, what);
  });
  return Math.max(0, ...errors);
}

/** The gradients of `sum(result * dy)` for the operands that are wanted. */
function gradientsOf(row: GradientRow, call: Call, operands: readonly Tensor[], dy: Tensor): readonly Tensor[] {
  const which = wanted(row, call);
  const lossOf = (chosen: readonly Tensor[]): Tensor => {
    const all = operands.map((operand, i) => (which.includes(i) ? chosen[which.indexOf(i)]! : operand));
    return sum(mul(callRow(row, all, call.attrs), dy));
  };
  return grad(lossOf)(which.map((i) => operands[i]!));
}
