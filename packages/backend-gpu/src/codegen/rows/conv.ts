import { writeEpilogue } from '../epilogue.js';
import { fourSums, lanes, quads, returnSums, unrollOf } from '../four.js';
import { affine, decode, gridOf, integer } from '../index-math.js';
import { Bindings, type KernelSource, type SourceCall } from '../kernel-source.js';
import { seenAlong, type WindowAttrs } from '../window.js';

type Shape4 = readonly [number, number, number, number];

/**
 * A convolution with four outputs a thread, threads side by side for pixels: gpu.js runs four of them in one vector, which reads a pixel
 * each, slowly, once for four products, and filters that all share, fast. Where windows leave the image, it is copied with the zeros around
 * it before, so that no product needs a test. Null where that is not worth it.
 */
export function convRows(call: SourceCall): KernelSource[] | null {
  const { inputs, output, op, facts } = call;
  const attrs = call.attrs as unknown as WindowAttrs & { readonly groups: number };
  const { window, strides, dilations, padding, groups } = attrs;
  const [batch, height, width, channels] = inputs[0]!.type.shape as Shape4;
  const [, rows, columns, outputs] = output.shape as Shape4;
  const pixels = batch * rows * columns;
  const depth = window[0] * window[1] * channels;
  if (groups !== 1 || output.dtype !== 'float32' || outputs < 4 || depth < 8 || pixels < 16) return null;
  const wide = quads(outputs);

  const [seenRows, seenColumns] = [seenAlong(rows, 0, attrs), seenAlong(columns, 1, attrs)];
  const isPadded = padding[0][0] > 0 || padding[1][0] > 0 || seenRows > height || seenColumns > width;
  const [tall, broad] = isPadded ? [seenRows, seenColumns] : [height, width];
  const images = isPadded ? [withZeros(call, [batch, tall, broad, channels])] : [];
  const filters = packFilters(call, [wide, depth, outputs]);

  const inRow = dilations[1] === 1 ? window[1] * channels : channels;
  const unroll = unrollOf(inRow);
  const place = affine([['n', tall * broad * channels], ['oh', strides[0] * broad * channels], ['ow', strides[1] * channels], ['kh', dilations[0] * broad * channels], ...(dilations[1] === 1 ? [] : [['kw', dilations[1] * channels] as const])]);
  const bindings = new Bindings(call);
  const x = isPadded ? bindings.kernel(0) : bindings.operand(0);
  const w = bindings.kernel(images.length);
  const products: KernelSource = {
    name: op.name,
    reason: `patches are read in place; four outputs a thread, ${unroll} products of each at a time`,
    source: bindings.functionOf([
      ...decode('this.thread.x', [['n', batch], ['oh', rows], ['ow', columns]]),
      ...fourSums,
      'let v = 0.0;',
      integer('p', '0'),
      integer('q', affine([['this.thread.y', depth * 4]])),
      `for (let kh = 0; kh < ${window[0]}; kh++) {`,
      ...(dilations[1] === 1 ? [] : [`for (let kw = 0; kw < ${window[1]}; kw++) {`]),
      `p = ${place};`,
      `for (let c = 0; c < ${inRow / unroll}; c++) {`,
      ...Array.from({ length: unroll }, (_, at) => [`v = ${x}[${affine([['p', 1]], at)}];`, ...lanes.map((lane) => `s${lane} += v * ${w}[${affine([['q', 1]], 4 * at + lane)}];`)]).flat(),
      `p += ${unroll};`,
      `q += ${4 * unroll};`,
      '}',
      ...(dilations[1] === 1 ? [] : ['}']),
      '}',
      returnSums,
    ]),
    output: [pixels, wide],
    components: 4,
    arguments: bindings.list,
  };

  const grid = gridOf(output.shape, facts);
  const last = new Bindings(call);
  const sums = last.kernel(images.length + 1);
  const [n, oh, ow, o] = grid.axes as [string, string, string, string];
  const epilogue = writeEpilogue(call, last, grid.axes);
  const results: KernelSource = {
    name: `results${epilogue.name}`,
    reason: 'channels brought together',
    source: last.functionOf([
      ...grid.lines,
      integer('quad', `Math.floor(${o} / 4)`),
      `const sum = ${sums}[${affine([['quad', 4 * pixels - 4], [n, 4 * rows * columns], [oh, 4 * columns], [ow, 4], [o, 1]])}];`,
      ...epilogue.lines,
      `return ${epilogue.result};`,
    ]),
    output: grid.output,
    arguments: last.list,
  };
  return [...images, filters, products, results];
}

/** The images in the midst of zeros. */
function withZeros(call: SourceCall, shape: Shape4): KernelSource {
  const { padding } = call.attrs as unknown as WindowAttrs;
  const [, height, width, channels] = call.inputs[0]!.type.shape as Shape4;
  const grid = gridOf(shape, call.facts);
  const bindings = new Bindings(call);
  const [n, y, x, c] = grid.axes as [string, string, string, string];
  return {
    name: 'pad',
    reason: 'zeros around the images',
    source: bindings.functionOf([
      ...grid.lines,
      integer('iy', affine([[y, 1]], -padding[0][0])),
      integer('ix', affine([[x, 1]], -padding[1][0])),
      'let v = 0.0;',
      `if (iy >= 0 && iy < ${height} && ix >= 0 && ix < ${width}) { v = ${bindings.operand(0)}[${affine([[n, height * width * channels], ['iy', width * channels], ['ix', channels], [c, 1]])}]; }`,
      'return v;',
    ]),
    output: grid.output,
    arguments: bindings.list,
  };
}

/** The filters as `[wide, K, 4]`, zeros for outputs that are not there. */
function packFilters(call: SourceCall, [wide, depth, outputs]: readonly [number, number, number]): KernelSource {
  const grid = gridOf([wide, depth, 4], call.facts);
  const bindings = new Bindings(call);
  const [quad, k, lane] = grid.axes as [string, string, string];
  const read = `v = ${bindings.operand(1)}[${affine([[k, outputs], [quad, 4], [lane, 1]])}];`;
  return {
    name: 'quadruples',
    reason: 'filters of four outputs side by side',
    source: bindings.functionOf([...grid.lines, 'let v = 0.0;', outputs % 4 === 0 ? read : `if (${affine([[quad, 4], [lane, 1]])} < ${outputs}) { ${read} }`, 'return v;']),
    output: grid.output,
    arguments: bindings.list,
  };
}
