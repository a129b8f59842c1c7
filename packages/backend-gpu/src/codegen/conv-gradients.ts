import { sizeOf } from '@unfoldjs/core';
import { firstChannel, insideAxis, type WindowAttrs } from './window.js';
import { writeEpilogue } from './epilogue.js';
import { affine, gridOf, integer } from './index-math.js';
import { Bindings, type Generator, type KernelSource, type SourceCall } from './kernel-source.js';
import { overCoveringWindows } from './patches.js';
import { severalOr } from './several.js';
import { convFilterQuads, convInputQuads } from './vec4/conv-gradients.js';
import { convFilterPartTiles, convInputTiles } from './wgsl/conv-gradients.js';

type Shape4 = readonly [number, number, number, number];

type GroupedAttrs = WindowAttrs & { readonly groups: number };

/** The most elements that partial sums may have, and the number of threads that is enough. */
const mostPartials = 2 ** 22;
const manyThreads = 2 ** 15;

/**
 * The gradient of the filters, [K, O]: the sum over all places of a pixel of the patch times an output. There are few results and
 * long sums, so a GPU first sums each image (or each row of it) by itself, then adds those up. The patches are never built.
 */
const convFilterSums: Generator = (call) => {
  const { inputs, output, facts } = call;
  const [batch, rows] = inputs[1]!.type.shape as Shape4;
  const results = sizeOf(output.shape);
  const parts = facts.kind !== 'gpu' || results >= manyThreads ? [] : batch * results >= manyThreads ? [batch] : [batch, rows];
  const count = sizeOf(parts);
  if (count < 2 || count * results > mostPartials) return [sumOverPlaces(call, [])];
  return [sumOverPlaces(call, parts), sumOfParts(call, count)];
};

/** Sums over the places that are not axes of the grid: over (n, i, j) but for the leading ones in `parts`. */
function sumOverPlaces(call: SourceCall, parts: readonly number[]): KernelSource {
  const { inputs, output, facts, op } = call;
  const attrs = call.attrs as unknown as GroupedAttrs;
  const { window, strides, dilations, padding, groups } = attrs;
  const [batch, height, width, channels] = inputs[0]!.type.shape as Shape4;
  const depth = channels / groups;
  const [, rows, columns, outputs] = inputs[1]!.type.shape as Shape4;
  const isWhole = parts.length === 0;
  const grid = gridOf([...parts, ...(isWhole ? output.shape : [window[0], window[1], depth, outputs])], facts);
  const [n, i] = [...grid.axes.slice(0, parts.length), ...['n', 'i'].slice(parts.length)] as [string, string];
  const bindings = new Bindings(call);
  const [x, dy] = [bindings.operand(0), bindings.operand(1)];
  // For an epilogue the grid has the axes of the result, and the row k is taken apart here.
  const k = grid.axes[0]!;
  const [kh, kw, c, o] = isWhole ? ['kh', 'kw', 'c', grid.axes[1]!] : (grid.axes.slice(parts.length) as [string, string, string, string]);
  const apart = isWhole ? [integer('kh', `Math.floor(${k} / ${window[1] * depth})`), integer('rest', `${k} - kh * ${window[1] * depth}`), integer('kw', `Math.floor(rest / ${depth})`), integer('c', `rest - kw * ${depth}`)] : [];
  const first = firstChannel(o!, outputs / groups, depth, groups);
  const tests = [insideAxis('iy', height, rows, 0, attrs), insideAxis('ix', width, columns, 1, attrs)].filter((test) => test !== null);
  const read = `v = ${x}[${affine([[n, height * width * channels], ['iy', width * channels], ['ix', channels], [c!, 1], [first.name, 1]])}];`;
  const epilogue = isWhole ? writeEpilogue(call, bindings, grid.axes) : { name: '', lines: [], result: 'sum' };
  const loops = [parts.length > 0 ? '' : `for (let n = 0; n < ${batch}; n++) {`, parts.length > 1 ? '' : `for (let i = 0; i < ${rows}; i++) {`].filter((line) => line !== '');
  const lines = [
    ...grid.lines,
    ...apart,
    ...first.lines,
    'let sum = 0.0;',
    'let v = 0.0;',
    integer('q', affine([...(parts.length > 0 ? [[n, rows * columns * outputs] as const] : []), ...(parts.length > 1 ? [[i, columns * outputs] as const] : []), [o!, 1]])),
    ...loops,
    integer('iy', affine([[i, strides[0]], [kh!, dilations[0]]], -padding[0][0])),
    `for (let j = 0; j < ${columns}; j++) {`,
    integer('ix', affine([['j', strides[1]], [kw!, dilations[1]]], -padding[1][0])),
    ...(tests.length === 0 ? [read] : ['v = 0.0;', `if (${tests.join(' && ')}) { ${read} }`]),
    `sum += v * ${dy}[q];`,
    `q += ${outputs};`,
    '}',
    ...loops.map(() => '}'),
    ...epilogue.lines,
    `return ${epilogue.result};`,
  ];
  const reason = isWhole ? 'patches are read in place; one thread an element' : `patches are read in place; ${parts.length === 1 ? 'each image' : 'each row of each image'} summed by itself`;
  return { name: `${op.name}${epilogue.name}`, reason, source: bindings.functionOf(lines), output: grid.output, arguments: bindings.list };
}

/** Adds up the partial sums of the kernel before. */
function sumOfParts(call: SourceCall, count: number): KernelSource {
  const { output, facts, op } = call;
  const grid = gridOf(output.shape, facts);
  const bindings = new Bindings(call);
  const partials = bindings.kernel(0);
  const epilogue = writeEpilogue(call, bindings, grid.axes);
  const lines = [
    ...grid.lines,
    'let sum = 0.0;',
    integer('p', affine([[grid.axes[0]!, output.shape[1]!], [grid.axes[1]!, 1]])),
    `for (let k = 0; k < ${count}; k++) {`,
    `sum += ${partials}[p];`,
    `p += ${sizeOf(output.shape)};`,
    '}',
    ...epilogue.lines,
    `return ${epilogue.result};`,
  ];
  return { name: `${op.name}${epilogue.name}`, reason: `adds up ${count} partial sums`, source: bindings.functionOf(lines), output: grid.output, arguments: bindings.list };
}

/** The gradient of the images, and transposed convolution: each pixel gathers from the windows that cover it. */
const convInputSums: Generator = (call) => {
  const { inputs, output, facts, op } = call;
  const attrs = call.attrs as unknown as GroupedAttrs;
  const [, rows, columns, outputs] = inputs[0]!.type.shape as Shape4;
  const [depth, each] = [output.shape[3]! / attrs.groups, outputs / attrs.groups];
  const grid = gridOf(output.shape, facts);
  const [n, y, x, c] = grid.axes as [string, string, string, string];
  const bindings = new Bindings(call);
  const [dy, filters] = [bindings.operand(0), bindings.operand(1)];
  const epilogue = writeEpilogue(call, bindings, grid.axes);
  // The group of a channel has `each` outputs from `first` on; in the filters the channel is counted from the start of its group.
  const isGrouped = attrs.groups > 1;
  const group = isGrouped ? [integer('group', `Math.floor(${c} / ${depth})`), integer('first', `group * ${each}`), integer('inGroup', `${c} - group * ${depth}`)] : [];
  const [first, inGroup] = isGrouped ? ['first', 'inGroup'] : ['0', c];
  const products = [
    `p = ${affine([[n, rows * columns * outputs], ['oh', columns * outputs], ['ow', outputs], [first, 1]])};`,
    `q = ${affine([['kh', attrs.window[1] * depth * outputs], ['kw', depth * outputs], [inGroup, outputs], [first, 1]])};`,
    `for (let o = 0; o < ${each}; o++) {`,
    `sum += ${dy}[p] * ${filters}[q];`,
    'p += 1;',
    'q += 1;',
    '}',
  ];
  const lines = [
    ...grid.lines,
    'let sum = 0.0;',
    integer('p', '0'),
    integer('q', '0'),
    ...group,
    ...overCoveringWindows(attrs, [y, x], [rows, columns], products),
    ...epilogue.lines,
    `return ${epilogue.result};`,
  ];
  return [{ name: `${op.name}${epilogue.name}`, reason: 'a gather: each pixel sums over the windows that cover it', source: bindings.functionOf(lines), output: grid.output, arguments: bindings.list }];
};

/** One image summed by itself in tiles, then all of them, while the sums of images are not too many. */
function convFilterTiles(call: SourceCall): KernelSource[] | null {
  const [batch] = call.inputs[1]!.type.shape as Shape4;
  const tiles = batch * sizeOf(call.output.shape) <= mostPartials ? convFilterPartTiles(call) : null;
  return tiles && [tiles, sumOfParts(call, batch)];
}

export const convFilterMatmul: Generator = severalOr({ wgsl: convFilterTiles, glsl: (call) => convFilterQuads(call, mostPartials) }, convFilterSums);
export const convInputMatmul: Generator = severalOr({ wgsl: convInputTiles, glsl: convInputQuads }, convInputSums);
