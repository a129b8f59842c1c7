import { Refusal } from '../errors/refuse.js';
import { unfoldError } from '../errors/unfold-error.js';
import type { Backend } from '../backend/contract.js';
import type { Storage } from '../runtime/storage.js';
import type { TensorType } from '../types/tensor-type.js';
import { attrsKey, internAttrs, noAttrs, type Attrs } from './attrs.js';
import type { OpDef } from './op-def.js';
import { callSite } from './source-lines.js';

/**
 * An immutable node of the lazy graph. Structurally equal expressions are one object (hash-consing), so that common
 * subexpressions merge as they are built and equality is identity.
 */
export class Expr {
  /** The result's elements once it has been realised, or the data of a leaf. Weak for results: their tensor owns them. */
  realised: WeakRef<Expr> | undefined = undefined;
  /** The user's line that first made it while source lines were captured. */
  source: string | undefined;

  constructor(
    readonly id: number,
    readonly op: OpDef,
    readonly inputs: readonly Expr[],
    readonly attrs: Attrs,
    readonly key: string,
    readonly type: TensorType,
    /** Where the realised tensors beneath it live; null while it stands on host data alone. */
    readonly home: Backend | null,
    /** The elements of a leaf; null for everything else. */
    readonly storage: Storage | null,
  ) {
    this.source = callSite();
  }
}

let nextExprId = 0;

/** Expressions of one hash: nearly always a single one. */
type Bucket = WeakRef<Expr> | WeakRef<Expr>[];

/** Weak, so that an expression lives exactly as long as a tensor or another expression needs it. */
const table = new Map<number, Bucket>();
let live = 0;
let sweepAt = 4096;

/** How many expressions the table holds; dead ones are counted until the next sweep. */
export const expressionCount = (): number => live;

/** Drops dead entries; afterwards the count is that of reachable expressions, as far as the collector has run. */
export function sweepExpressions(): number {
  live = 0;
  for (const [hash, bucket] of table) {
    const refs = Array.isArray(bucket) ? bucket.filter(isLive) : isLive(bucket) ? [bucket] : [];
    if (refs.length === 0) table.delete(hash);
    else if (Array.isArray(bucket)) table.set(hash, refs.length === 1 ? refs[0]! : refs);
    live += refs.length;
  }
  sweepAt = Math.max(4096, live * 2);
  return live;
}

const isLive = (ref: WeakRef<Expr>): boolean => ref.deref() !== undefined;

/**
 * The expression for an op on inputs: the existing one where there is one, else a new one whose type is inferred here, at the
 * call, so that a bad operand is refused on the user's line.
 *
 * @throws {UnfoldError} where `infer` refuses the operands.
 */
export function makeExpr<A extends Attrs>(op: OpDef<A>, inputs: readonly Expr[], attrs: A | typeof noAttrs = noAttrs): Expr {
  const { attrs: frozen, key, hash: attrsHash } = internAttrs(attrs);
  let hash = mix(mix(0x811c9dc5, op.id), attrsHash);
  for (let i = 0; i < inputs.length; i++) hash = mix(hash, inputs[i]!.id);

  const bucket = table.get(hash);
  const found = bucket && find(bucket, op as OpDef, inputs, key);
  if (found) {
    found.source ??= callSite();
    return found;
  }

  const type = inferType(op, inputs, frozen as A);
  const expr = new Expr(nextExprId++, op as OpDef, inputs, frozen, key, type, commonHome(op as OpDef, inputs), null);
  const ref = new WeakRef(expr);
  table.set(hash, bucket === undefined ? ref : Array.isArray(bucket) ? [...bucket, ref] : [bucket, ref]);
  if (++live > sweepAt) sweepExpressions();
  return expr;
}

function find(bucket: Bucket, op: OpDef, inputs: readonly Expr[], key: string): Expr | undefined {
  if (!Array.isArray(bucket)) return matches(bucket.deref(), op, inputs, key);
  for (const ref of bucket) {
    const found = matches(ref.deref(), op, inputs, key);
    if (found) return found;
  }
  return undefined;
}

const matches = (expr: Expr | undefined, op: OpDef, inputs: readonly Expr[], key: string): Expr | undefined =>
  expr && expr.op === op && expr.key === key && sameInputs(expr.inputs, inputs) ? expr : undefined;

/** A leaf that stands for elements in memory. Never shared: two leaves with equal elements are two tensors. */
export const makeLeaf = (op: OpDef, storage: Storage): Expr =>
  new Expr(nextExprId++, op, [], noAttrs, '', storage.type, storage.home, storage);

/** A leaf whose attributes no other has, such as the hole of a trace: neither is looked for or remembered. */
export const makeUnique = <A extends Attrs>(op: OpDef<A>, attrs: A, type: TensorType): Expr =>
  new Expr(nextExprId++, op as OpDef, [], Object.freeze(attrs), attrsKey(attrs), type, null, null);

const mix = (hash: number, value: number): number => Math.imul(hash ^ value, 0x01000193) ^ (hash >>> 15);

const sameInputs = (a: readonly Expr[], b: readonly Expr[]): boolean => {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
};

/** Asks the op for its result's type and turns a refusal into the error that the user sees. */
function inferType<A extends Attrs>(op: OpDef<A>, inputs: readonly Expr[], attrs: A): TensorType {
  const types = inputs.map((input) => input.type);
  try {
    return op.infer(types, attrs);
  } catch (refusal) {
    if (!(refusal instanceof Refusal)) throw refusal;
    throw unfoldError({
      ...refusal,
      op: op.name,
      operands: types.map((type, i) => ({ name: op.argName(i), type })),
      source: callSite(),
    });
  }
}

function commonHome(op: OpDef, inputs: readonly Expr[]): Backend | null {
  let home: Backend | null = null;
  for (const input of inputs) {
    if (input.home === null || input.home === home) continue;
    if (home !== null) {
      throw unfoldError({
        code: 'MIXED_BACKENDS',
        op: op.name,
        problem: `its operands live on two backends, ${home.name} and ${input.home.name}.`,
        fix: 'move one of them first: `await x.to(backend)`.',
        operands: inputs.map(({ type }, i) => ({ name: op.argName(i), type })),
      });
    }
    home = input.home;
  }
  return home;
}
