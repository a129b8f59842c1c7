import { formatTable } from '@unfoldjs/core';
import type { OnnxInspection } from './inspect.js';
import type { ValueInfo } from './model/graph.js';

const count = (value: number): string => value.toLocaleString('en');

/** Three digits that count, in the unit that suits them: `24 kB`, `1.6 MFLOP`. */
function scaled(value: number, unit: string): string {
  const [size, prefix] = ([[1e9, 'G'], [1e6, 'M'], [1e3, 'k']] as const).find(([least]) => value >= least) ?? [1, ''];
  return `${Number((value / size).toPrecision(3))} ${prefix}${unit}`;
}

const dims = (shape: readonly unknown[] | null): string => (shape ? `[${shape.map((dim) => dim ?? '?').join(', ')}]` : '?');
const declared = (infos: readonly ValueInfo[]): string => infos.map(({ name, type, shape }) => `${name} ${type}${dims(shape)}`).join(', ');

/** An inspection for people. The last column is there only where something cannot be read. */
export function inspectionText({ producer, opsets, inputs, outputs, nodes, params, paramBytes, flops, peakBytes, unsupported, free }: Omit<OnnxInspection, 'toString'>): string {
  const versions = [...opsets].map(([domain, version]) => `${domain || 'ai.onnx'} ${version}`).join(', ');
  const columns = ['node', 'op', 'result', 'params', 'FLOPs', ...(unsupported > 0 ? ['cannot be read, as'] : [])];
  const rows = nodes.map((node) => [
    node.name || node.outputs[0]?.name || '',
    node.op,
    node.outputs.map(({ shape }) => dims(shape)).join(' '),
    node.params > 0 ? count(node.params) : '',
    node.flops === null ? '?' : node.flops > 0 ? count(node.flops) : '',
    ...(unsupported > 0 ? [node.reason ?? ''] : []),
  ]);
  const work = flops === null || peakBytes === null ? '' : `, ${scaled(flops, 'FLOP')}, ${scaled(peakBytes, 'B')} of results at a time${nodes.some((node) => node.flops === null) ? ' (of the nodes whose shapes are known)' : ''}`;
  return [
    `opset ${versions}${producer ? `, written by ${producer}` : ''}`,
    `inputs: ${declared(inputs)}`,
    `outputs: ${declared(outputs)}`,
    '',
    formatTable(columns, rows),
    '',
    `${count(params)} parameters (${scaled(paramBytes, 'B')})${work}`,
    ...(free.length > 0 ? [`shapes are not known, as sizes are free: ${declared(free)}`] : []),
    ...(unsupported > 0 ? [`${unsupported} of ${nodes.length} nodes cannot be read`] : []),
  ].join('\n');
}
