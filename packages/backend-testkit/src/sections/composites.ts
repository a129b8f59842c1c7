import { apply, tensor, type DType, type OpDef, type TypedArray } from '@unfoldjs/core';
import type { Fill } from '../arbitraries/data.js';
import { callOf } from '../arbitraries/plan.js';
import { argumentsOf, formatCall, opCallOf, outputOf, programOfCall, runOnce, type Call } from '../support/call.js';
import { checkExact, checkWithin } from '../support/compare.js';
import { runGraph } from '../support/graph.js';
import type { OwnOp } from '../own-op.js';
import { opNamed } from '../support/program-builder.js';
import { referenceOr } from '../support/reference.js';
import { flushed } from './bounds.js';
import { compositeRows } from './composite-rows.js';
import { whyLost, words } from './primitives.js';
import { randomCase } from './random-case.js';
import { LeftOut, type Case, type CaseContext, type Section } from './section.js';

/**
 * Ops that are made of others, against their definition on the reference kernels. Where the backend has no kernel of its own for one,
 * it runs the definition, as programs do.
 */
export const composites = (): Section => ({
  name: 'composite ops',
  mode: 'test',
  cases: compositeRows.flatMap((row) => casesOf({ ...row, op: opNamed(row.op) })),
});

/** The cases of an op against its reference: for each dtype and each kind of data. */
export const casesOf = (row: OwnOp): Case[] =>
  row.dtypes.flatMap((dtype) => (dtype === 'float32' ? (row.fills ?? (['integers', 'reals'] as const)) : (['integers'] as const)).map((fill) => caseOf(row, dtype, fill)));

function caseOf(row: OwnOp, dtype: DType, fill: Fill): Case {
  const op: OpDef = row.op;
  const title = `${op.name}, ${dtype}: ${dtype === 'bool' ? 'bit for bit' : row.bound || fill !== 'reals' ? words[fill] : 'real numbers, bit for bit'}`;
  return {
    title,
    op: op.name,
    async run(context) {
      const lost = whyLost(fill, context);
      if (lost) throw new LeftOut(lost);
      await randomCase(title, callOf(op, row.plans(dtype), fill), formatCall, (call, each) => checkCall(row, call, each)).run(context);
    },
  };
}

async function checkCall({ op: { name }, bound, reference }: OwnOp, call: Call, context: CaseContext): Promise<number | string> {
  const { backend, accuracy } = context;
  const actual = await runEither(call, context);
  if (typeof actual === 'string') return actual;
  const { shape } = outputOf(call);
  const expected = referenceOr(reference);
  if (!bound) return checkExact(actual, expected(call), shape, name);
  const exact = expected(call, 'float64');
  const within = bound(call, exact, accuracy);
  return checkWithin(actual, exact, (i) => within(i) + flushed(backend), shape, name);
}

/** The result by the backend's kernel, or by the op's definition. A string says what of that the backend denies. */
async function runEither(call: Call, { backend, define }: CaseContext): Promise<TypedArray | string> {
  const supported = backend.supports(opCallOf(call));
  if (supported === true) return (await runOnce(backend, programOfCall(call), argumentsOf(call)))[0]!;
  define?.(supported);
  const operands = call.inputs.map(({ shape, dtype }, i) => tensor(call.data[i]!, shape, dtype));
  const results = await runGraph([apply(call.op, operands, call.attrs)], backend, { level: 0 });
  return typeof results === 'string' ? results : results[0]!;
}
