import type { ExplanationJson } from './explanation.js';
import { graphAt, labelOf, type Stage } from './dot.js';

const escape = (text: string): string =>
  text.replaceAll('&', '#amp;').replaceAll('"', '#quot;').replaceAll('<', '#lt;').replaceAll('>', '#gt;');

/**
 * An explained graph as a Mermaid flowchart, which Markdown pages on GitHub draw. Pure, as {@link toDot}.
 *
 * @source https://mermaid.js.org/syntax/flowchart.html
 */
export function toMermaid(
  explanation: Pick<ExplanationJson, 'graph' | 'passes'>,
  { stage = 'optimized' }: { readonly stage?: Stage } = {},
): string {
  const { nodes, outputs } = graphAt(explanation, stage);
  return [
    'flowchart TD',
    ...nodes.map((node) => {
      const label = `"${labelOf(node).map(escape).join('<br>')}"`;
      return `  n${node.id}${node.inputs.length === 0 ? `([${label}])` : `[${label}]`}`;
    }),
    ...nodes.flatMap(({ id, inputs }) => inputs.map((input) => `  n${input} --> n${id}`)),
    ...(outputs.length > 0
      ? [`  classDef output stroke-width:3px`, `  class ${[...new Set(outputs)].map((id) => `n${id}`).join(',')} output`]
      : []),
    '',
  ].join('\n');
}
