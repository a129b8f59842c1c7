import { sizeOf, type Shape } from '@unfoldjs/core';
import { affine, gridOf, integer } from './index-math.js';
import { Bindings, type Generator, type KernelSource, type SourceCall, type SourceOperand } from './kernel-source.js';
import { leavesOf, movesOf, Reader, walk } from './reading.js';

/** Elements in another place: one read by computed index, through all that would have moved the operands too. */
export const move: Generator = (call) => [moveKernel(call, call.inputs, call.output.shape)];

function moveKernel(call: SourceCall, inputs: readonly SourceOperand[], shape: Shape): KernelSource {
  const { op, attrs, output, facts } = call;
  const whole: SourceOperand = { type: { dtype: output.dtype, shape }, source: null, literal: null, moved: { op, attrs, inputs } };
  const { grid, positions } = walk(shape, [whole], facts);
  const bindings = new Bindings(call);
  const { lines, value } = new Reader(facts, bindings, 'v').element(whole, positions);
  const source = bindings.functionOf([...grid.lines, ...lines, `return ${value};`]);
  const through = inputs.flatMap(movesOf);
  return { name: op.name, reason: ['index arithmetic', ...(through.length > 0 ? [`with ${through.join(', ')}`] : [])].join(' '), source, output: grid.output, arguments: bindings.list };
}

/** As many operands at a time as a kernel can bind; the parts are joined in further kernels. */
export const concat: Generator = (call) => {
  const { inputs, output, attrs, facts } = call;
  const axis = attrs.axis as number;
  const kernels: KernelSource[] = [];
  let parts = inputs.filter(({ type }) => type.shape[axis]! > 0);
  for (;;) {
    const groups = inGroups(parts, facts.maxArguments);
    const joined = groups.map((group): SourceOperand => {
      if (group.length === 1 && groups.length > 1) return group[0]!;
      const shape = output.shape.with(axis, group.reduce((sum, { type }) => sum + type.shape[axis]!, 0));
      const kernel = kernels.push(moveKernel(call, group, shape)) - 1;
      return { type: { dtype: output.dtype, shape }, source: { kernel }, literal: null, moved: null };
    });
    if (joined.length === 1) return kernels;
    parts = joined;
  }
};

/** Neighbours together, of `most` tensors a group. */
function inGroups(parts: readonly SourceOperand[], most: number): SourceOperand[][] {
  const groups: SourceOperand[][] = [];
  let bound = most;
  for (const part of parts) {
    const count = leavesOf(part).length;
    if (bound + count > most) {
      groups.push([]);
      bound = 0;
    }
    groups.at(-1)!.push(part);
    bound += count;
  }
  return groups;
}

/** Sizes of the axes around the one that is indexed. */
const split = (shape: Shape, axis: number, batchDims: number) => ({
  batch: sizeOf(shape.slice(0, batchDims)),
  outer: sizeOf(shape.slice(batchDims, axis)),
  along: shape[axis]!,
  inner: sizeOf(shape.slice(axis + 1)),
});

/** Each element looks for the updates that are meant for it: no two threads write to one place. */
export const scatterAdd: Generator = (call) => {
  const { inputs, attrs, output, facts } = call;
  const batchDims = attrs.batchDims as number;
  const { batch, outer, along, inner } = split(output.shape, attrs.axis as number, batchDims);
  const count = sizeOf(inputs[1]!.type.shape.slice(batchDims));
  const grid = gridOf([batch, outer, along, inner], facts);
  const [b, o, a, k] = grid.axes as [string, string, string, string];
  const bindings = new Bindings(call);
  const [updates, indices] = [bindings.operand(0), bindings.operand(1)];
  const lines = [
    ...grid.lines,
    'let s = 0.0;',
    integer('p', affine([[b, outer * count * inner], [o, count * inner], [k, 1]])),
    integer('q', affine([[b, count]])),
    integer('own', a),
    `for (let i = 0; i < ${count}; i++) {`,
    integer('at', `${indices}[q]`),
    `if (at < 0) { at += ${along}; }`,
    `if (at === own) { s += ${updates}[p]; }`,
    `p += ${inner};`,
    'q += 1;',
    '}',
    'return s;',
  ];
  return [{ name: 'scatterAdd', reason: 'a gather: each element looks for its updates', source: bindings.functionOf(lines), output: grid.output, arguments: bindings.list }];
};
