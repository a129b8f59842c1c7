import type { ExplainedPass, ExplanationJson, GraphSnapshot } from '@unfoldjs/core/explain';
import { changesBetween, type Changes } from './changes.js';
import { drawGraph } from './drawing.js';
import { bytes, count, escaped } from './markup.js';
import { nodesToDraw } from './select.js';

/** A pass that changed the graph, with the numbers of the drawings of the graph before and after it. */
export interface Stage {
  readonly pass: ExplainedPass;
  readonly before: number;
  readonly after: number;
  readonly changes: Changes;
}

/** The graph as written and after each pass that changed it; and those passes. */
export function stagesOf({ graph, passes }: Pick<ExplanationJson, 'graph' | 'passes'>): { readonly graphs: readonly GraphSnapshot[]; readonly stages: readonly Stage[] } {
  const graphs = [graph];
  const stages: Stage[] = [];
  for (const pass of passes) {
    if (pass.graph === null) continue;
    const before = graphs.length - 1;
    stages.push({ pass, before, after: graphs.push(pass.graph) - 1, changes: changesBetween(graphs[before]!, pass.graph) });
  }
  return { graphs, stages };
}

/** Each graph once, as a template that the page copies; and under each what is not drawn of it. */
export function graphTemplates(graphs: readonly GraphSnapshot[], stages: readonly Stage[]): string {
  return graphs
    .map((graph, index) => {
      const matter = stages.flatMap(({ before, after, changes }) => [...(before === index ? [...changes.gone, ...changes.changed] : []), ...(after === index ? [...changes.added, ...changes.changed] : [])]);
      const nodes = nodesToDraw(graph, matter);
      const left = graph.nodes.length - nodes.length;
      const note = left > 0 ? `<p class="note">${count(left, 'node')} of ${graph.nodes.length.toLocaleString('en')} not drawn: what changes and what is near to it comes first.</p>` : '';
      return `<template id="graph-${index}">${drawGraph(nodes, graph.outputs)}${note}</template>`;
    })
    .join('\n');
}

/** The buttons that switch between passes. */
export const passButtons = (stages: readonly Stage[]): string =>
  stages.map(({ pass }, index) => `<button type="button" data-stage="${index}" aria-pressed="false">${escaped(pass.name)}<small>${pass.rewrites.length > 0 ? count(pass.rewrites.length, 'rewrite') : 'dead nodes go'}</small></button>`).join('\n');

/** What each pass did, in words. */
export function stageTexts(stages: readonly Stage[], written: Pick<ExplanationJson, 'stepsWritten' | 'bytesWritten'>): string {
  let before = { steps: written.stepsWritten, bytesWritten: written.bytesWritten };
  return stages
    .map(({ pass }, index) => {
      const { steps, bytesWritten, rewrites } = pass;
      const summary = `${count(before.steps, 'step')}, ${bytes(before.bytesWritten)} written, become ${count(steps, 'step')}, ${bytes(bytesWritten)} written.`;
      before = { steps, bytesWritten };
      const items = rewrites.map(({ rule, because, at, node, saved, unit, source }) => `<li><button type="button" class="find" data-find="${node}"><code>${escaped(rule)}</code></button> at <code>${escaped(at)}</code>${source === undefined ? '' : ` (${escaped(source)})`}, saves ${escaped(`${saved} ${unit}`)}<small>${escaped(because)}</small></li>`);
      return `<div class="stage" data-stage="${index}" hidden><p>${summary}</p>${items.length > 0 ? `<ol>${items.join('\n')}</ol>` : ''}</div>`;
    })
    .join('\n');
}
