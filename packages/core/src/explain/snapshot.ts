import type { AttrValue } from '../expr/attrs.js';
import { OpDef } from '../expr/op-def.js';
import type { Graph, NodeId } from '../graph/graph.js';
import { formatType } from '../types/tensor-type.js';

/** Plain data in the place of an attribute's value: ops by name, numbers that JSON lacks as words. */
export type Plain = number | boolean | string | null | readonly Plain[] | { readonly [key: string]: Plain };

export interface NodeSnapshot {
  readonly id: NodeId;
  readonly op: string;
  readonly inputs: readonly NodeId[];
  readonly type: string;
  readonly attrs: Plain;
  readonly source?: string;
}

/** A graph as plain data, in the order of its ids. */
export interface GraphSnapshot {
  readonly nodes: readonly NodeSnapshot[];
  readonly inputs: readonly NodeId[];
  readonly outputs: readonly NodeId[];
}

export const snapshot = ({ nodes, inputs, outputs }: Graph): GraphSnapshot => ({
  nodes: Object.values(nodes).map(({ id, op, inputs: operands, type, attrs, source }) => ({
    id,
    op: op.name,
    inputs: operands,
    type: formatType(type),
    attrs: plain(attrs),
    ...(source === undefined ? {} : { source }),
  })),
  inputs,
  outputs,
});

export function plain(value: AttrValue): Plain {
  if (typeof value === 'number')
    return Number.isFinite(value) && !Object.is(value, -0) ? value : Object.is(value, -0) ? '-0' : String(value);
  if (value === null || value === undefined) return null;
  if (typeof value !== 'object') return value;
  if (value instanceof OpDef) return value.name;
  if (Array.isArray(value)) return (value as readonly AttrValue[]).map(plain);
  return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, plain(entry as AttrValue)]));
}
