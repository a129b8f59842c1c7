import type { OpDef } from './op-def.js';

/** A value that an op's attribute may have: plain, immutable, comparable by structure. */
export type AttrValue = number | boolean | string | null | undefined | OpDef | readonly AttrValue[] | { readonly [key: string]: AttrValue };

/** The parameters of an op that are not tensors. Written in one order by the op's function, so that equal calls have equal keys. */
export type Attrs = Readonly<Record<string, AttrValue>>;

export const noAttrs: Attrs = Object.freeze({});

/** A string that is equal exactly for structurally equal attributes; unlike JSON it tells NaN, the infinities and -0 apart. */
export function attrsKey(attrs: Attrs): string {
  if (attrs === noAttrs) return '';
  return valueKey(attrs);
}

function valueKey(value: AttrValue): string {
  switch (typeof value) {
    case 'number':
      return Object.is(value, -0) ? '-0' : String(value);
    case 'string':
      return JSON.stringify(value);
    case 'boolean':
      return value ? 'T' : 'F';
    case 'undefined':
      return '_';
    default:
      if (value === null) return 'N';
      if (Array.isArray(value)) return `[${value.map(valueKey).join()}]`;
      if (isOpDef(value)) return `#${value.id}`;
      return `{${Object.entries(value).map(([key, entry]) => `${key}:${valueKey(entry as AttrValue)}`).join()}}`;
  }
}

const isOpDef = (value: object): value is OpDef => 'infer' in value && typeof value.infer === 'function';

/** Freezes attributes to their leaves, so that a shared expression cannot be changed through them. */
export function freezeAttrs<A extends Attrs>(attrs: A): A {
  for (const value of Object.values(attrs)) freezeValue(value);
  return Object.freeze(attrs);
}

function freezeValue(value: AttrValue): void {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value) || isOpDef(value)) return;
  for (const entry of Object.values(value)) freezeValue(entry as AttrValue);
  Object.freeze(value);
}
