import type { ExplanationJson, Profile } from '@unfoldjs/core/explain';
import { bytes, asJson, count, escaped, si } from './markup.js';
import { kinds, liveChart, slotChart } from './memory-chart.js';
import { pageScript } from './page-script.js';
import { pageStyle } from './page-style.js';
import { graphTemplates, passButtons, stagesOf, stageTexts, type Stage } from './stages.js';
import { profileSection, runOf, stepTable } from './step-tables.js';

/**
 * An explanation as one HTML page that needs nothing else and asks nobody: the graph before and after each pass with what changed
 * marked, each rewrite with its reason, the memory that the plan needs over the steps, and the steps with their kernels. With a profile
 * also how long each step took. Graphs are laid out by dagre. Of a graph with more than 160 nodes what changes is drawn, and what is near to it.
 *
 * Pure: works on `explanation.toJSON()` wherever it comes from, in Node and in a browser.
 *
 * @param profile - of a call that ran the explained program; other programs in it are listed after it. Default: none, and no times.
 * @returns the text of the page, for a file or an iframe.
 * @example
 * import { relu, setBackend, tensor } from '@unfoldjs/core';
 * import { explain, profile } from '@unfoldjs/core/explain';
 * import { toHtml } from '@unfoldjs/explain-html';
 * import { cpu } from '@unfoldjs/backend-cpu';
 * await setBackend(cpu());
 * const model = () => relu(tensor([1, -2]).mul(3).add(1));
 * const page = toHtml(await explain(model()), await profile(model));
 * page.startsWith('<!doctype html>'); // => true
 */
export function toHtml(explanation: ExplanationJson, profile?: Profile): string {
  const { backend, device, outputs, memory, flops, steps, stepsWritten } = explanation;
  const title = `${outputs.length > 3 ? count(outputs.length, 'output') : outputs.join(', ')} on ${backend}`;
  const { graphs, stages } = stagesOf(explanation);
  const run = runOf(explanation, profile);
  const facts: Record<string, string> = {
    device: `${device.label}${device.fallbackReason === null ? '' : ` (not the one that was asked for: ${device.fallbackReason})`}`,
    steps: `${stepsWritten} as written, ${steps.length} run`,
    work: `${si(flops)}FLOP`,
    'peak memory': bytes(memory.peak),
  };
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:">
<link rel="icon" href="data:,">
<title>${escaped(title)}</title>
<style>${pageStyle}</style>
</head>
<body>
<h1>${escaped(title)}</h1>
<dl>${Object.entries(facts).map(([name, value]) => `<div><dt>${name}</dt><dd>${escaped(value)}</dd></div>`).join('')}</dl>
<h2>What the passes do</h2>
${passesSection(stages)}
${graphTemplates(graphs, stages)}
<script type="application/json" id="stages">${asJson(stages.map(({ pass: { name }, before, after, changes }) => ({ name, before, after, ...changes })))}</script>
<h2>Memory</h2>
${steps.length === 0 ? '<p>Nothing runs, so no memory is planned.</p>' : memorySection(explanation)}
<h2>Steps</h2>
${profile ? profileSection(profile, run) : ''}
${stepTable(explanation, run)}
<svg width="0" height="0" style="position:absolute" aria-hidden="true"><defs><marker id="arrow" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto"><path d="M0,0L8,4L0,8z"/></marker></defs></svg>
<script>${pageScript}</script>
</body>
</html>
`;

  function passesSection(all: readonly Stage[]): string {
    if (all.length === 0) return '<p>No pass changed anything: the graph runs as it was written.</p><div class="panel" id="after"></div>';
    return `<nav aria-label="passes">
${passButtons(all)}
</nav>
${stageTexts(all, explanation)}
<div class="above"><p class="legend"><b class="gone">Dashed</b>: is taken away. <b class="added">Green</b>: is new. <b class="changed">Amber</b>: computes something else. A thick frame: a result. The pointer on a box shows its attributes.</p><button type="button" id="whole" aria-pressed="false">whole graphs</button></div>
<div class="pair"><figure><figcaption id="before-is"></figcaption><div class="panel" id="before"></div></figure><figure><figcaption id="after-is"></figcaption><div class="panel" id="after"></div></figure></div>`;
  }
}

function memorySection(explanation: ExplanationJson): string {
  const { memory } = explanation;
  const key = kinds.filter((kind) => memory[kind] > 0).map((kind) => `<li><svg viewBox="0 0 10 10"><rect class="${kind}" width="10" height="10"/></svg>${kind} ${bytes(memory[kind])}</li>`);
  return `<p>What is alive while each step runs. The dashed line is what the plan takes in all.</p>
<ul class="key">${key.join('')}</ul>
${liveChart(explanation)}
${explanation.slots.length > 0 ? `<p>Results that are neither given nor returned share slots: each box is one, from the step that writes it to the last that reads it.</p>\n${slotChart(explanation)}` : ''}`;
}
