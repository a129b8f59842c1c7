import type { Attrs } from '../expr/attrs.js';
import { noAttrs } from '../expr/attrs.js';
import type { NodeId, GraphNode } from '../graph/graph.js';
import type { OpDef } from '../expr/op-def.js';
import type { Tensor } from '../tensor/tensor.js';
import type { DType, TypedArray } from '../types/dtype.js';
import type { TensorType } from '../types/tensor-type.js';
import type { Measure } from './measure.js';
import type { Target } from './target.js';
import type { GraphReader, Match, Pattern } from './pattern.js';

/** What a rewrite builds with. Every node goes through the hash-consing table: an equal one is found, not made again. */
export interface Builder extends GraphReader {
  /** An op on nodes; its type is inferred. */
  op<A extends Attrs>(op: OpDef<A>, inputs: readonly GraphNode[], attrs?: A | typeof noAttrs): GraphNode;
  /** The same where the target runs such a call, else null: what rules that fuse ask with. */
  ifSupported<A extends Attrs>(op: OpDef<A>, inputs: readonly GraphNode[], attrs?: A | typeof noAttrs): GraphNode | null;
  /** Plain tensor code on nodes. */
  tensors(build: (inputs: readonly Tensor[]) => Tensor, inputs: readonly GraphNode[]): GraphNode;
  scalar(value: number, dtype: DType): GraphNode;
  constant(data: TypedArray, type: TensorType): GraphNode;
  /** The elements of a constant or of a number, or null where they are not known. */
  elements(node: GraphNode): TypedArray | null;
  readonly target: Target;
  /** The node that stands first in the table of equal nodes: itself, or one that computes the same. */
  firstEqual(id: NodeId): NodeId;
  /** True, or why the target does not run this node as it stands. */
  supports(node: GraphNode): true | string;
}

/** Why a rule is right, and what it is good for. */
export interface RuleReason {
  /** Why the rewrite is right and worth it: a sentence for people. */
  readonly because: string;
  /** What falls with every rewrite, which is also why a pass comes to an end. */
  readonly saves: Measure;
}

/** A rewrite of one piece of graph into an equal and better one, as data. The reason stands in the rule or in its notes. */
export interface Rule extends Partial<RuleReason> {
  readonly name: string;
  /** The piece of graph it looks for. A function, because the ops it names may load after the rule. */
  readonly match: () => Pattern;
  /** What must hold besides the pattern. */
  when(match: Match, graph: Builder): boolean;
  /** The node that takes the root's place, of the same type; null where it decides not to. */
  rewrite(match: Match, graph: Builder): GraphNode | null;
}

export interface RuleSpec<N extends string> extends Partial<RuleReason> {
  readonly name: string;
  readonly match: () => Pattern<N>;
  readonly when?: (match: Match<N>, graph: Builder) => boolean;
  readonly rewrite: (match: Match<N>, graph: Builder) => GraphNode | null;
}

/** Declares a rule; the names captured by `match` are checked in `when` and `rewrite`. */
export const defineRule = <N extends string>(spec: RuleSpec<N>): Rule => ({ when: () => true, ...spec }) as Rule;
