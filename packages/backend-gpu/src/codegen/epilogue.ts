import { broadcastStrides } from '@unfoldjs/core';
import { writeBody, type Body, type BodyInput } from './expression.js';
import { affine } from './index-math.js';
import type { Bindings, SourceCall } from './kernel-source.js';
import { literalOperand } from './literal.js';

/**
 * What happens to a finished sum before it is stored: input 0 of the epilogue is the sum, its other inputs are the operands from
 * the third on (bias, residual), which broadcast to the result.
 */
export function writeEpilogue(call: SourceCall, bindings: Bindings, axes: readonly string[]): { name: string; lines: string[]; result: string } {
  const { attrs, inputs, output, facts } = call;
  const sum = facts.wide && output.dtype === 'float32' ? ['const rounded = Math.fround(sum);', 'rounded'] : ['', 'sum'];
  const body = (attrs.epilogue ?? []) as unknown as Body;
  const first = sum[0] === '' ? [] : [sum[0]!];
  if (body.length === 0) return { name: '', lines: [], result: 'sum' };

  const lines: string[] = [...first];
  const read: BodyInput[] = [{ name: sum[1]!, dtype: inputs[0]!.type.dtype }];
  inputs.slice(2).forEach(({ type, literal: value }, extra) => {
    if (value !== null) {
      read.push({ name: literalOperand(`e${extra}`, value, type.dtype, facts, lines), dtype: type.dtype });
      return;
    }
    const strides = broadcastStrides(type.shape, output.shape);
    lines.push(`const e${extra} = ${bindings.operand(extra + 2)}[${affine(axes.map((axis, i) => [axis, strides[i]!] as const))}];`);
    read.push({ name: `e${extra}`, dtype: type.dtype });
  });
  const { lines: steps, result } = writeBody(body, read, facts, 'f');
  return { name: ` ${body.map(({ op }) => op.name).join(' ')}`, lines: [...lines, ...steps], result };
}
