import type { Attrs } from '../expr/attrs.js';
import type { OpDef } from '../expr/op-def.js';
import type { TypedArray } from '../types/dtype.js';
import type { TensorType } from '../types/tensor-type.js';
import { defineOp } from '../expr/op-def.js';

/** A node's name in a graph: an integer that is never used twice. Integer record keys keep one exact order, after undo too. */
export type NodeId = number;

/** One op and where its operands come from. */
export interface GraphNode {
  /** Its own key in the table. */
  readonly id: NodeId;
  readonly op: OpDef;
  readonly inputs: readonly NodeId[];
  readonly attrs: Attrs;
  readonly type: TensorType;
  /** The user's line, where source lines are captured; a rewrite hands it on to what it makes. */
  readonly source?: string;
}

/**
 * The whole computation as one flat immutable table: what the optimizer works on. Plain data with integer edges; tensor data
 * stays outside, in the constant pool, so that immer never walks a weight.
 */
export interface Graph {
  readonly nextId: NodeId;
  readonly nodes: Readonly<Record<NodeId, GraphNode>>;
  /** Nodes of op `input`, in the order a call passes them. */
  readonly inputs: readonly NodeId[];
  /** In the order asked for; a node may stand here more than once. */
  readonly outputs: readonly NodeId[];
}

/** An input of the graph; `index` is its place in `graph.inputs`. */
export const inputOp = /* @__PURE__ */ defineOp<{ index: number }>({
  name: 'input',
  args: [],
  infer: () => {
    throw new Error('an input states its own type');
  },
  isLeaf: true,
});

/** Elements known before the first run; `key` is their place in the constant pool. Numbers stay `scalar` nodes. */
export const constantOp = /* @__PURE__ */ defineOp<{ key: number }>({
  name: 'constant',
  args: [],
  infer: () => {
    throw new Error('a constant states its own type');
  },
  isLeaf: true,
});

/** The elements of a graph's constants. Grows only: a graph that was undone finds its constants again. */
export class ConstantPool {
  readonly #data: TypedArray[] = [];
  readonly #keys = new Map<string, number>();

  add(data: TypedArray): number {
    return this.#data.push(data) - 1;
  }

  /** The elements that were first added with this content, which says all of them and their dtype. */
  addOnce(content: string, data: TypedArray): number {
    let key = this.#keys.get(content);
    if (key === undefined) this.#keys.set(content, (key = this.add(data)));
    return key;
  }

  get(key: number): TypedArray {
    const data = this.#data[key];
    if (!data) throw new RangeError(`no constant ${key}`);
    return data;
  }
}

/**
 * Node ids in an order in which operands come before their users (after rewrites the ids themselves need not be). Depth first,
 * operands in the order of `operandsOf`. Iterative.
 */
export function topologicalOrder(
  nodes: Graph['nodes'],
  roots: readonly NodeId[],
  operandsOf: (id: NodeId) => readonly NodeId[] = (id) => nodes[id]!.inputs,
): NodeId[] {
  const order: NodeId[] = [];
  const state = new Map<NodeId, 'open' | 'done'>();
  const stack: NodeId[] = [...roots].reverse();
  while (stack.length > 0) {
    const id = stack[stack.length - 1]!;
    const seen = state.get(id);
    if (seen === 'done') {
      stack.pop();
    } else if (seen === 'open') {
      stack.pop();
      state.set(id, 'done');
      order.push(id);
    } else {
      state.set(id, 'open');
      const inputs = operandsOf(id);
      for (let i = inputs.length - 1; i >= 0; i--) if (!state.has(inputs[i]!)) stack.push(inputs[i]!);
    }
  }
  return order;
}
