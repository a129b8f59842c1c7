import { Graph, layout } from '@dagrejs/dagre';
import { labelOf, type NodeSnapshot } from '@unfoldjs/core/explain';
import { clipped } from './markup.js';

/** Sizes in pixels, of the font that the page asks for. */
const letter = 6.7;
export const lineHeight = 14;
const padding = 8;
const mostLetters = 44;

interface Point {
  readonly x: number;
  readonly y: number;
}

export interface PlacedNode {
  readonly node: NodeSnapshot;
  readonly lines: readonly string[];
  /** The centre of its box. */
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export interface PlacedEdge {
  readonly from: number;
  readonly to: number;
  readonly points: readonly Point[];
}

export interface Placed {
  readonly nodes: readonly PlacedNode[];
  readonly edges: readonly PlacedEdge[];
  readonly width: number;
  readonly height: number;
}

/** What is used of dagre. Its own types (3.1.3) import each other without file endings, which TypeScript does not follow in Node's manner: all would be `any`. */
interface DagreGraph {
  setGraph(settings: Readonly<Record<string, string | number>>): void;
  setDefaultEdgeLabel(make: () => object): void;
  setNode(name: string, size: { readonly width: number; readonly height: number }): void;
  setEdge(from: string, to: string): void;
  graph(): { readonly width?: number; readonly height?: number };
  node(name: string): Point & { readonly width: number; readonly height: number };
  edges(): readonly { readonly v: string; readonly w: string }[];
  edge(edge: { readonly v: string; readonly w: string }): { readonly points: readonly Point[] };
}

/** Places nodes in ranks, operands above what reads them. Edges to nodes that are not among them are left out. */
export function place(nodes: readonly NodeSnapshot[]): Placed {
  const graph = new Graph() as DagreGraph;
  graph.setGraph({ rankdir: 'TB', nodesep: 14, ranksep: 28, edgesep: 8, marginx: 10, marginy: 10 });
  graph.setDefaultEdgeLabel(() => ({}));
  const labels = new Map(nodes.map((node) => [node.id, labelOf(node).map((line) => clipped(line, mostLetters))]));
  for (const { id } of nodes) {
    const lines = labels.get(id)!;
    graph.setNode(String(id), { width: Math.max(...lines.map((line) => line.length)) * letter + 2 * padding, height: lines.length * lineHeight + padding });
  }
  for (const { id, inputs } of nodes) for (const input of new Set(inputs)) if (labels.has(input)) graph.setEdge(String(input), String(id));
  // The search for the best order of a rank takes half of the time, and made none of the graphs that were looked at narrower.
  if (nodes.length > 0) layout(graph, { disableOptimalOrderHeuristic: true });
  const { width = 0, height = 0 } = graph.graph();
  return {
    nodes: nodes.map((node) => ({ node, lines: labels.get(node.id)!, ...graph.node(String(node.id)) })),
    edges: graph.edges().map((edge) => ({ from: Number(edge.v), to: Number(edge.w), points: graph.edge(edge).points })),
    width: Math.max(0, width),
    height: Math.max(0, height),
  };
}
