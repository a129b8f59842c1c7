import { broadcastStrides } from '@unfoldjs/core';
import { affine, collapse, gridOf } from './index-math.js';
import { writeBody, type Body, type BodyInput } from './expression.js';
import { Bindings, type Generator, type SourceCall } from './kernel-source.js';
import { literalOperand } from './literal.js';

/** A whole chain of elementwise operations as one kernel; operands of smaller shape are read by broadcast strides. */
export const elementwise: Generator = (call) => {
  const body = bodyOf(call);
  const { inputs, output, facts } = call;
  const strides = inputs.map(({ type }) => broadcastStrides(type.shape, output.shape));
  const walk = collapse({ shape: output.shape, strides });
  const grid = gridOf(walk.shape, facts);
  const bindings = new Bindings(call);
  const lines = [...grid.lines];
  const read = inputs.map(({ type, literal: value }, k): BodyInput => {
    if (value !== null) return { name: literalOperand(`x${k}`, value, type.dtype, facts, lines), dtype: type.dtype };
    const index = affine(grid.axes.map((axis, i) => [axis, walk.strides[k]![i]!] as const));
    lines.push(`const x${k} = ${bindings.operand(k)}[${index}];`);
    return { name: `x${k}`, dtype: type.dtype };
  });
  const { lines: steps, result } = writeBody(body, read, facts);
  const source = bindings.functionOf([...lines, ...steps, `return ${result};`]);
  const isFlat = walk.shape.length <= 1;
  return [
    {
      name: body.map(({ op }) => op.name).join(' '),
      reason: isFlat ? 'all operands are walked as one row' : 'operands broadcast',
      source,
      output: grid.output,
      arguments: bindings.list,
    },
  ];
};

/** The instructions of a fused call, or the one of a single operation. */
export function bodyOf({ op, attrs, inputs, output }: Pick<SourceCall, 'op' | 'attrs' | 'output'> & { inputs: readonly unknown[] }): Body {
  if (op.name === 'fusedElementwise') return attrs.body as unknown as Body;
  return [{ op, attrs, args: inputs.map((_, input) => ({ input })), dtype: output.dtype }];
}
