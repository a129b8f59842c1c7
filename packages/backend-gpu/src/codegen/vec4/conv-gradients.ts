import { sizeOf } from '@unfoldjs/core';
import { writeEpilogue } from '../epilogue.js';
import { fourSums, lanes, quads, returnSums } from '../four.js';
import { affine, gridOf } from '../index-math.js';
import { Bindings, type KernelSource, type SourceCall } from '../kernel-source.js';
import { insideAxis, type WindowAttrs } from '../window.js';
import { divided, packQuads, pick } from './pack.js';
import { pixelsOf, sixteenProducts } from './sums.js';

type Shape4 = readonly [number, number, number, number];
type GroupedAttrs = WindowAttrs & { readonly groups: number };

/** The gradient of results, four outputs a texel: `[N, OH, OW * wide]`. */
const packResults = (operand: number, [batch, rows, columns, outputs]: Shape4): KernelSource =>
  packQuads(operand, [columns * quads(outputs), rows, batch], {
    size: outputs,
    step: 1,
    lines: divided('ow', 'o', 'this.thread.x', quads(outputs)),
    address: affine([['this.thread.z', rows * columns * outputs], ['this.thread.y', columns * outputs], ['ow', outputs], ['o', 4]]),
    position: 'o * 4',
  });

/**
 * The gradient of the images, four outputs a texel, four channels of a pixel a thread: five reads for sixteen products. A pixel sums over
 * the windows that cover it and over no others: a product with zero would make NaN of an infinite filter. Null where that is not worth it.
 */
export function convInputQuads(call: SourceCall): KernelSource[] | null {
  const { inputs, output, op } = call;
  const { window, strides, dilations, padding, groups } = call.attrs as unknown as GroupedAttrs;
  const results = inputs[0]!.type.shape as Shape4;
  const [, rows, columns, outputs] = results;
  const [batch, height, width, channels] = output.shape as Shape4;
  if (groups !== 1 || output.dtype !== 'float32' || channels < 4 || window[0] * window[1] * outputs < 8) return null;
  const [deep, wide] = [quads(outputs), quads(channels)];
  // Rows are [tap, output], with as many outputs as the results have been given; four channels a texel.
  const filters = packQuads(1, [wide, window[0] * window[1] * deep * 4], {
    size: channels,
    step: outputs,
    lines: [...divided('tap', 'o', 'this.thread.y', deep * 4), ...(deep * 4 === outputs ? [] : [`if (o > ${outputs - 1}.5) { return [0.0, 0.0, 0.0, 0.0]; }`])],
    address: affine([['tap', channels * outputs], ['this.thread.x', 4 * outputs], ['o', 1]]),
    position: 'this.thread.x * 4',
  });
  /** The window that covers a pixel with its element `k`; the loop goes on where there is none. */
  const covering = (name: string, pixel: string, k: string, count: number, axis: 0 | 1): string[] => {
    const stride = strides[axis];
    return [
      `const ${name}s = ${affine([[pixel, 1], [k, -dilations[axis]]], padding[axis][0])};`,
      `const ${name} = ${stride === 1 ? `${name}s` : `Math.floor((${name}s + 0.5) / ${stride})`};`,
      `if (${name}s > -0.5 && ${name} < ${count - 1}.5${stride === 1 ? '' : ` && ${name} * ${stride} === ${name}s`}) {`,
    ];
  };
  const products: KernelSource = {
    name: op.name,
    reason: 'a gather over the windows that cover a pixel; four outputs a texel, four channels a thread',
    source: `function (a0, a1) {\n  ${[
      ...divided('ix', 'c', 'this.thread.x', wide),
      ...fourSums,
      'let k = 0.0;',
      `for (let kh = 0; kh < ${window[0]}; kh++) {`,
      ...covering('oh', 'this.thread.y', 'kh', rows, 0),
      `for (let kw = 0; kw < ${window[1]}; kw++) {`,
      ...covering('ow', 'ix', 'kw', columns, 1),
      `k = ${affine([['kh', window[1] * deep * 4], ['kw', deep * 4]])};`,
      `const at = ${affine([['ow', deep]])};`,
      `for (let o = 0; o < ${deep}; o++) {`,
      'const v = a0[this.thread.z][oh][at + o];',
      ...sixteenProducts('a1', 'c'),
      '}',
      '}',
      '}',
      '}',
      '}',
      returnSums,
    ].join('\n  ')}\n}`,
    output: [width * wide, height, batch],
    components: 4,
    arguments: [{ kernel: 0 }, { kernel: 1 }],
  };
  return [packResults(0, results), filters, products, pixelsOf(call, 2, wide)];
}

/**
 * The gradient of the filters, each image summed by itself and then all of them, four outputs a thread: two reads for four products. Null
 * where that is not worth it.
 */
export function convFilterQuads(call: SourceCall, mostPartials: number): KernelSource[] | null {
  const { inputs, output, facts, op } = call;
  const attrs = call.attrs as unknown as GroupedAttrs;
  const { window, strides, dilations, padding, groups } = attrs;
  const [batch, height, width, channels] = inputs[0]!.type.shape as Shape4;
  const results = inputs[1]!.type.shape as Shape4;
  const [, rows, columns, outputs] = results;
  if (groups !== 1 || output.dtype !== 'float32' || outputs < 4 || batch * sizeOf(output.shape) > mostPartials) return null;
  const wide = quads(outputs);
  const tests = [insideAxis('iy', height, rows, 0, attrs), insideAxis('ix', width, columns, 1, attrs)].filter((test) => test !== null).join(' && ');
  const read = `v = a0[${affine([['this.thread.z', height * width * channels], ['iy', width * channels], ['ix', channels], ['c', 1]])}];`;
  const parts: KernelSource = {
    name: op.name,
    reason: 'patches are read in place; each image summed by itself, four outputs a thread',
    source: `function (a0, a1) {\n  ${[
      ...divided('tap', 'c', 'this.thread.y', channels),
      ...divided('kh', 'kw', 'tap', window[1]),
      ...fourSums,
      'let v = 0.0;',
      `for (let i = 0; i < ${rows}; i++) {`,
      `const iy = ${affine([['i', strides[0]], ['kh', dilations[0]]], -padding[0][0])};`,
      `for (let j = 0; j < ${columns}; j++) {`,
      `const ix = ${affine([['j', strides[1]], ['kw', dilations[1]]], -padding[1][0])};`,
      ...(tests ? ['v = 0.0;', `if (${tests}) { ${read} }`] : [read]),
      `const g = a1[this.thread.z][i][${affine([['j', wide], ['this.thread.x', 1]])}];`,
      ...lanes.map((lane) => `s${lane} += v * g[${lane}];`),
      '}',
      '}',
      returnSums,
    ].join('\n  ')}\n}`,
    output: [wide, output.shape[0]!, batch],
    components: 4,
    arguments: [{ operand: 0 }, { kernel: 0 }],
  };
  const grid = gridOf(output.shape, facts);
  const [k, o] = grid.axes as [string, string];
  const bindings = new Bindings(call);
  const partials = bindings.kernel(1);
  const epilogue = writeEpilogue(call, bindings, grid.axes);
  const all: KernelSource = {
    name: `${op.name}${epilogue.name}`,
    reason: `adds up ${batch} partial sums`,
    source: bindings.functionOf([
      ...grid.lines,
      ...divided('quad', 'lane', o, 4),
      'let sum = 0.0;',
      `for (let n = 0; n < ${batch}; n++) {`,
      `const v = ${partials}[n][${k}][quad];`,
      `sum += ${pick('lane')};`,
      '}',
      ...epilogue.lines,
      `return ${epilogue.result};`,
    ]),
    output: grid.output,
    arguments: bindings.list,
  };
  return [packResults(1, results), parts, all];
}
