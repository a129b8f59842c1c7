import { attrsKey, noAttrs, type Attrs } from '../expr/attrs.js';
import { scalarOp } from '../expr/leaves.js';
import type { OpDef } from '../expr/op-def.js';
import { graft } from '../graph/graft.js';
import { constantOp, inputOp, type ConstantPool, type Graph, type GraphNode, type NodeId } from '../graph/graph.js';
import { viewOf } from '../graph/view.js';
import { Refusal } from '../errors/refuse.js';
import type { Tensor } from '../tensor/tensor.js';
import { allocate, type DType, type TypedArray } from '../types/dtype.js';
import type { TensorType } from '../types/tensor-type.js';
import type { NodeRef } from './pattern.js';
import type { Builder } from './rule.js';
import type { Target } from './target.js';

/** One entry of the node table before and after a rewrite; null where there is none. */
export interface Write {
  readonly id: NodeId;
  readonly before: GraphNode | null;
  readonly after: GraphNode | null;
}

/**
 * A graph under rewriting: the frozen base and the entries that changed. Users are kept up to date, new nodes are hash-consed,
 * and nodes that nobody reads any more go at once, so that a rewrite costs what it touches and not what the graph holds.
 */
export class Overlay implements Builder {
  readonly #changed = new Map<NodeId, GraphNode | null>();
  readonly #users = new Map<NodeId, Set<NodeId>>();
  readonly #view;
  /** Where each output that was replaced went. */
  readonly #outputs: NodeId[];
  readonly #outputIds: Map<NodeId, number>;
  #byKey: Map<string, NodeId> | null = null;
  #nextId: NodeId;
  #source: string | undefined = undefined;

  /** Nodes inserted, and nodes that lost a user, since `begin`. */
  inserted: NodeId[] = [];
  relieved: Set<NodeId> = new Set();
  /** Every change since `begin`, in order. */
  writes: Write[] = [];

  constructor(
    readonly base: Graph,
    private readonly pool: ConstantPool,
    readonly target: Target,
  ) {
    this.#view = viewOf(base);
    this.#nextId = base.nextId;
    this.#outputs = [...base.outputs];
    this.#outputIds = new Map();
    for (const id of base.outputs) this.#outputIds.set(id, (this.#outputIds.get(id) ?? 0) + 1);
  }

  /** Starts the log of one rewrite. Nodes made in it stand on the user's line that made `root`. */
  begin(root: NodeRef): void {
    this.inserted = [];
    this.relieved = new Set();
    this.writes = [];
    this.#source = root.source;
  }

  // --- reading ---

  has(id: NodeId): boolean {
    return this.#at(id) !== null;
  }

  node(id: NodeId): NodeRef {
    const node = this.#at(id);
    if (!node) throw new RangeError(`no node ${id}`);
    return { ...node, id };
  }

  #at(id: NodeId): GraphNode | null {
    const changed = this.#changed.get(id);
    return changed === undefined ? (this.base.nodes[id] ?? null) : changed;
  }

  usersOf(id: NodeId): Iterable<NodeId> {
    return this.#users.get(id) ?? this.#view.usersOf(id);
  }

  userCount(id: NodeId): number {
    return this.#users.get(id)?.size ?? this.#view.usersOf(id).length;
  }

  isOutput(id: NodeId): boolean {
    return this.#outputIds.has(id);
  }

  hasOneUser(id: NodeId): boolean {
    return this.userCount(id) === 1 && !this.isOutput(id);
  }

  elements(node: NodeRef): TypedArray | null {
    if (node.op === constantOp) return this.pool.get(node.attrs.key as number);
    if (node.op !== scalarOp) return null;
    const data = allocate(node.type.dtype, 1);
    data[0] = node.attrs.value as number;
    return data;
  }

  supports(node: NodeRef): true | string {
    return this.target.supports({ op: node.op, attrs: node.attrs, inputs: this.#typesOf(node.inputs), output: node.type });
  }

  #typesOf(ids: readonly NodeId[]): TensorType[] {
    return ids.map((id) => this.#at(id)!.type);
  }

  // --- building ---

  op<A extends Attrs>(op: OpDef<A>, inputs: readonly NodeRef[], attrs: A | typeof noAttrs = noAttrs): NodeRef {
    const types = inputs.map((input) => input.type);
    return this.node(this.add(op as OpDef, inputs.map((input) => input.id), attrs, infer(op, types, attrs as A)));
  }

  ifSupported<A extends Attrs>(op: OpDef<A>, inputs: readonly NodeRef[], attrs: A | typeof noAttrs = noAttrs): NodeRef | null {
    const types = inputs.map((input) => input.type);
    const output = infer(op, types, attrs as A);
    return this.target.supports({ op: op as OpDef, attrs, inputs: types, output }) === true ? this.op(op, inputs, attrs) : null;
  }

  tensors(build: (inputs: readonly Tensor[]) => Tensor, inputs: readonly NodeRef[]): NodeRef {
    return this.node(graft(build, inputs, this));
  }

  scalar(value: number, dtype: DType): NodeRef {
    return this.node(this.add(scalarOp as OpDef, [], { value, dtype }, { dtype, shape: [] }));
  }

  constant(data: TypedArray, type: TensorType): NodeRef {
    return this.node(this.addConstant(data, type));
  }

  /** The id of an equal node, or of a new one. */
  add(op: OpDef, inputs: readonly NodeId[], attrs: Attrs, type: TensorType): NodeId {
    const node: GraphNode = { op, inputs, attrs, type, ...(this.#source === undefined ? {} : { source: this.#source }) };
    const key = keyOf(node);
    const known = this.#table.get(key);
    if (known !== undefined) return known;
    const id = this.#nextId++;
    this.#write(id, node);
    for (const input of inputs) this.#mutableUsers(input).add(id);
    this.inserted.push(id);
    return id;
  }

  addConstant(data: TypedArray, type: TensorType): NodeId {
    return this.add(constantOp as OpDef, [], { key: keyOfConstant(this.pool, data, type) }, type);
  }

  /** The node that stood in the table first under this node's key; the node itself where it is the first. */
  firstEqual(id: NodeId): NodeId {
    return this.#table.get(keyOf(this.#at(id)!)) ?? id;
  }

  get #table(): Map<string, NodeId> {
    if (this.#byKey) return this.#byKey;
    const table = (this.#byKey = new Map<string, NodeId>());
    for (const id of this.#view.order) {
      const node = this.#at(id);
      if (node && !table.has(keyOf(node))) table.set(keyOf(node), id);
    }
    return table;
  }

  // --- rewriting ---

  /** Puts `by` in the place of `root` everywhere and drops what nobody reads any more. Returns the nodes that read it now. */
  replace(root: NodeId, by: NodeId): readonly NodeId[] {
    const readers = [...this.usersOf(root)];
    for (const user of readers) {
      const node = this.#at(user)!;
      this.#write(user, { ...node, inputs: node.inputs.map((input) => (input === root ? by : input)) });
      this.#mutableUsers(by).add(user);
    }
    this.#mutableUsers(root).clear();
    const asOutput = this.#outputIds.get(root) ?? 0;
    if (asOutput > 0) {
      this.#outputIds.delete(root);
      this.#outputIds.set(by, (this.#outputIds.get(by) ?? 0) + asOutput);
      for (let i = 0; i < this.#outputs.length; i++) if (this.#outputs[i] === root) this.#outputs[i] = by;
    }
    this.sweep(root);
    for (let i = this.inserted.length - 1; i >= 0; i--) if (this.inserted[i] !== by) this.sweep(this.inserted[i]!);
    return readers;
  }

  /** Drops a node that nobody reads, and its operands where they were read by it alone. */
  sweep(id: NodeId): void {
    const stack = [id];
    while (stack.length > 0) {
      const dead = stack.pop()!;
      const node = this.#at(dead);
      if (!node || node.op === (inputOp as OpDef) || this.userCount(dead) > 0 || this.isOutput(dead)) continue;
      this.#write(dead, null);
      for (const input of node.inputs) {
        this.#mutableUsers(input).delete(dead);
        this.relieved.add(input);
        stack.push(input);
      }
    }
  }

  #write(id: NodeId, node: GraphNode | null): void {
    const before = this.#at(id);
    this.writes.push({ id, before, after: node });
    const table = this.#byKey;
    if (table && before && table.get(keyOf(before)) === id) table.delete(keyOf(before));
    if (table && node && !table.has(keyOf(node))) table.set(keyOf(node), id);
    this.#changed.set(id, node);
  }

  #mutableUsers(id: NodeId): Set<NodeId> {
    let users = this.#users.get(id);
    if (!users) this.#users.set(id, (users = new Set(this.#view.usersOf(id))));
    return users;
  }

  // --- result ---

  get outputs(): readonly NodeId[] {
    return [...this.#outputs];
  }

  /** What differs from the base: entries of the node table (null: gone), the outputs, the next id. */
  result(): { changed: Map<NodeId, GraphNode | null>; outputs: readonly NodeId[]; nextId: NodeId } {
    const changed = new Map<NodeId, GraphNode | null>();
    for (const [id, node] of this.#changed) if (node !== (this.base.nodes[id] ?? null)) changed.set(id, node);
    return { changed, outputs: this.#outputs, nextId: this.#nextId };
  }
}

const attrKeys = new WeakMap<Attrs, string>();

const attrsKeyOnce = (attrs: Attrs): string => {
  let key = attrKeys.get(attrs);
  if (key === undefined) attrKeys.set(attrs, (key = attrsKey(attrs)));
  return key;
};

/** Equal for nodes that compute the same. Inputs carry their index, constants the place of their elements. */
const keyOf = ({ op, inputs, attrs, type }: GraphNode): string =>
  `${op.id}(${inputs.join()})${attrsKeyOnce(attrs)}${op === (constantOp as OpDef) ? `${type.dtype}${type.shape.join()}` : ''}`;

const smallConstants = new WeakMap<ConstantPool, Map<string, number>>();

/** Small tables are pooled by content, so that two ops that make the same one share it. */
function keyOfConstant(pool: ConstantPool, data: TypedArray, type: TensorType): number {
  if (data.length > 64) return pool.add(data);
  let known = smallConstants.get(pool);
  if (!known) smallConstants.set(pool, (known = new Map()));
  const content = `${type.dtype}:${Array.from(data, (value) => (Object.is(value, -0) ? '-0' : String(value))).join()}`;
  let key = known.get(content);
  if (key === undefined) known.set(content, (key = pool.add(data)));
  return key;
}

/** A rule that builds what an op refuses is wrong: the refusal becomes an error of the engine, which adds the rule's name. */
function infer<A extends Attrs>(op: OpDef<A>, types: readonly TensorType[], attrs: A): TensorType {
  try {
    return op.infer(types, attrs);
  } catch (refusal) {
    if (refusal instanceof Refusal) throw new Error(`${op.name} refuses: ${refusal.problem}`);
    throw refusal;
  }
}
