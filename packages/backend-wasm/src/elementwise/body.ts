import type { AttrValue, Attrs, DType, OpDef, TensorType } from '@unfoldjs/core';
import type { FunctionBuilder, Local } from '../emit/function-builder.js';
import type { PlainInstruction } from '../emit/instructions.js';
import { circular } from './circular.js';
import { exp, log, tanh } from './functions.js';
import { floorDiv, floorMod, integerPower, toInt32 } from './integers.js';
import { pow } from './power.js';
import { remainder } from './remainder.js';

/** Elementwise code as the core's fused ops carry it: each instruction reads operands, earlier instructions or numbers. */
export type BodyArg = { readonly input: number } | { readonly step: number } | { readonly value: number; readonly dtype: DType };
export type BodyStep = { readonly op: OpDef; readonly attrs: Attrs; readonly args: readonly BodyArg[]; readonly dtype: DType };
export type Body = readonly BodyStep[];

/** The body among an op's attributes, typed. */
export const bodyOf = (value: AttrValue | undefined): Body => (value ?? []) as unknown as Body;

/** The body of an elementwise op on its own. */
export function singleBody({ op, attrs, inputs, dtype }: { op: OpDef; attrs: Attrs; inputs: readonly TensorType[]; dtype: DType }): Body {
  return [{ op, attrs, args: inputs.map((_, input) => ({ input })), dtype }];
}

/** Four elements in a register: floats, integers, or bool as lanes of ones or zeros. */
export interface Lanes {
  readonly local: Local;
  readonly dtype: DType;
}

type Write = (code: FunctionBuilder, operands: readonly Local[], attrs: Attrs) => void;

const direct =
  (name: PlainInstruction): Write =>
  (code, operands) => {
    for (const one of operands) code.get(one);
    code.op(name);
  };
const ofOne =
  (write: (code: FunctionBuilder, x: Local) => void): Write =>
  (code, [x]) =>
    write(code, x!);

/** `max(x, 0)` that keeps NaN and makes 0 of -0; one comparison and a sum are quicker than the full maximum. */
const relu = ofOne((code, x) => code.get(x).floats(0).op('f32x4.pmax').floats(0).op('f32x4.add'));

const where: Write = (code, [condition, a, b]) => code.get(a!).get(b!).get(condition!).op('v128.bitselect');

/** Code by op and by the dtype of its last operand; what is not here has none, but of the primitives all are. */
const writers: Readonly<Record<string, { readonly [K in DType]?: Write }>> = {
  add: { float32: direct('f32x4.add'), int32: direct('i32x4.add') },
  sub: { float32: direct('f32x4.sub'), int32: direct('i32x4.sub') },
  mul: { float32: direct('f32x4.mul'), int32: direct('i32x4.mul') },
  div: { float32: direct('f32x4.div'), int32: (code, [a, b]) => floorDiv(code, a!, b!) },
  mod: { float32: (code, [a, b]) => remainder(code, a!, b!), int32: (code, [a, b]) => floorMod(code, a!, b!) },
  pow: { float32: (code, [x, y]) => pow(code, x!, y!), int32: (code, [base, exponent]) => integerPower(code, base!, exponent!) },
  max: { float32: direct('f32x4.max'), int32: direct('i32x4.max_s'), bool: direct('v128.or') },
  min: { float32: direct('f32x4.min'), int32: direct('i32x4.min_s'), bool: direct('v128.and') },
  less: { float32: direct('f32x4.lt'), int32: direct('i32x4.lt_s'), bool: (code, [a, b]) => code.get(a!).op('v128.not').get(b!).op('v128.and') },
  equal: { float32: direct('f32x4.eq'), int32: direct('i32x4.eq'), bool: direct('i32x4.eq') },
  where: { float32: where, int32: where, bool: where },
  neg: { float32: direct('f32x4.neg'), int32: direct('i32x4.neg') },
  abs: { float32: direct('f32x4.abs') },
  exp: { float32: ofOne(exp) },
  log: { float32: ofOne(log) },
  sqrt: { float32: direct('f32x4.sqrt') },
  sin: { float32: ofOne((code, x) => circular(code, x, false)) },
  cos: { float32: ofOne((code, x) => circular(code, x, true)) },
  tanh: { float32: ofOne(tanh) },
  floor: { float32: direct('f32x4.floor') },
  isNaN: { float32: ofOne((code, x) => code.get(x).get(x).op('f32x4.ne')) },
  square: { float32: ofOne((code, x) => code.get(x).get(x).op('f32x4.mul')) },
  relu: { float32: relu },
};

const casts: Readonly<Record<string, Write>> = {
  'bool float32': ofOne((code, x) => code.get(x).floats(1).op('v128.and')),
  'bool int32': ofOne((code, x) => code.get(x).integers(1).op('v128.and')),
  'int32 float32': ofOne((code, x) => code.get(x).op('f32x4.convert_i32x4_s')),
  'int32 bool': ofOne((code, x) => code.get(x).integers(0).op('i32x4.ne')),
  'float32 int32': ofOne(toInt32),
  'float32 bool': ofOne((code, x) => code.get(x).floats(0).op('f32x4.ne')),
};

const writerOf = (op: OpDef, from: DType, to: DType): Write | undefined => (op.name === 'cast' ? casts[`${from} ${to}`] : writers[op.name]?.[from]);

const dtypeOf = (arg: BodyArg, body: Body, inputs: readonly DType[]): DType =>
  'input' in arg ? inputs[arg.input]! : 'step' in arg ? body[arg.step]!.dtype : arg.dtype;

/** The first op of a body for which there is no code in WebAssembly; null where there is code for all. */
export function missingIn(body: Body, inputs: readonly DType[]): OpDef | null {
  return body.find(({ op, args, dtype }) => !writerOf(op, dtypeOf(args.at(-1)!, body, inputs), dtype))?.op ?? null;
}

/** Writes a body on operands in registers and returns its result. Each instruction rounds as the unfused op would. */
export function writeBody(code: FunctionBuilder, body: Body, inputs: readonly Lanes[]): Lanes {
  const results: Lanes[] = [];
  const dtypes = inputs.map(({ dtype }) => dtype);
  for (const { op, attrs, args, dtype } of body) {
    const operands = args.map((arg) => ('value' in arg ? constant(code, arg) : 'input' in arg ? inputs[arg.input]! : results[arg.step]!).local);
    writerOf(op, dtypeOf(args.at(-1)!, body, dtypes), dtype)!(code, operands, attrs);
    const local = code.local('v128');
    code.set(local);
    results.push({ local, dtype });
  }
  return results.at(-1) ?? inputs[0]!;
}

function constant(code: FunctionBuilder, { value, dtype }: { readonly value: number; readonly dtype: DType }): Lanes {
  const local = code.local('v128');
  if (dtype === 'float32') code.floats(value);
  else code.integers(dtype === 'bool' ? -value : value);
  code.set(local);
  return { local, dtype };
}
