import type { Expr } from '../expr/expr.js';
import { argumentOp, dataOp, literalOp, rangeOp } from '../expr/leaves.js';
import { allocate } from '../types/dtype.js';
import { constantOp, ConstantPool, inputOp, type Graph, type GraphNode, type NodeId } from './graph.js';

/** How lowering treats host data: as inputs of the program (one program for all data) or as its constants. */
export type HostData = 'inputs' | 'constants';

export interface Lowered {
  readonly graph: Graph;
  readonly pool: ConstantPool;
  /** The leaves behind `graph.inputs`: arguments of the trace first, by index, then data in the order of first use. */
  readonly leaves: readonly Expr[];
}

/** The flat graph beneath some expressions. Arguments of a trace become the first inputs, used or not. Iterative; linear work. */
export function lower(outputs: readonly Expr[], options: { readonly arguments?: readonly Expr[]; readonly hostData?: HostData } = {}): Lowered {
  const { hostData = 'inputs' } = options;
  const pool = new ConstantPool();
  const nodes: Record<NodeId, GraphNode> = {};
  const ids = new Map<Expr, NodeId>();
  const inputs: NodeId[] = [];
  const leaves: Expr[] = [];
  let nextId = 0;

  const addInput = (leaf: Expr): NodeId => {
    nodes[nextId] = { id: nextId, op: inputOp, inputs: [], attrs: { index: inputs.length }, type: leaf.type };
    inputs.push(nextId);
    leaves.push(leaf);
    return nextId++;
  };
  const addConstant = (type: GraphNode['type'], data: Parameters<ConstantPool['add']>[0]): NodeId => {
    nodes[nextId] = { id: nextId, op: constantOp, inputs: [], attrs: { key: pool.add(data) }, type };
    return nextId++;
  };
  const addNode = (expr: Expr): NodeId => {
    const { op, attrs, type, storage, source } = expr;
    if (op === argumentOp) return addInput(expr);
    if (op === dataOp) return hostData === 'constants' && storage!.host ? addConstant(type, storage!.host) : addInput(expr);
    if (op === rangeOp || op === literalOp) return addConstant(type, elementsOf(expr));
    const inputIds = expr.inputs.map((input) => ids.get(resultOf(input))!);
    nodes[nextId] = source === undefined ? { id: nextId, op, inputs: inputIds, attrs, type } : { id: nextId, op, inputs: inputIds, attrs, type, source };
    return nextId++;
  };

  for (const argument of options.arguments ?? []) ids.set(argument, addInput(argument));
  for (const expr of expressionOrder(outputs)) if (!ids.has(expr)) ids.set(expr, addNode(expr));

  return { graph: { nextId, nodes, inputs, outputs: outputs.map((expr) => ids.get(expr)!) }, pool, leaves };
}

/** The elements of a small constant that an op made for itself. */
export function elementsOf({ op, attrs, type }: Expr) {
  const values =
    op === rangeOp
      ? Array.from({ length: type.shape[0]! }, (_, i) => (attrs.start as number) + i * (attrs.step as number))
      : (attrs.values as readonly number[]);
  const data = allocate(type.dtype, values.length);
  data.set(values);
  return data;
}

/** Every expression beneath `roots`, operands before users. Iterative: a chain of 100,000 ops is no deeper than one. */
export function expressionOrder(roots: readonly Expr[]): Expr[] {
  const order: Expr[] = [];
  const done = new Set<Expr>();
  const stack: Expr[] = [];
  const next: number[] = [];
  for (const root of roots) {
    if (done.has(root)) continue;
    stack.push(root);
    next.push(0);
    done.add(root);
    while (stack.length > 0) {
      const top = stack.length - 1;
      const expr = stack[top]!;
      const i = next[top]!++;
      if (i < expr.inputs.length) {
        const input = resultOf(expr.inputs[i]!);
        if (!done.has(input)) {
          done.add(input);
          stack.push(input);
          next.push(0);
        }
      } else {
        order.push(expr);
        stack.pop();
        next.pop();
      }
    }
  }
  return order;
}

/** The leaf that holds an expression's elements, where a tensor has realised it and still owns them; else the expression. */
export function resultOf(expr: Expr): Expr {
  const result = expr.realised?.deref();
  return result?.storage?.state === 'live' ? result : expr;
}

/**
 * The structure of expressions as a string, equal exactly for graphs that one program serves: ops, attributes, types and edges,
 * with data leaves by their type and order of first use. The leaves come back in that order. `isTraced`: it needs an argument of
 * a function that is being compiled.
 */
export function structureOf(outputs: readonly Expr[]): { key: string; leaves: Expr[]; isTraced: boolean } {
  const index = new Map<Expr, number>();
  const leaves: Expr[] = [];
  const parts: string[] = [];
  let isTraced = false;
  const order = expressionOrder(outputs);
  for (let i = 0; i < order.length; i++) {
    const expr = order[i]!;
    index.set(expr, i);
    if (expr.op === dataOp) {
      leaves.push(expr);
      parts.push(`$${expr.type.dtype}${expr.type.shape.join()}`);
    } else {
      if (expr.op === argumentOp) isTraced = true;
      let part = `${expr.op.id}${expr.key}`;
      for (const input of expr.inputs) part += `,${index.get(resultOf(input))!}`;
      parts.push(part);
    }
  }
  parts.push(`>${outputs.map((expr) => index.get(expr)!).join()}`);
  return { key: parts.join(';'), leaves, isTraced };
}
