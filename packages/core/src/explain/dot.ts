import type { ExplanationJson } from './explanation.js';
import type { GraphSnapshot, NodeSnapshot } from './snapshot.js';

/** Which graph to draw: `written`, as the user wrote it; a pass, after it; `optimized` (default), as it runs. */
export type Stage = 'written' | 'optimized' | (string & {});

/** The graph at a stage. @throws {RangeError} for a pass that did not run. */
export function graphAt({ graph, passes }: Pick<ExplanationJson, 'graph' | 'passes'>, stage: Stage = 'optimized'): GraphSnapshot {
  if (stage === 'written') return graph;
  const last = stage === 'optimized' ? passes.length - 1 : passes.findIndex(({ name }) => name === stage);
  if (stage !== 'optimized' && last < 0)
    throw new RangeError(`no pass ${stage}; there are written, ${passes.map(({ name }) => name).join(', ')}, optimized`);
  let found = graph;
  for (const pass of passes.slice(0, last + 1)) found = pass.graph ?? found;
  return found;
}

/** What stands in the box of a node, line by line: the op, what is fused into it, its type. */
export const labelOf = ({ op, type, attrs }: NodeSnapshot): readonly string[] => {
  const { value, body, epilogue } = (attrs ?? {}) as {
    value?: number;
    body?: readonly { op: string }[];
    epilogue?: readonly { op: string }[];
  };
  if (op === 'scalar') return [String(value)];
  const code = (body ?? epilogue ?? []).map((step) => step.op).join(', ');
  return [op, ...(code ? [code] : []), type];
};

/** A string of the DOT language; `\\n` stands between lines. */
const quoted = (lines: readonly string[]): string =>
  `"${lines.map((line) => line.replaceAll('\\', '\\\\').replaceAll('"', '\\"')).join('\\n')}"`;

/**
 * An explained graph in the DOT language of Graphviz. Pure: works on `explanation.toJSON()` wherever it comes from.
 *
 * @source https://graphviz.org/doc/info/lang.html
 */
export function toDot(
  explanation: Pick<ExplanationJson, 'graph' | 'passes'>,
  { stage = 'optimized' }: { readonly stage?: Stage } = {},
): string {
  const { nodes, outputs } = graphAt(explanation, stage);
  const shape = ({ op, inputs }: NodeSnapshot): string => (op === 'input' ? 'invhouse' : inputs.length === 0 ? 'note' : 'box');
  return [
    'digraph unfold {',
    '  node [fontname="Helvetica", fontsize=10];',
    ...nodes.map(
      (node) =>
        `  n${node.id} [label=${quoted(labelOf(node))}, shape=${shape(node)}${outputs.includes(node.id) ? ', penwidth=2' : ''}];`,
    ),
    ...nodes.flatMap(({ id, inputs }) => inputs.map((input) => `  n${input} -> n${id};`)),
    '}',
    '',
  ].join('\n');
}
