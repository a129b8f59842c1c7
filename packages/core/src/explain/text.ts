import { formatTable } from '../errors/table.js';
import { bytes, count, si } from './units.js';
import type { ExplainedPass, ExplainedStep, ExplanationJson } from './explanation.js';

const maxSteps = 16;

/** An explanation for a terminal: the rewrites with their reasons, the steps, the memory. Long programs are abbreviated. */
export function explanationText(json: ExplanationJson): string {
  const { device } = json;
  return [
    `${json.outputs.length > 3 ? `${json.outputs.length} outputs` : json.outputs.join(', ')} on ${json.backend} (${device.label})`,
    ...(device.fallbackReason === null ? [] : [`  not the device that was asked for: ${device.fallbackReason}`]),
    '',
    ...rewritesText(json),
    '',
    ...stepsText(json.steps),
    '',
    memoryText(json),
  ].join('\n');
}

function rewritesText({ passes, stepsWritten, bytesWritten }: ExplanationJson): string[] {
  let before = { steps: stepsWritten, bytesWritten };
  const lines = [`as written: ${count(stepsWritten, 'step')}, ${bytes(bytesWritten)} written`];
  for (const pass of passes) {
    if (pass.rewrites.length === 0) continue;
    lines.push(`${pass.name}: ${change(before, pass)}`, ...reasons(pass));
    before = pass;
  }
  return lines;
}

const change = (before: { steps: number; bytesWritten: number }, { steps, bytesWritten }: ExplainedPass): string =>
  before.steps === steps && before.bytesWritten === bytesWritten
    ? 'same steps'
    : `${count(steps, 'step')}, ${bytes(bytesWritten)} written`;

/** Each rule of a pass once, with the number of its rewrites. */
function reasons({ rewrites }: ExplainedPass): string[] {
  const byRule = new Map<string, { times: number; because: string }>();
  for (const { rule, because } of rewrites) byRule.set(rule, { times: (byRule.get(rule)?.times ?? 0) + 1, because });
  return [...byRule].map(([rule, { times, because }]) => `  ${rule}${times > 1 ? ` x ${times}` : ''}: ${because}`);
}

function stepsText(steps: readonly ExplainedStep[]): string[] {
  if (steps.length === 0) return ['nothing runs: every result is an input or a constant'];
  const row = (step: ExplainedStep, i: number): string[] => [
    `t${i}`,
    step.call,
    step.type,
    step.memory,
    si(step.flops),
    kernelText(step),
  ];
  const rows = steps.map(row);
  if (rows.length > maxSteps)
    rows.splice(maxSteps - 4, rows.length - maxSteps + 1, ['...', `${rows.length - maxSteps + 1} more steps`]);
  return [formatTable(['step', 'call', 'result', 'memory', 'FLOP', 'kernel'], rows)];
}

const kernelText = ({ op, kernel }: ExplainedStep): string =>
  kernel.kernel === op ? kernel.ranOn : `${kernel.kernel} on ${kernel.ranOn}`;

function memoryText({ memory, flops }: ExplanationJson): string {
  const parts = (['inputs', 'constants', 'intermediates', 'outputs', 'scratch'] as const)
    .filter((kind) => memory[kind] > 0)
    .map((kind) => `${kind} ${bytes(memory[kind])}`);
  return `peak ${bytes(memory.peak)}${parts.length > 1 ? ` = ${parts.join(' + ')}` : ''}; ${si(flops)}FLOP`;
}
