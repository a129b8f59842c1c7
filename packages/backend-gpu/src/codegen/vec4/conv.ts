import { fourSums, quads, returnSums } from '../four.js';
import { affine } from '../index-math.js';
import type { KernelSource, SourceCall } from '../kernel-source.js';
import { seenAlong, type WindowAttrs } from '../window.js';
import { divided, packQuads } from './pack.js';
import { pixelsOf, sixteenProducts } from './sums.js';

type Shape4 = readonly [number, number, number, number];

/**
 * A convolution on textures of four channels a texel, four outputs a thread: five reads for sixteen products. Images, with the zeros around
 * them, and filters are packed before, and results taken apart behind it, where the epilogue is; null where that is not worth it.
 */
export function convQuads(call: SourceCall): KernelSource[] | null {
  const { inputs, output, op } = call;
  const attrs = call.attrs as unknown as WindowAttrs & { readonly groups: number };
  const { window, strides, dilations, padding, groups } = attrs;
  const [batch, height, width, channels] = inputs[0]!.type.shape as Shape4;
  const [, rows, columns, outputs] = output.shape as Shape4;
  if (groups !== 1 || output.dtype !== 'float32' || outputs < 4 || window[0] * window[1] * channels < 8) return null;
  const [deep, wide] = [quads(channels), quads(outputs)];

  const [seenRows, seenColumns] = [seenAlong(rows, 0, attrs), seenAlong(columns, 1, attrs)];
  /** Whether such a pixel lies outside. */
  const outside = (name: string, size: number, count: number, axis: 0 | 1): string[] => {
    const before = padding[axis][0];
    return [...(before > 0 ? [`${name} < -0.5`] : []), ...(count - before > size ? [`${name} > ${size - 1}.5`] : [])];
  };
  const tests = [...outside('iy', height, seenRows, 0), ...outside('ix', width, seenColumns, 1)];
  const images = packQuads(0, [seenColumns * deep, seenRows, batch], {
    size: channels,
    step: 1,
    lines: [
      ...divided('px', 'c', 'this.thread.x', deep),
      `const ix = ${affine([['px', 1]], -padding[1][0])};`,
      `const iy = ${affine([['this.thread.y', 1]], -padding[0][0])};`,
      ...(tests.length === 0 ? [] : [`if (${tests.join(' || ')}) { return [0.0, 0.0, 0.0, 0.0]; }`]),
    ],
    address: affine([['this.thread.z', height * width * channels], ['iy', width * channels], ['ix', channels], ['c', 4]]),
    position: 'c * 4',
  });
  // Rows are [tap, channel], with as many channels as the images have been given.
  const filters = packQuads(1, [wide, window[0] * window[1] * deep * 4], {
    size: outputs,
    step: 1,
    lines: [...divided('tap', 'c', 'this.thread.y', deep * 4), ...(deep * 4 === channels ? [] : [`if (c > ${channels - 1}.5) { return [0.0, 0.0, 0.0, 0.0]; }`])],
    address: affine([['tap', channels * outputs], ['c', outputs], ['this.thread.x', 4]]),
    position: 'this.thread.x * 4',
  });
  const products: KernelSource = {
    name: op.name,
    reason: 'patches are read in place; four channels a texel, four outputs a thread',
    source: `function (a0, a1) {\n  ${[
      ...divided('ow', 'o', 'this.thread.x', wide),
      ...fourSums,
      'let k = 0.0;',
      `for (let kh = 0; kh < ${window[0]}; kh++) {`,
      `const iy = ${affine([['this.thread.y', strides[0]], ['kh', dilations[0]]])};`,
      `for (let kw = 0; kw < ${window[1]}; kw++) {`,
      `const at = ${affine([['ow', strides[1] * deep], ['kw', dilations[1] * deep]])};`,
      `for (let c = 0; c < ${deep}; c++) {`,
      'const v = a0[this.thread.z][iy][at + c];',
      ...sixteenProducts('a1', 'o'),
      '}',
      '}',
      '}',
      returnSums,
    ].join('\n  ')}\n}`,
    output: [columns * wide, rows, batch],
    components: 4,
    arguments: [{ kernel: 0 }, { kernel: 1 }],
  };
  return [images, filters, products, pixelsOf(call, 2, wide)];
}
