import { writeBody, type Body, type BodyInput } from './expression.js';
import { Bindings, type Generator, type SourceCall } from './kernel-source.js';
import { movesOf, Reader, spread, walk } from './reading.js';

/** A whole chain of elementwise operations as one kernel; operands of smaller shape, and those that others would have moved, are read by computed index. */
export const elementwise: Generator = (call) => {
  const body = bodyOf(call);
  const { inputs, output, facts } = call;
  const operands = inputs.map((operand) => spread(operand, output.shape));
  const { grid, positions } = walk(output.shape, operands, facts);
  const bindings = new Bindings(call);
  const lines = [...grid.lines];
  const read = operands.map((operand, k): BodyInput => {
    const { lines: before, value } = new Reader(facts, bindings, `x${k}r`).element(operand, positions);
    lines.push(...before, `const x${k} = ${value};`);
    return { name: `x${k}`, dtype: operand.type.dtype };
  });
  const { lines: steps, result } = writeBody(body, read, facts);
  const through = inputs.flatMap(movesOf);
  return [
    {
      name: body.map(({ op }) => op.name).join(' '),
      reason: [positions.length <= 1 ? 'all operands are walked as one row' : 'operands broadcast', ...(through.length > 0 ? [`${through.join(', ')} by index arithmetic`] : [])].join('; '),
      source: bindings.functionOf([...lines, ...steps, `return ${result};`]),
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
