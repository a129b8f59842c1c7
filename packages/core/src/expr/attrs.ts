import type { OpDef } from './op-def.js';

/** A value that an op's attribute may have: plain, immutable, comparable by structure. */
export type AttrValue = number | boolean | string | null | undefined | OpDef | readonly AttrValue[] | { readonly [key: string]: AttrValue };

/** The parameters of an op that are not tensors. Written in one order by the op's function, so that equal calls have equal keys. */
export type Attrs = Readonly<Record<string, AttrValue>>;

export const noAttrs: Attrs = /* @__PURE__ */ Object.freeze({});

/** A string that is equal exactly for structurally equal attributes; unlike JSON it tells NaN, the infinities and -0 apart. */
export function attrsKey(attrs: Attrs): string {
  return attrs === noAttrs ? '' : valueKey(attrs);
}

/** On the path of every op with attributes, hence plain loops. */
function valueKey(value: AttrValue): string {
  switch (typeof value) {
    case 'number':
      return value === 0 && 1 / value < 0 ? '-0' : `${value}`;
    case 'string':
      return `'${value.length}:${value}`;
    case 'boolean':
      return value ? 'T' : 'F';
    case 'undefined':
      return '_';
    default: {
      if (value === null) return 'N';
      let key = '';
      if (Array.isArray(value)) {
        for (let i = 0; i < value.length; i++) key += `${valueKey(value[i])},`;
        return `[${key}]`;
      }
      if (isOpDef(value)) return `#${value.id}`;
      for (const name in value) key += `${name}:${valueKey((value as { readonly [key: string]: AttrValue })[name])},`;
      return `{${key}}`;
    }
  }
}

const isOpDef = (value: object): value is OpDef => 'infer' in value && typeof value.infer === 'function';

/** Attributes as expressions hold them: frozen, one object for all equal ones. */
export interface InternedAttrs {
  readonly attrs: Attrs;
  readonly key: string;
  readonly hash: number;
}

const noneInterned: InternedAttrs = { attrs: noAttrs, key: '', hash: 0 };

/** Forgotten all at once when it is full: equal attributes are then held twice, and still equal by their key. */
const interned = new Map<string, InternedAttrs>();
const capacity = 65_536;

/** The frozen form of some attributes. They are taken over: the caller must not change them. */
export function internAttrs(attrs: Attrs): InternedAttrs {
  if (attrs === noAttrs) return noneInterned;
  const key = attrsKey(attrs);
  const known = interned.get(key);
  if (known) return known;
  if (interned.size >= capacity) interned.clear();
  let hash = 0;
  for (let i = 0; i < key.length; i++) hash = Math.imul(hash ^ key.charCodeAt(i), 0x01000193);
  freezeValue(attrs);
  const entry = { attrs, key, hash };
  interned.set(key, entry);
  return entry;
}

function freezeValue(value: AttrValue): void {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value) || isOpDef(value)) return;
  for (const entry of Object.values(value)) freezeValue(entry as AttrValue);
  Object.freeze(value);
}
