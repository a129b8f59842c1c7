import { noAttrs, type Attrs } from '../expr/attrs.js';
import { scalarOp } from '../expr/leaves.js';
import type { OpDef } from '../expr/op-def.js';
import { graft } from '../graph/graft.js';
import { constantOp, inputOp, type ConstantPool, type Graph, type GraphNode, type NodeId } from '../graph/graph.js';
import { viewOf } from '../graph/view.js';
import { Refusal } from '../errors/refuse.js';
import type { Tensor } from '../tensor/tensor.js';
import { allocate, type DType, type TypedArray } from '../types/dtype.js';
import type { TensorType } from '../types/tensor-type.js';
import type { Builder } from './rule.js';
import { computesTheSame, hashOf } from './same-node.js';
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
  readonly #tables = new Map<boolean, Map<number, NodeId[]>>();
  #nextId: NodeId;
  #source: string | undefined = undefined;

  /** Nodes inserted, and nodes that lost a user, since `begin`. */
  inserted: NodeId[] = [];
  relieved: Set<NodeId> = new Set();
  /** Every change since `begin`, in order. */
  writes: Write[] = [];

  readonly target: Target;
  readonly #pool: ConstantPool;
  readonly #isRecording: boolean;

  constructor(
    readonly base: Graph,
    { pool, target, record = false }: { readonly pool: ConstantPool; readonly target: Target; readonly record?: boolean },
  ) {
    this.#pool = pool;
    this.target = target;
    this.#isRecording = record;
    this.#view = viewOf(base);
    this.#nextId = base.nextId;
    this.#outputs = [...base.outputs];
    this.#outputIds = new Map();
    for (const id of base.outputs) this.#outputIds.set(id, (this.#outputIds.get(id) ?? 0) + 1);
  }

  /** Starts the log of one rewrite. Nodes made in it stand on the user's line that made `root`. */
  begin(root: GraphNode): void {
    this.inserted = [];
    this.relieved = new Set();
    this.writes = [];
    this.#source = root.source;
  }

  // --- reading ---

  has(id: NodeId): boolean {
    return this.#at(id) !== null;
  }

  node(id: NodeId): GraphNode {
    const node = this.#at(id);
    if (!node) throw new RangeError(`no node ${id}`);
    return node;
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

  elements(node: GraphNode): TypedArray | null {
    if (node.op === constantOp) return this.#pool.get(node.attrs.key as number);
    if (node.op !== scalarOp) return null;
    const data = allocate(node.type.dtype, 1);
    data[0] = node.attrs.value as number;
    return data;
  }

  supports(node: GraphNode): true | string {
    return this.target.supports({ op: node.op, attrs: node.attrs, inputs: this.#typesOf(node.inputs), output: node.type });
  }

  #typesOf(ids: readonly NodeId[]): TensorType[] {
    return ids.map((id) => this.#at(id)!.type);
  }

  // --- building ---

  op<A extends Attrs>(op: OpDef<A>, inputs: readonly GraphNode[], attrs: A | typeof noAttrs = noAttrs): GraphNode {
    const types = inputs.map((input) => input.type);
    return this.node(
      this.add(
        op as OpDef,
        inputs.map((input) => input.id),
        attrs,
        infer(op, types, attrs as A),
      ),
    );
  }

  ifSupported<A extends Attrs>(
    op: OpDef<A>,
    inputs: readonly GraphNode[],
    attrs: A | typeof noAttrs = noAttrs,
  ): GraphNode | null {
    const types = inputs.map((input) => input.type);
    const output = infer(op, types, attrs as A);
    if (this.target.supports({ op: op as OpDef, attrs, inputs: types, output }) !== true) return null;
    return this.node(
      this.add(
        op as OpDef,
        inputs.map((input) => input.id),
        attrs,
        output,
      ),
    );
  }

  tensors(build: (inputs: readonly Tensor[]) => Tensor, inputs: readonly GraphNode[]): GraphNode {
    return this.node(graft(build, inputs, this));
  }

  scalar(value: number, dtype: DType): GraphNode {
    return this.node(this.add(scalarOp as OpDef, [], { value, dtype }, { dtype, shape: [] }));
  }

  constant(data: TypedArray, type: TensorType): GraphNode {
    return this.node(this.addConstant(data, type));
  }

  /** The id of an equal node, or of a new one. */
  add(op: OpDef, inputs: readonly NodeId[], attrs: Attrs, type: TensorType): NodeId {
    const id = this.#nextId;
    const node: GraphNode =
      this.#source === undefined ? { id, op, inputs, attrs, type } : { id, op, inputs, attrs, type, source: this.#source };
    freezeNode(node);
    const known = this.#equalNode(node);
    if (known !== undefined) return known;
    this.#nextId++;
    this.#write(id, node);
    for (const input of inputs) this.#mutableUsers(input).add(id);
    this.inserted.push(id);
    return id;
  }

  addConstant(data: TypedArray, type: TensorType): NodeId {
    return this.add(constantOp as OpDef, [], { key: keyOfConstant(this.#pool, data, type) }, type);
  }

  /** The node that computes the same as `id` and is to stay: another one, or itself. */
  firstEqual(id: NodeId): NodeId {
    return this.#equalNode(this.#at(id)!) ?? id;
  }

  /**
   * Another node that computes the same. It reads the same operands, so it is looked for among the users of the one with the
   * fewest; only for leaves and where all operands have many users is the table of all nodes made.
   */
  #equalNode(node: GraphNode): NodeId | undefined {
    let fewest = Infinity;
    let users: Iterable<NodeId> = [];
    for (const input of node.inputs) {
      const count = this.userCount(input);
      if (count >= fewest) continue;
      fewest = count;
      users = this.usersOf(input);
    }
    for (const user of fewest > 8 ? (this.#tableOf(node.op).get(hashOf(node)) ?? []) : users) {
      if (user !== node.id && computesTheSame(this.#at(user)!, node)) return user;
    }
    return undefined;
  }

  /** Leaves, or all other nodes, by hash; made at the first use and kept up to date. */
  #tableOf({ isLeaf }: OpDef): Map<number, NodeId[]> {
    const known = this.#tables.get(isLeaf);
    if (known) return known;
    const table = new Map<number, NodeId[]>();
    this.#tables.set(isLeaf, table);
    const enter = (node: GraphNode | null): void => {
      if (node && node.op.isLeaf === isLeaf) enterNode(table, node);
    };
    for (const id of this.#view.order) enter(this.#at(id));
    for (const [id, node] of this.#changed) if (id >= this.base.nextId) enter(node);
    return table;
  }

  // --- rewriting ---

  /** Puts `by` in the place of `root` everywhere and drops what nobody reads any more. Returns the nodes that read it now. */
  replace(root: NodeId, by: NodeId): readonly NodeId[] {
    const readers = [...this.usersOf(root)];
    for (const user of readers) {
      const node = this.#at(user)!;
      this.#write(user, freezeNode({ ...node, inputs: node.inputs.map((input) => (input === root ? by : input)) }));
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
    if (this.#isRecording) this.writes.push({ id, before, after: node });
    const table = this.#tables.get((node ?? before)!.op.isLeaf);
    if (table && before) dropNode(table, before);
    if (table && node) enterNode(table, node);
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

/** Frozen here, where its parts are known, so that immer need not look for what to freeze. */
function freezeNode(node: GraphNode): GraphNode {
  Object.freeze(node.inputs);
  Object.freeze(node.attrs);
  Object.freeze(node.type);
  Object.freeze(node.type.shape);
  return Object.freeze(node);
}

function enterNode(table: Map<number, NodeId[]>, node: GraphNode): void {
  const hash = hashOf(node);
  const bucket = table.get(hash);
  if (bucket) bucket.push(node.id);
  else table.set(hash, [node.id]);
}

function dropNode(table: Map<number, NodeId[]>, node: GraphNode): void {
  const bucket = table.get(hashOf(node))!;
  bucket.splice(bucket.indexOf(node.id), 1);
}

/** Small tables are pooled by content, so that two ops that make the same one share it. */
function keyOfConstant(pool: ConstantPool, data: TypedArray, type: TensorType): number {
  if (data.length > 64) return pool.add(data);
  return pool.addOnce(`${type.dtype}:${String.fromCharCode(...new Uint8Array(data.buffer, data.byteOffset, data.byteLength))}`, data);
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
