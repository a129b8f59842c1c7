import { broadcastStrides, sizeOf, stridesOf, type Shape } from '@unfoldjs/core';
import { affine, collapse, gridOf, integer } from './index-math.js';
import { Bindings, type Generator, type KernelSource, type SourceCall } from './kernel-source.js';
import { literal } from './literal.js';

// Elements in another place: every op here is one read by computed index.

/** The result's element at an index is the operand's at the sum of index times stride, from an offset on. */
function stridedCopy(call: SourceCall, strides: readonly number[], offset = 0): readonly KernelSource[] {
  const walk = collapse({ shape: call.output.shape, strides: [strides] });
  const grid = gridOf(walk.shape, call.facts);
  const bindings = new Bindings(call);
  const x = bindings.operand(0);
  const index = affine(grid.axes.map((axis, i) => [axis, walk.strides[0]![i]!] as const), offset);
  const source = bindings.functionOf([...grid.lines, `return ${x}[${index}];`]);
  return [{ name: call.op.name, reason: 'index arithmetic', source, output: grid.output, arguments: bindings.list }];
}

const dot = (a: readonly number[], b: readonly number[]): number => a.reduce((sum, value, i) => sum + value * b[i]!, 0);

export const transpose: Generator = (call) => {
  const strides = stridesOf(call.inputs[0]!.type.shape);
  return stridedCopy(call, (call.attrs.perm as readonly number[]).map((axis) => strides[axis]!));
};

export const broadcast: Generator = (call) => stridedCopy(call, broadcastStrides(call.inputs[0]!.type.shape, call.output.shape));

export const slice: Generator = (call) => {
  const strides = stridesOf(call.inputs[0]!.type.shape);
  const steps = call.attrs.strides as readonly number[];
  return stridedCopy(call, strides.map((stride, axis) => stride * steps[axis]!), dot(strides, call.attrs.begin as readonly number[]));
};

export const reverse: Generator = (call) => {
  const { shape } = call.output;
  const axes = call.attrs.axes as readonly number[];
  const strides = stridesOf(shape);
  const last = axes.reduce((sum, axis) => sum + (shape[axis]! - 1) * strides[axis]!, 0);
  return stridedCopy(call, strides.map((stride, axis) => (axes.includes(axis) ? -stride : stride)), last);
};

/** `i1 >= 2 && i1 < 5 && ...` for the axes that have an edge; null where every index is inside. */
function inside(axes: readonly string[], paddings: readonly (readonly number[])[], shape: Shape): string | null {
  const tests = paddings.flatMap(([before, after], axis) => [
    ...(before! > 0 ? [`${axes[axis]} >= ${before}`] : []),
    ...(after! > 0 ? [`${axes[axis]} < ${before! + shape[axis]!}`] : []),
  ]);
  return tests.length === 0 ? null : tests.join(' && ');
}

export const pad: Generator = (call) => {
  const { inputs, output, attrs, facts } = call;
  const paddings = attrs.paddings as readonly (readonly number[])[];
  const { shape } = inputs[0]!.type;
  const strides = stridesOf(shape);
  const grid = gridOf(output.shape, facts);
  const bindings = new Bindings(call);
  const x = bindings.operand(0);
  const index = affine(
    grid.axes.map((axis, i) => [axis, strides[i]!] as const),
    -dot(paddings.map(([before]) => before!), strides),
  );
  const test = sizeOf(shape) === 0 ? 'false' : inside(grid.axes, paddings, shape);
  const fill = literal(attrs.value as number, output.dtype, facts);
  const lines =
    test === 'false' ? [`return ${fill};`] : test === null ? [`return ${x}[${index}];`] : [`let v = ${fill};`, `if (${test}) { v = ${x}[${index}]; }`, 'return v;'];
  return [{ name: 'pad', reason: 'index arithmetic', source: bindings.functionOf([...grid.lines, ...lines]), output: grid.output, arguments: bindings.list }];
};

/** As many operands at a time as a kernel can bind; the parts are joined in further kernels. */
export const concat: Generator = (call) => {
  const { inputs, output, attrs, facts } = call;
  const axis = attrs.axis as number;
  const outer = sizeOf(output.shape.slice(0, axis));
  const inner = sizeOf(output.shape.slice(axis + 1));
  const kernels: KernelSource[] = [];
  type Part = { readonly along: number; readonly bind: (bindings: Bindings) => string };
  let parts: Part[] = inputs
    .map(({ type }, k): Part => ({ along: type.shape[axis]!, bind: (bindings) => bindings.operand(k) }))
    .filter(({ along }) => along > 0);
  for (;;) {
    const groups = Array.from({ length: Math.ceil(parts.length / facts.maxArguments) }, (_, i) => parts.slice(i * facts.maxArguments, (i + 1) * facts.maxArguments));
    const joined = groups.map((group): Part => {
      if (group.length === 1 && groups.length > 1) return group[0]!;
      const kernel = kernels.push(join(call, group, outer, inner)) - 1;
      return { along: group.reduce((sum, { along }) => sum + along, 0), bind: (bindings) => bindings.kernel(kernel) };
    });
    if (joined.length === 1) return kernels;
    parts = joined;
  }
};

function join(call: SourceCall, parts: readonly { along: number; bind: (bindings: Bindings) => string }[], outer: number, inner: number): KernelSource {
  const total = parts.reduce((sum, { along }) => sum + along, 0);
  const grid = gridOf([outer, total * inner], call.facts, 'j');
  const [row, column] = grid.axes as [string, string];
  const bindings = new Bindings(call);
  const lines = [...grid.lines, 'let v = 0.0;'];
  let start = 0;
  for (const { along, bind } of parts) {
    const width = along * inner;
    const test = [...(start > 0 ? [`${column} >= ${start}`] : []), ...(start + width < total * inner ? [`${column} < ${start + width}`] : [])].join(' && ');
    const read = `v = ${bind(bindings)}[${affine([[row, width], [column, 1]], -start)}];`;
    lines.push(test === '' ? read : `if (${test}) { ${read} }`);
    start += width;
  }
  return { name: 'concat', reason: `${parts.length} operands`, source: bindings.functionOf([...lines, 'return v;']), output: grid.output, arguments: bindings.list };
}

/** Sizes of the axes around the one that is indexed. */
const split = (shape: Shape, axis: number, batchDims: number) => ({
  batch: sizeOf(shape.slice(0, batchDims)),
  outer: sizeOf(shape.slice(batchDims, axis)),
  along: shape[axis]!,
  inner: sizeOf(shape.slice(axis + 1)),
});

export const gather: Generator = (call) => {
  const { inputs, attrs, facts } = call;
  const batchDims = attrs.batchDims as number;
  const { batch, outer, along, inner } = split(inputs[0]!.type.shape, attrs.axis as number, batchDims);
  const count = sizeOf(inputs[1]!.type.shape.slice(batchDims));
  const grid = gridOf([batch, outer, count, inner], facts);
  const [b, o, i, k] = grid.axes as [string, string, string, string];
  const bindings = new Bindings(call);
  const [x, indices] = [bindings.operand(0), bindings.operand(1)];
  const lines = [
    ...grid.lines,
    integer('at', `${indices}[${affine([[b, count], [i, 1]])}]`),
    `if (at < 0) { at += ${along}; }`,
    'let v = 0.0;',
    `if (at >= 0 && at < ${along}) { v = ${x}[${affine([[b, outer * along * inner], [o, along * inner], ['at', inner], [k, 1]])}]; }`,
    'return v;',
  ];
  return [{ name: 'gather', reason: 'one read an element', source: bindings.functionOf(lines), output: grid.output, arguments: bindings.list }];
};

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
