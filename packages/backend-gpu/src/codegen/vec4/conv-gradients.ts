import { sizeOf } from '@unfoldjs/core';
import { writeEpilogue } from '../epilogue.js';
import { quads } from '../four.js';
import { affine, gridOf } from '../index-math.js';
import { Bindings, type KernelSource, type SourceCall } from '../kernel-source.js';
import { seenAlong, type WindowAttrs } from '../window.js';
import { divided, packMatrices, pick } from './pack.js';
import { imageSides, packImages, pixelsOf } from './pixels.js';
import { apart, fitTextures, quadCaller, quadFunction, sixteenProducts, texel, type Sides } from './texels.js';

type Shape4 = readonly [number, number, number, number];
type GroupedAttrs = WindowAttrs & { readonly groups: number };

/**
 * The gradient of the images, four outputs a texel, four channels of a pixel a thread: five reads for sixteen products. A pixel sums over
 * the windows that cover it and over no others: a product with zero would make NaN of an infinite filter. Null where that is not worth it.
 */
export function convInputQuads(call: SourceCall): KernelSource[] | null {
  const { inputs, output, op } = call;
  const { window, strides, dilations, padding, groups } = call.attrs as unknown as GroupedAttrs;
  const results = inputs[0]!.type.shape as Shape4;
  const [, rows, columns, outputs] = results;
  const images = output.shape as Shape4;
  const [, height, , channels] = images;
  if (groups !== 1 || output.dtype !== 'float32' || channels < 4 || window[0] * window[1] * outputs < 8) return null;
  const [deep, wide] = [quads(outputs), quads(channels)];
  // A matrix a tap, with as many rows as the results have been given outputs.
  const { texture: filterTexture, kernel: filters } = packMatrices(inputs[1]!, { count: window[0] * window[1], rows: outputs, columns: channels, steps: [channels * outputs, 1, outputs] });
  if (!fitTextures(imageSides(results), filterTexture, imageSides(images))) return null;

  /** Opens a block for the window that covers a pixel with its element `k`, if there is one. */
  const covering = (name: string, pixel: string, k: string, count: number, axis: 0 | 1): string[] => {
    const stride = strides[axis];
    const start = affine([[pixel, 1], [k, -dilations[axis]]], padding[axis][0]);
    return [
      ...(stride === 1 ? [`int ${name} = ${start};`] : [`int ${name}s = ${start};`, ...apart(name, `${name}rest`, `${name}s`, stride)]),
      `if (${stride === 1 ? `${name} >= 0` : `${name}s >= 0 && ${name}rest == 0`} && ${name} < ${count}) {`,
    ];
  };
  const products: KernelSource = {
    name: op.name,
    reason: 'a gather over the windows that cover a pixel; four outputs a texel, four channels a thread, in GLSL',
    source: quadCaller,
    native: quadFunction([
      ...apart('ix', 'c', 'x', wide),
      ...apart('n', 'iy', 'y', height),
      'vec4 sum = vec4(0.0);',
      'int k = 0;',
      `for (int kh = 0; kh < ${window[0]}; kh++) {`,
      ...covering('oh', 'iy', 'kh', rows, 0),
      `for (int kw = 0; kw < ${window[1]}; kw++) {`,
      ...covering('ow', 'ix', 'kw', columns, 1),
      `k = ${affine([['kh', window[1] * deep * 4], ['kw', deep * 4]])};`,
      `for (int o = 0; o < ${deep}; o++) {`,
      `vec4 v = ${texel(call, 'a0', imageSides(results), affine([['ow', deep], ['o', 1]]), affine([['n', rows], ['oh', 1]]))};`,
      ...sixteenProducts(call, filterTexture, 'c'),
      '}',
      '}',
      '}',
      '}',
      '}',
      'return sum;',
    ]),
    output: imageSides(images),
    components: 4,
    arguments: [{ kernel: 0 }, { kernel: 1 }],
  };
  return [packImages(inputs[0]!, results), filters, products, pixelsOf(call, 2)];
}

/**
 * The gradient of the filters, each image summed by itself and then all of them, four outputs of a channel a thread: two reads for four
 * products. Null where that is not worth it.
 */
export function convFilterQuads(call: SourceCall, mostPartials: number): KernelSource[] | null {
  const { inputs, output, facts, op } = call;
  const attrs = call.attrs as unknown as GroupedAttrs;
  const { window, strides, dilations, padding, groups } = attrs;
  const images = inputs[0]!.type.shape as Shape4;
  const [batch, , , channels] = images;
  const results = inputs[1]!.type.shape as Shape4;
  const [, rows, columns, outputs] = results;
  if (groups !== 1 || output.dtype !== 'float32' || outputs < 4 || batch * sizeOf(output.shape) > mostPartials) return null;
  const [deep, wide] = [quads(channels), quads(outputs)];
  const seen = [seenAlong(rows, 0, attrs), seenAlong(columns, 1, attrs)] as const;
  const imageTexture = imageSides([batch, seen[0], seen[1], channels]);
  const sums: Sides = [window[0] * window[1] * wide, batch * channels];
  if (!fitTextures(imageTexture, imageSides(results), sums)) return null;

  const parts: KernelSource = {
    name: op.name,
    reason: 'patches are read in place; each image summed by itself, four outputs a thread, in GLSL',
    source: quadCaller,
    native: quadFunction([
      ...apart('tap', 'o', 'x', wide),
      ...apart('kh', 'kw', 'tap', window[1]),
      ...apart('n', 'c', 'y', channels),
      ...apart('four', 'lane', 'c', 4),
      'vec4 sum = vec4(0.0);',
      `for (int i = 0; i < ${rows}; i++) {`,
      `int iy = ${affine([['n', seen[0]], ['i', strides[0]], ['kh', dilations[0]]])};`,
      `int oh = ${affine([['n', rows], ['i', 1]])};`,
      `for (int j = 0; j < ${columns}; j++) {`,
      `vec4 v = ${texel(call, 'a0', imageTexture, affine([['j', strides[1] * deep], ['kw', dilations[1] * deep], ['four', 1]]), 'iy')};`,
      `float one = lane == 0 ? v.x : (lane == 1 ? v.y : (lane == 2 ? v.z : v.w));`,
      `sum += one * ${texel(call, 'a1', imageSides(results), affine([['j', wide], ['o', 1]]), 'oh')};`,
      '}',
      '}',
      'return sum;',
    ]),
    output: sums,
    components: 4,
    arguments: [{ kernel: 0 }, { kernel: 1 }],
  };
  const grid = gridOf(output.shape, facts);
  const [k, o] = grid.axes as [string, string];
  const bindings = new Bindings(call);
  const partials = bindings.kernel(2);
  const epilogue = writeEpilogue(call, bindings, grid.axes);
  const all: KernelSource = {
    name: `${op.name}${epilogue.name}`,
    reason: `adds up ${batch} partial sums`,
    source: bindings.functionOf([
      ...grid.lines,
      ...divided('tap', 'c', k === '0' ? '0.0' : k, channels),
      ...divided('four', 'lane', o === '0' ? '0.0' : o, 4),
      'let sum = 0.0;',
      `for (let n = 0; n < ${batch}; n++) {`,
      `const v = ${partials}[${affine([['n', channels], ['c', 1]])}][${affine([['tap', wide], ['four', 1]])}];`,
      `sum += ${pick('lane')};`,
      '}',
      ...epilogue.lines,
      `return ${epilogue.result};`,
    ]),
    output: grid.output,
    arguments: bindings.list,
  };
  return [packImages(inputs[0]!, images, seen, [padding[0][0], padding[1][0]]), packImages(inputs[1]!, results), parts, all];
}
