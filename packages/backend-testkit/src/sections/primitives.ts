import type { DType } from '@unfoldjs/core';
import type { Fill } from '../arbitraries/data.js';
import { callOf } from '../arbitraries/plan.js';
import { argumentsOf, formatCall, opCallOf, outputOf, programOfCall, runOnce, type Call } from '../support/call.js';
import { checkExact, checkWithin } from '../support/compare.js';
import { opNamed } from '../support/program-builder.js';
import { referenceOf } from '../support/reference.js';
import { flushed } from './bounds.js';
import { primitiveRows, type PrimitiveRow } from './primitive-rows.js';
import { randomCase } from './random-case.js';
import { LeftOut, type Case, type CaseContext, type Section } from './section.js';

export const words: Record<Fill, string> = {
  integers: 'whole numbers, bit for bit',
  reals: 'real numbers, within the derived bound',
  specials: 'NaN, infinities and zeros',
  nonFinite: 'NaN, infinities and zeros',
  extremes: 'the ends of int32',
};

/** Every primitive alone, on random well-typed calls, against its reference kernel. */
export const primitives = (): Section => ({ name: 'primitives', mode: 'test', cases: primitiveRows.flatMap(casesOf) });

function casesOf(row: PrimitiveRow): Case[] {
  return row.dtypes.flatMap((dtype) => {
    const fills: readonly Fill[] = dtype === 'float32' ? row.fills : dtype === 'int32' && row.wraps ? ['integers', 'extremes'] : ['integers'];
    return fills.map((fill) => caseOf(row, dtype, fill));
  });
}

function caseOf(row: PrimitiveRow, dtype: DType, fill: Fill): Case {
  const how = dtype === 'bool' ? 'bit for bit' : row.isInexact && fill === 'integers' ? 'whole numbers, within the derived bound' : words[fill];
  const title = [`${row.op}${row.variant ? ` ${row.variant}` : ''}, ${dtype}`, how].join(': ');
  return {
    title,
    op: row.op,
    async run(context) {
      const lost = whyLost(fill, context);
      if (lost) throw new LeftOut(lost);
      const calls = callOf(opNamed(row.op), row.plans(dtype), fill);
      await randomCase(title, calls, formatCall, (call, context) => checkCall(row, call, fill, context)).run(context);
    },
  };
}

/** What the device declares that it cannot keep. */
export function whyLost(fill: Fill, { backend: { device } }: CaseContext): string | null {
  const isSpecial = fill === 'specials' || fill === 'nonFinite';
  if (isSpecial && device.float32.nan === 'lost') return 'the device declares that float32 loses NaN';
  if (isSpecial && device.float32.infinity === 'lost') return 'the device declares that float32 loses the infinities';
  const bits = device.details.int32Bits;
  if (fill === 'extremes' && typeof bits === 'number' && bits < 32) return `the device declares int32 of ${bits} bits`;
  return null;
}

async function checkCall(row: PrimitiveRow, call: Call, fill: Fill, { backend, accuracy }: CaseContext): Promise<number | string> {
  const supported = backend.supports(opCallOf(call));
  if (supported !== true) return supported;
  const [actual] = await runOnce(backend, programOfCall(call), argumentsOf(call));
  const { dtype, shape } = outputOf(call);
  const rounds = dtype === 'float32' && (row.isInexact || fill === 'reals');
  if (!rounds) return checkExact(actual!, referenceOf(call, 'float32'), shape, row.op);
  const exact = referenceOf(call, 'float64');
  const bound = row.bound(call, exact, accuracy);
  const slack = flushed(backend);
  return checkWithin(actual!, exact, (i) => bound(i) + slack, shape, row.op);
}
