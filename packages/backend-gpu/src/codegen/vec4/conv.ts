import { quads } from '../four.js';
import { affine } from '../index-math.js';
import type { KernelSource, SourceCall } from '../kernel-source.js';
import { seenAlong, type WindowAttrs } from '../window.js';
import { packMatrices } from './pack.js';
import { imageSides, packImages, pixelsOf } from './pixels.js';
import { apart, fitTextures, quadCaller, quadFunction, sixteenProducts, texel } from './texels.js';

type Shape4 = readonly [number, number, number, number];

/**
 * A convolution on textures of four channels a texel, four outputs a thread: five reads for sixteen products. Images, with the zeros around
 * them, and filters are packed before, and results taken apart behind it, where the epilogue is; null where that is not worth it.
 */
export function convQuads(call: SourceCall): KernelSource[] | null {
  const { inputs, output, op } = call;
  const attrs = call.attrs as unknown as WindowAttrs & { readonly groups: number };
  const { window, strides, dilations, padding, groups } = attrs;
  const shape = inputs[0]!.type.shape as Shape4;
  const [batch, , , channels] = shape;
  const [, rows, columns, outputs] = output.shape as Shape4;
  if (groups !== 1 || output.dtype !== 'float32' || outputs < 4 || window[0] * window[1] * channels < 8) return null;
  const [deep, wide] = [quads(channels), quads(outputs)];
  const seen = [seenAlong(rows, 0, attrs), seenAlong(columns, 1, attrs)] as const;
  const imageTexture = imageSides([batch, seen[0], seen[1], channels]);
  // A matrix a tap, with as many rows as the images have been given channels.
  const { texture: filterTexture, kernel: filters } = packMatrices(inputs[1]!, { count: window[0] * window[1], rows: channels, columns: outputs, steps: [channels * outputs, outputs, 1] });
  const results = imageSides(output.shape as Shape4);
  if (!fitTextures(imageTexture, filterTexture, results)) return null;

  const products: KernelSource = {
    name: op.name,
    reason: 'patches are read in place; four channels a texel, four outputs a thread, in GLSL',
    source: quadCaller,
    native: quadFunction([
      ...apart('ow', 'o', 'x', wide),
      ...apart('n', 'oh', 'y', rows),
      'vec4 sum = vec4(0.0);',
      'int k = 0;',
      `for (int kh = 0; kh < ${window[0]}; kh++) {`,
      `int iy = ${affine([['n', seen[0]], ['oh', strides[0]], ['kh', dilations[0]]])};`,
      `for (int kw = 0; kw < ${window[1]}; kw++) {`,
      `int ix = ${affine([['ow', strides[1] * deep], ['kw', dilations[1] * deep]])};`,
      `for (int c = 0; c < ${deep}; c++) {`,
      `vec4 v = ${texel(call, 'a0', imageTexture, 'ix + c', 'iy')};`,
      ...sixteenProducts(call, filterTexture, 'o'),
      '}',
      '}',
      '}',
      'return sum;',
    ]),
    output: results,
    components: 4,
    arguments: [{ kernel: 0 }, { kernel: 1 }],
  };
  return [packImages(inputs[0]!, shape, seen, [padding[0][0], padding[1][0]]), filters, products, pixelsOf(call, 2)];
}
