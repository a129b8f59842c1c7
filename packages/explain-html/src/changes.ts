import type { GraphSnapshot, NodeSnapshot } from '@unfoldjs/core/explain';

/** What a pass did to a graph, by the ids of nodes, which keep theirs from pass to pass. */
export interface Changes {
  /** Nodes of the graph before that are no more. */
  readonly gone: readonly number[];
  /** Nodes of the graph after that were not there. */
  readonly added: readonly number[];
  /** Nodes of both that compute something else: another op, other operands or attributes. */
  readonly changed: readonly number[];
}

export function changesBetween(before: GraphSnapshot, after: GraphSnapshot): Changes {
  const old = new Map(before.nodes.map((node) => [node.id, node]));
  const ids = new Set(after.nodes.map(({ id }) => id));
  return {
    gone: before.nodes.filter(({ id }) => !ids.has(id)).map(({ id }) => id),
    added: after.nodes.filter(({ id }) => !old.has(id)).map(({ id }) => id),
    changed: after.nodes.filter((node) => old.has(node.id) && meaning(node) !== meaning(old.get(node.id)!)).map(({ id }) => id),
  };
}

const meaning = ({ op, inputs, type, attrs }: NodeSnapshot): string => JSON.stringify([op, inputs, type, attrs]);
