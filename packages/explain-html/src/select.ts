import type { GraphSnapshot, NodeSnapshot } from '@unfoldjs/core/explain';

/** More are hard to read, and a page has a layout for each pass: with so many, one takes half a second. */
export const mostNodes = 160;

/**
 * The nodes to draw of a graph: all where they are few, else what matters (what a pass changed), then the results, and of what is left
 * the nearest to those.
 */
export function nodesToDraw({ nodes, outputs }: GraphSnapshot, matter: readonly number[], most = mostNodes): readonly NodeSnapshot[] {
  if (nodes.length <= most) return nodes;
  const neighbours = new Map<number, number[]>(nodes.map(({ id, inputs }) => [id, [...inputs]]));
  for (const { id, inputs } of nodes) for (const input of inputs) neighbours.get(input)!.push(id);
  const chosen = new Set<number>();
  const queue = [...matter, ...outputs].filter((id) => neighbours.has(id));
  for (let at = 0; at < queue.length && chosen.size < most; at++) {
    const id = queue[at]!;
    if (chosen.has(id)) continue;
    chosen.add(id);
    queue.push(...neighbours.get(id)!);
  }
  return nodes.filter(({ id }) => chosen.has(id));
}
