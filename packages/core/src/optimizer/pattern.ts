import { scalarOp } from '../expr/leaves.js';
import type { OpDef } from '../expr/op-def.js';
import { constantOp, type GraphNode, type NodeId } from '../graph/graph.js';

/** Reads a graph as it stands while a pass works on it. */
export interface GraphReader {
  node(id: NodeId): GraphNode;
  /** True where exactly one node reads this one and it is no output. */
  hasOneUser(id: NodeId): boolean;
  userCount(id: NodeId): number;
  /** The nodes that read this one, each once. */
  usersOf(id: NodeId): Iterable<NodeId>;
  isOutput(id: NodeId): boolean;
}

/** The shape of a piece of graph, as plain data. `N` are the names it captures. */
export interface Pattern<N extends string = string> {
  readonly name: N | null;
  /** Which ops fit; null for all. A pass asks once an op, not once a node. */
  readonly ops: ((op: OpDef) => boolean) | null;
  /** One pattern an operand; null where operands do not matter. */
  readonly inputs: readonly Pattern<N>[] | null;
  readonly commutes: boolean;
  readonly once: boolean;
  readonly test: ((node: GraphNode) => boolean) | null;
}

const blank = { name: null, ops: null, inputs: null, commutes: false, once: false, test: null };

/** Any node (that passes a test), captured as `name`. The same name twice in a pattern is the same node twice. */
export const any = <N extends string>(name: N, test: ((node: GraphNode) => boolean) | null = null): Pattern<N> => ({
  ...blank,
  name,
  test,
});

/** A node of an op, of one of several, or of one that has a property, whose operands match. Without operands: whatever they are. */
export const op = <N extends string = never>(
  ops: OpDef | readonly OpDef[] | ((op: OpDef) => boolean),
  ...inputs: readonly Pattern<N>[]
): Pattern<N> => ({
  ...blank,
  ops: typeof ops === 'function' ? ops : oneOf(Array.isArray(ops) ? (ops as readonly OpDef[]) : [ops as OpDef]),
  inputs: inputs.length > 0 ? inputs : null,
});

const oneOf =
  (ops: readonly OpDef[]) =>
  (op: OpDef): boolean =>
    ops.includes(op);

/** A number of the program: of this value (0 and -0 differ), or any, captured by name. */
export function number(value: number): Pattern<never>;
export function number<N extends string>(name: N): Pattern<N>;
export function number(valueOrName: number | string): Pattern {
  return typeof valueOrName === 'number'
    ? { ...blank, ops: oneOf([scalarOp as OpDef]), test: (node) => Object.is(node.attrs.value, valueOrName) }
    : { ...blank, name: valueOrName, ops: oneOf([scalarOp as OpDef]) };
}

/** Elements known before the first run, captured as `name`. */
export const constant = <N extends string>(name: N): Pattern<N> => ({ ...blank, name, ops: oneOf([scalarOp as OpDef, constantOp as OpDef]) });

/** The same pattern, captured as `name` too. */
export const named = <M extends string, N extends string = never>(name: M, pattern: Pattern<N>): Pattern<M | N> => ({
  ...pattern,
  name,
});

/** The same pattern with its two operands in either order. */
export const commutes = <N extends string>(pattern: Pattern<N>): Pattern<N> => ({ ...pattern, commutes: true });

/** The same pattern for a node that nobody else reads, so that it disappears with the rewrite. */
export const once = <N extends string>(pattern: Pattern<N>): Pattern<N> => ({ ...pattern, once: true });

/** How many levels of operands a pattern looks at. */
export const depthOf = (pattern: Pattern): number => (pattern.inputs ? 1 + Math.max(...pattern.inputs.map(depthOf)) : 0);

/** The nodes that a pattern captured, with the node it matched at as `root`. */
export type Match<N extends string = string> = { readonly [K in N | 'root']: GraphNode };

/** Matches a pattern at a node; null where it does not fit. Recursion is over the pattern, never over the graph. */
export function matchPattern<N extends string>(pattern: Pattern<N>, root: GraphNode, graph: GraphReader): Match<N> | null {
  if (!fitsAlone(pattern, root)) return null;
  const captures: Captures = { root };
  return fits(pattern, root, graph, captures) ? (captures as Match<N>) : null;
}

type Captures = Record<string, GraphNode>;

/** What can be said of a node without its operands: rules out most nodes at once. */
const fitsAlone = ({ ops, test }: Pattern, node: GraphNode): boolean =>
  (ops === null || ops(node.op)) && (test === null || test(node));

function fits(pattern: Pattern, node: GraphNode, graph: GraphReader, captures: Captures): boolean {
  const { name, inputs } = pattern;
  if (name !== null) {
    const known = captures[name];
    if (known && known.id !== node.id) return false;
    captures[name] = node;
  }
  if (!inputs) return true;
  if (inputs.length !== node.inputs.length) return false;
  if (!pattern.commutes) return inputs.every((input, i) => fitsBelow(input, node.inputs[i]!, graph, captures));
  const before = { ...captures };
  if (inputs.every((input, i) => fitsBelow(input, node.inputs[i]!, graph, captures))) return true;
  for (const key of Object.keys(captures)) if (!(key in before)) delete captures[key];
  const last = inputs.length - 1;
  return inputs.every((input, i) => fitsBelow(input, node.inputs[last - i]!, graph, captures));
}

function fitsBelow(pattern: Pattern, id: NodeId, graph: GraphReader, captures: Captures): boolean {
  const node = graph.node(id);
  return fitsAlone(pattern, node) && (!pattern.once || graph.hasOneUser(id)) && fits(pattern, node, graph, captures);
}
