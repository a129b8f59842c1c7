import { defineOp, dtypes, formatType, sizeOf, unfoldError, type Attrs, type DType, type OpDef, type Program, type ProgramConstant, type Shape, type Step, type TensorType, type UnfoldError, type ValueId } from '@unfoldjs/core';
import { referenceKernels, scalarFormOf, type Kernel } from '@unfoldjs/core/reference';
import { badFile } from '../data/checks.js';
import type { HostTensor } from '../files/host-tensor.js';
import { decodeSafetensors } from '../files/safetensors.js';
import { attrFromJson, digestKey, digestOf, programFormat, textKey, type JsonValue, type OpText } from './program-text.js';

export interface NamedValue {
  readonly name: string;
  readonly value: ValueId;
  readonly type: TensorType;
}

/** What a file holds: a program as backends take it, and what its inputs and results are called. */
export interface StoredProgram {
  readonly program: Program;
  readonly madeFor: string;
  readonly inputs: readonly NamedValue[];
  /** Steps' results, inputs and constants. */
  readonly results: readonly NamedValue[];
}

type Refuse = (problem: string, fix?: string) => UnfoldError;
type Fields = { readonly [name: string]: JsonValue };

/**
 * Reads a program back, as a backend takes it, and checks that it is one: every value is made exactly once, before it is read, and read
 * with as many elements as it has. For tools; {@link loadProgram} makes it ready to run.
 *
 * @param name - what messages call the file. Default: 'file'.
 * @param known - ops by their names: steps of these are checked by the op as well. Default: none, and the program's ops know their names alone.
 * @throws {UnfoldError} INVALID_FILE for the first rule that is broken.
 */
export function readProgram(file: Uint8Array, name = 'file', known: ReadonlyMap<string, OpDef> = new Map()): StoredProgram {
  const refuse: Refuse = (problem, fix = 'give a file as `encodeProgram` wrote it, whole.') => badFile('loadProgram', name, problem, fix);
  const { tensors, metadata } = decodeSafetensors(file, name);
  const json = metadata[textKey];
  if (json === undefined) throw refuse(`its metadata have no ${textKey}: it holds tensors and no program.`);
  if (metadata[digestKey] !== digestOf(json)) throw refuse(`its ${textKey} was changed: the digest is another one.`);
  const text = reader(parsed(json, refuse), 'the program', refuse);
  if (text.any('format') !== programFormat) throw refuse(`its program is of format ${String(text.any('format'))}; this version of Unfold reads ${programFormat}.`, 'write the file anew with the version that reads it.');

  const ops = new Map(text.list('ops', readOp).map((op) => [op.name, known.get(op.name) ?? opByName(op)]));
  const types = text.list('values', (value) => ({ dtype: value.dtype(), shape: value.shape() }));
  const made = new Set<ValueId>();
  const make = (value: Reader, field: string): ValueId => {
    const id = value.index(field, types.length);
    if (made.has(id)) throw refuse(`value ${id} is made twice.`);
    made.add(id);
    return id;
  };
  const read = (value: Reader): { readonly value: ValueId; readonly type: TensorType } => {
    const id = value.index('value', types.length);
    const type = { dtype: types[id]!.dtype, shape: value.shape() };
    if (!made.has(id)) throw refuse(`value ${id} is read before it is made.`);
    if (sizeOf(type.shape) !== sizeOf(types[id]!.shape)) throw refuse(`value ${id} is ${formatType(types[id]!)} and is read as ${formatType(type)}.`);
    return { value: id, type };
  };

  const inputs = text.list('inputs', (input): NamedValue => {
    const value = make(input, 'value');
    return { name: input.text('name'), value, type: types[value]! };
  });
  const constants = text.list('constants', (constant): ProgramConstant => {
    const value = make(constant, 'value');
    return { value, data: constant.has('number') ? numberOf(constant.any('number'), types[value]!, refuse) : elementsOf(tensors.get(String(value)), value, types[value]!, refuse) };
  });
  const steps = text.list('steps', (step): Step => {
    const opName = step.text('op');
    const op = ops.get(opName);
    if (!op) throw refuse(`it has a step ${JSON.stringify(opName)}, of which its list of ops says nothing.`);
    const attrs = attrFromJson(step.any('attrs'), (each) => ops.get(each), refuse);
    if (!isRecord(attrs)) throw refuse(`the attributes of a step ${opName} are no record.`);
    const operands = step.list('inputs', read);
    const output = make(step, 'output');
    const type = { dtype: types[output]!.dtype, shape: step.shape() };
    if (formatType(type) !== formatType(types[output]!)) throw refuse(`a step ${opName} gives ${formatType(type)}, and its value is ${formatType(types[output]!)}.`);
    if (known.has(opName)) checkStep(op, operands.map((operand) => operand.type), attrs as Attrs, type, refuse);
    return { op, attrs: attrs as Attrs, inputs: operands, output, type };
  });
  if (made.size !== types.length) throw refuse(`${types.length - made.size} of its values are never made.`);
  const results = text.list('results', (result): NamedValue => ({ name: result.text('name'), ...read(result) }));
  for (const [what, names] of [['inputs', inputs], ['results', results]] as const) {
    if (new Set(names.map((each) => each.name)).size !== names.length) throw refuse(`two of its ${what} have one name.`);
  }
  const stepped = new Set(steps.map(({ output }) => output));
  const outputs = [...new Set(results.map(({ value }) => value))].filter((value) => stepped.has(value));
  return { program: { values: types, inputs: inputs.map(({ value }) => ({ value })), constants, steps, outputs }, madeFor: text.text('madeFor'), inputs, results };
}

const isRecord = (value: unknown): value is Fields => typeof value === 'object' && value !== null && !Array.isArray(value);

function parsed(json: string, refuse: Refuse): JsonValue {
  try {
    return JSON.parse(json) as JsonValue;
  } catch (cause) {
    throw refuse(`its program is not JSON (${(cause as Error).message}).`);
  }
}

/** The fields of a record, each of the kind that is asked for or refused by name. */
interface Reader {
  has(field: string): boolean;
  any(field: string): JsonValue;
  text(field: string): string;
  flag(field: string): boolean;
  /** A whole number from 0 below `end`. */
  index(field: string, end: number): number;
  dtype(): DType;
  shape(): Shape;
  list<T>(field: string, each: (entry: Reader) => T): T[];
  texts(field: string): readonly string[];
}

function reader(value: JsonValue, what: string, refuse: Refuse): Reader {
  if (!isRecord(value)) throw refuse(`${what} is no record.`);
  const has = (field: string): boolean => Object.hasOwn(value, field);
  const any = (field: string): JsonValue => {
    if (!has(field)) throw refuse(`${what} has no ${field}.`);
    return value[field]!;
  };
  const kind = <T>(field: string, test: (found: unknown) => boolean, named: string): T => {
    const found = any(field);
    if (!test(found)) throw refuse(`${field} of ${what} is no ${named}.`);
    return found as T;
  };
  const isIndex = (found: unknown): found is number => Number.isSafeInteger(found) && (found as number) >= 0;
  return {
    has,
    any,
    text: (field) => kind(field, (found) => typeof found === 'string', 'text'),
    flag: (field) => kind(field, (found) => typeof found === 'boolean', 'boolean'),
    index: (field, end) => kind(field, (found) => isIndex(found) && found < end, `whole number below ${end}`),
    dtype: () => kind('dtype', (found) => (dtypes as readonly unknown[]).includes(found), 'dtype'),
    shape: () => kind('shape', (found) => Array.isArray(found) && found.every(isIndex) && Number.isSafeInteger(sizeOf(found as number[])), 'shape'),
    list: (field, each) => kind<readonly JsonValue[]>(field, Array.isArray, 'list').map((entry, at) => each(reader(entry, `${field}[${at}]`, refuse))),
    texts: (field) => kind(field, (found) => Array.isArray(found) && found.every((entry) => typeof entry === 'string'), 'list of texts'),
  };
}

const readOp = (op: Reader): OpText => ({ name: op.text('name'), args: op.texts('args'), isPrimitive: op.flag('isPrimitive'), isElementwise: op.flag('isElementwise'), isPointwise: op.flag('isPointwise') });

/** An op of which no more is known than its name, and what the reference kernel of that name does to an element. */
function opByName({ name, args, isPrimitive, isElementwise, isPointwise }: OpText): OpDef {
  const unknown = (): never => {
    throw unfoldError({
      code: 'UNSUPPORTED_OP',
      op: name,
      problem: `a backend asks what ${name} does, and a stored program knows that name alone.`,
      fix: 'load it with the op: `loadProgram(file, backend, { ops: [yours] })`.',
    });
  };
  const kernels: Readonly<Record<string, Kernel>> = referenceKernels;
  const scalar = Object.hasOwn(kernels, name) ? scalarFormOf(kernels[name]!) : null;
  return defineOp({ name, args, infer: unknown, isPointwise, ...(isElementwise && { scalar: scalar ?? unknown }), ...(!isPrimitive && { decompose: unknown }) });
}

function numberOf(json: JsonValue, { dtype, shape }: TensorType, refuse: Refuse): ProgramConstant['data'] {
  const number = attrFromJson(json, () => undefined, refuse);
  if (typeof number !== 'number' || shape.length > 0) throw refuse('a constant is no number.');
  return dtype === 'float32' ? Float64Array.of(number) : dtype === 'int32' ? Int32Array.of(number) : Uint8Array.of(number);
}

function elementsOf(tensor: HostTensor | undefined, value: ValueId, type: TensorType, refuse: Refuse): ProgramConstant['data'] {
  if (tensor && formatType(tensor) === formatType(type)) return tensor.data;
  throw refuse(`value ${value} is a constant ${formatType(type)}; the file has ${tensor ? formatType(tensor) : 'nothing'} under its number.`);
}

function checkStep(op: OpDef, inputs: readonly TensorType[], attrs: Attrs, type: TensorType, refuse: Refuse): void {
  let inferred: string;
  try {
    inferred = formatType(op.infer(inputs, attrs));
  } catch (fault) {
    throw refuse(`a step ${op.name} is refused: ${fault instanceof Error ? fault.message : String(fault)}`);
  }
  if (inferred !== formatType(type)) throw refuse(`a step ${op.name} says that it gives ${formatType(type)}, and it gives ${inferred}.`);
}
