// A program as JSON: what it is made of, without the elements of its constants.
import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';
import { badArgument, type AttrValue, type DType, type OpDef, type Shape } from '@unfoldjs/core';

/** Raised whenever a reader of before would misunderstand what is written: other fields, or other attributes of an op. */
export const programFormat = 1;

/** The metadata of a safetensors file that hold a program: its text, and the SHA-256 of the text's UTF-8 in hexadecimal. */
export const textKey = 'unfold.program';
export const digestKey = 'unfold.program.sha256';
export const digestOf = (text: string): string => bytesToHex(sha256(utf8ToBytes(text)));

/** What may be known of an op by its name alone. */
export interface OpText {
  readonly name: string;
  readonly args: readonly string[];
  readonly isPrimitive: boolean;
  readonly isElementwise: boolean;
  readonly isPointwise: boolean;
}

export interface TypeText {
  readonly dtype: DType;
  readonly shape: Shape;
}

/** Elements of the tensor in the file that has the value's number as its name; or one number, of which float32 constants keep all 64 bits. */
export type ConstantText = { readonly value: number } | { readonly value: number; readonly number: JsonValue };

export interface StepText {
  readonly op: string;
  readonly attrs: JsonValue;
  readonly inputs: readonly { readonly value: number; readonly shape: Shape }[];
  readonly output: number;
  readonly shape: Shape;
}

/** Where a result comes from: a value, read under its own shape. */
export interface ResultText {
  readonly name: string;
  readonly value: number;
  readonly shape: Shape;
}

export interface ProgramText {
  readonly format: number;
  /** The backend that it was optimised for. */
  readonly madeFor: string;
  readonly ops: readonly OpText[];
  readonly values: readonly TypeText[];
  readonly inputs: readonly { readonly name: string; readonly value: number }[];
  readonly constants: readonly ConstantText[];
  readonly steps: readonly StepText[];
  readonly results: readonly ResultText[];
}

export type JsonValue = null | boolean | number | string | readonly JsonValue[] | { readonly [name: string]: JsonValue };

const isOp = (value: object): value is OpDef => 'infer' in value && typeof value.infer === 'function';
const isList = (value: AttrValue | JsonValue): value is readonly never[] => Array.isArray(value);

/** Numbers that JSON has no form for, by their names. */
const special: ReadonlyMap<string, number | undefined> = /* @__PURE__ */ new Map([['NaN', NaN], ['Infinity', Infinity], ['-Infinity', -Infinity], ['-0', -0], ['undefined', undefined]]);

/**
 * An attribute as JSON. What JSON has no form for is a record of one entry: `{ "$": "NaN" }`, and `{ "$op": "relu" }` for an op.
 *
 * @param onOp - told every op that an attribute names.
 * @throws {UnfoldError} INVALID_ARGUMENT for a name that begins with `$`.
 */
export function attrToJson(value: AttrValue, onOp: (op: OpDef) => void): JsonValue {
  if (value === undefined) return { $: 'undefined' };
  if (typeof value === 'number') return Number.isFinite(value) && !Object.is(value, -0) ? value : { $: Object.is(value, -0) ? '-0' : String(value) };
  if (typeof value !== 'object' || value === null) return value;
  if (isList(value)) return (value as readonly AttrValue[]).map((entry) => attrToJson(entry, onOp));
  if (isOp(value)) {
    onOp(value);
    return { $op: value.name };
  }
  return Object.fromEntries(
    Object.entries(value).map(([name, entry]) => {
      if (name.startsWith('$')) throw badArgument('encodeProgram', 'fn', `an attribute of one of its ops is called ${JSON.stringify(name)}.`, 'give attributes names that do not begin with $.');
      return [name, attrToJson(entry as AttrValue, onOp)];
    }),
  );
}

/** Reads an attribute back. Gives the name of an op that `opNamed` does not know, or of a special number that there is none of, to `refuse`. */
export function attrFromJson(value: JsonValue, opNamed: (name: string) => OpDef | undefined, refuse: (problem: string) => Error): AttrValue {
  if (typeof value !== 'object' || value === null) return value;
  if (isList(value)) return (value as readonly JsonValue[]).map((entry) => attrFromJson(entry, opNamed, refuse));
  const { $: name, $op: opName } = value as { readonly [name: string]: JsonValue };
  if (typeof name === 'string' && special.has(name)) return special.get(name);
  const op = typeof opName === 'string' ? opNamed(opName) : undefined;
  if (op) return op;
  const odd = Object.keys(value).find((key) => key.startsWith('$'));
  if (odd !== undefined) throw refuse(`an attribute has ${JSON.stringify(value)}, which stands for nothing.`);
  return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, attrFromJson(entry as JsonValue, opNamed, refuse)]));
}

