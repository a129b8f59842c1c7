import { affine, gridOf, integer } from './index-math.js';
import { firstChannel, insideAxis, type WindowAttrs } from './window.js';
import { writeEpilogue } from './epilogue.js';
import { Bindings, type Generator } from './kernel-source.js';
import { convRows } from './rows/conv.js';
import { severalOr } from './several.js';
import { convQuads } from './vec4/conv.js';
import { convTiles } from './wgsl/conv.js';

/** Up to here the products of one row of the window are written out; beyond, a loop is no slower. */
const longestUnrolledRow = 64;

/**
 * Convolution as a matrix product whose left operand, the patches, is never built: each thread computes where its patch lies in
 * the image. One thread an output; the position of a pixel is decoded once a row of the window, then indices run. The zeros around
 * an image are multiplied like any other element: infinite filters make NaN of them, as im2col and matmul do. In groups, an output
 * sees only the channels of its own.
 */
const convSums: Generator = (call) => {
  const { inputs, output, facts, op } = call;
  const [, height, width, channels] = inputs[0]!.type.shape as Shape4;
  const attrs = call.attrs as unknown as WindowAttrs & { readonly groups: number };
  const depth = channels / attrs.groups;
  const outputs = output.shape[3]!;
  const grid = gridOf(output.shape, facts);
  const bindings = new Bindings(call);
  const [n, oh, ow, o] = grid.axes as [string, string, string, string];
  const first = firstChannel(o, outputs / attrs.groups, depth, attrs.groups);
  const sizes: Sizes = { attrs, height, width, channels, depth, rows: output.shape[1]!, columns: output.shape[2]!, outputs };
  const names: Names = { n, oh, ow, first: first.name, x: bindings.operand(0), filters: bindings.operand(1) };
  const epilogue = writeEpilogue(call, bindings, grid.axes);
  const isUnrolled = attrs.window[1] * depth <= longestUnrolledRow;
  const lines = [
    ...grid.lines,
    ...first.lines,
    'let sum = 0.0;',
    integer('p', '0'),
    integer('q', o),
    ...(isUnrolled ? unrolledRows(sizes, names) : loopedRows(sizes, names)),
    ...epilogue.lines,
    `return ${epilogue.result};`,
  ];
  return [
    {
      name: `${op.name}${epilogue.name}`,
      reason: `patches are read in place; one thread an output, rows of the window ${isUnrolled ? 'written out' : 'in loops'}`,
      source: bindings.functionOf(lines),
      output: grid.output,
      arguments: bindings.list,
    },
  ];
};

export const convMatmul: Generator = severalOr({ wgsl: convTiles, glsl: convQuads, rows: convRows }, convSums);

type Shape4 = readonly [number, number, number, number];

interface Sizes {
  readonly attrs: WindowAttrs;
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  readonly depth: number;
  readonly rows: number;
  readonly columns: number;
  readonly outputs: number;
}

interface Names {
  readonly n: string;
  readonly oh: string;
  readonly ow: string;
  /** The first channel that the output sees. */
  readonly first: string;
  readonly x: string;
  readonly filters: string;
}

/** Loops over the window and the channels: `p` runs through pixels, `q` through the filters from the first to the last row. */
function loopedRows({ attrs, height, width, channels, depth, rows, columns, outputs }: Sizes, { n, oh, ow, first, x, filters }: Names): string[] {
  const { window, strides, dilations, padding } = attrs;
  const inside = [insideAxis('iy', height, rows, 0, attrs), insideAxis('ix', width, columns, 1, attrs)].filter((test) => test !== null);
  const overChannels = (...body: string[]): string[] => [`for (let c = 0; c < ${depth}; c++) {`, ...body, `q += ${outputs};`, '}'];
  const products = [
    `p = ${affine([[n, height * width * channels], ['iy', width * channels], ['ix', channels], [first, 1]])};`,
    ...overChannels(`sum += ${x}[p] * ${filters}[q];`, 'p += 1;'),
  ];
  return [
    `for (let kh = 0; kh < ${window[0]}; kh++) {`,
    integer('iy', affine([[oh, strides[0]], ['kh', dilations[0]]], -padding[0][0])),
    `for (let kw = 0; kw < ${window[1]}; kw++) {`,
    integer('ix', affine([[ow, strides[1]], ['kw', dilations[1]]], -padding[1][0])),
    ...(inside.length === 0 ? products : [`if (${inside.join(' && ')}) {`, ...products, '} else {', ...overChannels(`sum += 0.0 * ${filters}[q];`), '}']),
    '}',
    '}',
  ];
}

/** A loop over the rows of the window; the products of a row are written out, and only pixels that can lie outside are tested. */
function unrolledRows({ attrs, height, width, channels, depth, rows, columns, outputs }: Sizes, { n, oh, ow, first, x, filters }: Names): string[] {
  const { window, strides, dilations, padding } = attrs;
  const stride = strides[1];
  const products: string[] = [];
  for (let kw = 0; kw < window[1]; kw++) {
    const shift = kw * dilations[1] - padding[1][0];
    const least = Math.ceil(-shift / stride);
    const most = Math.floor((width - 1 - shift) / stride);
    const tests = [...(least > 0 ? [`${ow} >= ${least}`] : []), ...(most < columns - 1 ? [`${ow} <= ${most}`] : [])];
    for (let c = 0; c < depth; c++) {
      const pixel = `${x}[${affine([['p', 1]], shift * channels + c)}]`;
      const filter = `${filters}[${affine([['q', 1]], (kw * depth + c) * outputs)}]`;
      if (tests.length === 0) products.push(`sum += ${pixel} * ${filter};`);
      else products.push('v = 0.0;', `if (${tests.join(' && ')}) { v = ${pixel}; }`, `sum += v * ${filter};`);
    }
  }
  const inside = insideAxis('iy', height, rows, 0, attrs);
  const row = [`p = ${affine([[n, height * width * channels], ['iy', width * channels], [ow, stride * channels], [first, 1]])};`, ...products];
  const outside = [`for (let k = 0; k < ${window[1] * depth}; k++) {`, `sum += 0.0 * ${filters}[${affine([['q', 1], ['k', outputs]])}];`, '}'];
  return [
    ...(products.includes('v = 0.0;') ? ['let v = 0.0;'] : []),
    `for (let kh = 0; kh < ${window[0]}; kh++) {`,
    integer('iy', affine([[oh, strides[0]], ['kh', dilations[0]]], -padding[0][0])),
    ...(inside === null ? row : [`if (${inside}) {`, ...row, '} else {', ...outside, '}']),
    `q += ${window[1] * depth * outputs};`,
    '}',
  ];
}
