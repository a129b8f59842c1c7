import type { ExplanationJson } from '@unfoldjs/core/explain';
import { bytes, escaped, px } from './markup.js';

type Explained = Pick<ExplanationJson, 'steps' | 'slots' | 'memory'>;

const width = 860;
const left = 150;
const plot = { width: width - left - 10, height: 200 };

/** The kinds of memory from the bottom of the chart up, as the classes of the page's style name them. */
export const kinds = ['inputs', 'constants', 'outputs', 'intermediates', 'scratch'] as const;

/** Bytes that are needed while each step runs, by kind. Of a slot that is what lives in it, which may be less than its size. */
export function bytesOverTime({ steps, memory }: Pick<Explained, 'steps' | 'memory'>): readonly Readonly<Record<(typeof kinds)[number], number>>[] {
  const perStep = steps.map(({ kernel }) => ({ inputs: memory.inputs, constants: memory.constants, outputs: 0, intermediates: 0, scratch: kernel.scratchBytes }));
  steps.forEach(({ memory: place, lastUse, bytesWritten }, at) => {
    for (let step = at; step <= lastUse; step++) perStep[step]![place === 'output' ? 'outputs' : 'intermediates'] += bytesWritten;
  });
  return perStep;
}

/** What is alive at each step, as stacked areas; the line is what the plan takes in all. */
export function liveChart(explained: Explained): string {
  const { steps, memory } = explained;
  const moments = bytesOverTime(explained);
  const most = Math.max(1, memory.peak, ...moments.map((each) => sum(Object.values(each))));
  const xOf = (step: number): number => left + (step / steps.length) * plot.width;
  const yOf = (value: number): number => 10 + plot.height - (value / most) * plot.height;
  const below = moments.map(() => 0);
  const areas = kinds.map((kind) => {
    const floor = [...below];
    moments.forEach((each, i) => (below[i]! += each[kind]));
    if (moments.every((each) => each[kind] === 0)) return '';
    const edge = (values: readonly number[]): string[] => values.flatMap((value, i) => [`${px(xOf(i))},${px(yOf(value))}`, `${px(xOf(i + 1))},${px(yOf(value))}`]);
    return `<polygon class="${kind}" points="${[...edge(below), ...edge(floor).reverse()].join(' ')}"><title>${kind}</title></polygon>`;
  });
  const ticks = [0, 0.5, 1].map((part) => `<text class="tick" x="${left - 8}" y="${px(yOf(part * most) + 4)}">${bytes(part * most)}</text>`);
  const hover = steps.map((step, i) => `<rect class="hover" x="${px(xOf(i))}" y="10" width="${px(plot.width / steps.length)}" height="${plot.height}"><title>${escaped(`t${i} ${step.call}\n${kinds.map((kind) => `${kind} ${bytes(moments[i]![kind])}`).join('\n')}`)}</title></rect>`);
  const y = px(yOf(memory.peak));
  return [
    `<svg class="chart live" viewBox="0 0 ${width} ${plot.height + 36}" width="${width}" role="img" aria-label="bytes alive at each step">`,
    ...ticks,
    ...areas,
    `<line class="peak" x1="${left}" x2="${left + plot.width}" y1="${y}" y2="${y}"><title>the plan takes ${bytes(memory.peak)}</title></line>`,
    ...hover,
    `<text class="axis" x="${left}" y="${plot.height + 28}">t0</text><text class="axis end" x="${left + plot.width}" y="${plot.height + 28}">t${steps.length - 1}</text>`,
    '</svg>',
  ].join('\n');
}

/** The slots of the plan, and who is in them when: a row for each slot, a box from the step that writes a value to the last that reads it. */
export function slotChart({ steps, slots }: Explained): string {
  if (slots.length === 0) return '';
  const row = 20;
  const xOf = (step: number): number => left + (step / steps.length) * plot.width;
  const rows = slots.map((size, slot) => `<text class="tick" x="${left - 8}" y="${slot * row + 14}">slot ${slot}, ${bytes(size)}</text><line class="row" x1="${left}" x2="${left + plot.width}" y1="${slot * row + row}" y2="${slot * row + row}"/>`);
  const boxes = steps.flatMap(({ memory, call, type, lastUse, bytesWritten }, at) => {
    const slot = /^slot (\d+)$/.exec(memory)?.[1];
    if (slot === undefined) return [];
    const title = escaped(`t${at} ${call}\n${type}, ${bytes(bytesWritten)}\nread last by t${lastUse}`);
    return [`<rect class="value" x="${px(xOf(at))}" y="${Number(slot) * row + 2}" width="${px(xOf(lastUse + 1) - xOf(at))}" height="${row - 4}"><title>${title}</title></rect>`];
  });
  return `<svg class="chart slots" viewBox="0 0 ${width} ${slots.length * row + 4}" width="${width}" role="img" aria-label="the slots of the plan over the steps">${rows.join('')}${boxes.join('')}</svg>`;
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
