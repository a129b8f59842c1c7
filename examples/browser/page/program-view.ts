import type { Explanation } from '@unfoldjs/core/explain';
import { byId, make } from './dom.js';
import { guarded } from './errors.js';

/** Loaded only where somebody looks at a program. */
const drawers = () => import('@unfoldjs/core/explain');

async function textOf(explanation: Explanation, form: string, stage: string): Promise<string> {
  if (form === 'text') return String(explanation);
  const { toDot, toMermaid } = await drawers();
  return form === 'dot' ? toDot(explanation, { stage }) : toMermaid(explanation, { stage });
}

/** The explanation of a program: numbers, text, and on demand a drawing. */
export function programView(): { show(explanation: Explanation): void } {
  const stage = byId('stage', HTMLSelectElement);
  const form = byId('form', HTMLSelectElement);
  const text = byId('explanation', HTMLElement);
  const drawing = byId('drawing', HTMLElement);
  let shown: Explanation | null = null;
  let isDrawn = false;

  const update = guarded(async () => {
    if (!shown) return;
    text.textContent = await textOf(shown, form.value, stage.value);
    stage.disabled = form.value === 'text' && !isDrawn;
    if (isDrawn) drawing.replaceChildren(await drawingOf(shown, stage.value));
  });
  byId('draw-graph', HTMLButtonElement).addEventListener('click', () => {
    isDrawn = true;
    void update();
  });
  stage.addEventListener('change', update);
  form.addEventListener('change', update);

  return {
    show(explanation) {
      shown = explanation;
      const { passes, stepsWritten, steps, memory, flops } = explanation;
      const rewrites = passes.reduce((sum, pass) => sum + pass.rewrites.length, 0);
      const facts = [
        ['Steps as written', String(stepsWritten)],
        ['Steps that run', String(steps.length)],
        ['Rewrites', String(rewrites)],
        ['Peak memory', `${(memory.peak / 1000).toFixed(0)} kB`],
        ['Arithmetic', `${(flops / 1e6).toFixed(2)} MFLOP`],
      ] as const;
      byId('program-facts', HTMLElement).replaceChildren(...facts.map(([name, value]) => make('div', {}, make('dt', {}, name), make('dd', {}, value))));
      const before = stage.value;
      const stages = ['optimized', 'written', ...passes.filter(({ rewrites: hits }) => hits.length > 0).map(({ name }) => name)];
      stage.replaceChildren(...stages.map((name) => make('option', { value: name }, stageTitle(name))));
      stage.value = stages.includes(before) ? before : 'optimized';
      void update();
    },
  };
}

const stageTitle = (name: string): string => (name === 'optimized' ? 'as it runs' : name === 'written' ? 'as written' : `after ${name}`);

/** Graphviz is large, and loaded only here. */
async function drawingOf(explanation: Explanation, stage: string): Promise<SVGSVGElement> {
  const [{ instance }, { toDot }] = await Promise.all([import('@viz-js/viz'), drawers()]);
  const svg = (await instance()).renderSVGElement(toDot(explanation, { stage }), { graphAttributes: { bgcolor: 'transparent' } });
  svg.setAttribute('role', 'img');
  svg.setAttribute('aria-label', 'The graph of the program, from the inputs down to the probabilities');
  return svg;
}
