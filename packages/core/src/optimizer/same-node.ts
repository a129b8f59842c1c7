import { OpDef } from '../expr/op-def.js';
import type { AttrValue } from '../expr/attrs.js';
import { constantOp, type GraphNode } from '../graph/graph.js';
import { sameType } from '../types/tensor-type.js';

/** True where two nodes compute the same: op, operands and attributes are equal (for constants the type too). */
export const computesTheSame = (a: GraphNode, b: GraphNode): boolean =>
  a.op === b.op &&
  a.inputs.length === b.inputs.length &&
  a.inputs.every((input, i) => input === b.inputs[i]) &&
  sameValue(a.attrs, b.attrs) &&
  (a.op !== (constantOp as OpDef) || sameType(a.type, b.type));

/** Structural equality that tells 0 from -0 and takes NaN for itself. */
function sameValue(a: AttrValue, b: AttrValue): boolean {
  if (Object.is(a, b)) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null || a instanceof OpDef || b instanceof OpDef)
    return false;
  const keys = Object.keys(a);
  if (Array.isArray(a) !== Array.isArray(b) || keys.length !== Object.keys(b).length) return false;
  return keys.every((key) => key in b && sameValue((a as Fields)[key], (b as Fields)[key]));
}

type Fields = Readonly<Record<string, AttrValue>>;

/** Equal for nodes that compute the same, and for few others. */
export function hashOf({ op, inputs, attrs }: GraphNode): number {
  let hash = op.id;
  for (let i = 0; i < inputs.length; i++) hash = mix(hash, inputs[i]!);
  return hashValue(hash, attrs);
}

const mix = (hash: number, value: number): number => Math.imul(hash ^ value, 0x01000193) ^ (hash >>> 15);

const bits = /* @__PURE__ */ new DataView(/* @__PURE__ */ new ArrayBuffer(8));

function hashValue(hash: number, value: AttrValue): number {
  switch (typeof value) {
    case 'number':
      bits.setFloat64(0, value);
      return mix(mix(hash, bits.getUint32(0)), bits.getUint32(4));
    case 'string':
      for (let i = 0; i < value.length; i++) hash = mix(hash, value.charCodeAt(i));
      return hash;
    case 'object':
      if (value === null) return mix(hash, 1);
      if (value instanceof OpDef) return mix(hash, value.id);
      for (const key in value) hash = hashValue(hash, (value as Fields)[key]);
      return mix(hash, 2);
    default:
      return mix(hash, value === true ? 3 : 4);
  }
}
