import { formatTable } from '@unfoldjs/core';
import type { Explanation } from '@unfoldjs/core/explain';

/** The heart of an explanation: how many steps became how many, which rules did it how often, the heaviest steps, memory. */
export function shortExplanation({ backend, stepsWritten, bytesWritten, passes, steps, memory, flops }: Explanation, heaviest = 6): string {
  const fired = new Map<string, number>();
  for (const { rule } of passes.flatMap(({ rewrites }) => rewrites)) fired.set(rule, (fired.get(rule) ?? 0) + 1);
  const rules = [...fired].sort(([, a], [, b]) => b - a).map(([rule, times]) => `${rule} x ${times}`);
  const written = steps.reduce((sum, step) => sum + step.bytesWritten, 0);
  const rows = [...steps].sort((a, b) => b.flops - a.flops).slice(0, heaviest).map((step) => [shortened(step.call, 76), step.type, `${(step.flops / 1e6).toFixed(1)} M`]);
  return [
    `as written: ${stepsWritten} steps, ${megabytes(bytesWritten)} written; as run on ${backend}: ${steps.length} steps, ${megabytes(written)}`,
    ...wrapped(rules.slice(0, 8), 110),
    `peak memory ${megabytes(memory.peak)}, ${(flops / 1e6).toFixed(1)} MFLOP; the heaviest steps:`,
    formatTable(['call', 'result', 'FLOP'], rows),
  ].join('\n');
}

const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(2)} MB`;
const shortened = (text: string, length: number): string => (text.length <= length ? text : `${text.slice(0, length - 1)}…`);

/** Words joined by commas, in lines that are not longer than `width` where they can be. */
function wrapped(words: readonly string[], width: number): string[] {
  const lines: string[] = [];
  for (const word of words) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + word.length + 2 <= width) lines[lines.length - 1] = `${last}, ${word}`;
    else lines.push(`  ${word}`);
  }
  return lines;
}
