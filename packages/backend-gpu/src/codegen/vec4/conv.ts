import { insideAxis, type WindowAttrs } from '../window.js';
import { writeEpilogue } from '../epilogue.js';
import { affine, gridOf } from '../index-math.js';
import { Bindings, type KernelSource, type SourceCall } from '../kernel-source.js';
import { divided, packQuads, pick, quads } from './pack.js';

type Shape4 = readonly [number, number, number, number];

/**
 * A convolution on textures of four channels a texel, four outputs a thread: five reads for sixteen products. Images and filters are packed
 * before, and results taken apart behind it, where the epilogue is; null where that is not worth it. The zeros around an image are multiplied
 * like any other element.
 */
export function convQuads(call: SourceCall): KernelSource[] | null {
  const { inputs, output, op, facts } = call;
  const attrs = call.attrs as unknown as WindowAttrs & { readonly groups: number };
  const [batch, height, width, channels] = inputs[0]!.type.shape as Shape4;
  const [, rows, columns, outputs] = output.shape as Shape4;
  const { window, strides, dilations, padding, groups } = attrs;
  if (groups !== 1 || output.dtype !== 'float32' || outputs < 4 || window[0] * window[1] * channels < 8) return null;
  const [deep, wide] = [quads(channels), quads(outputs)];

  const images = packQuads(0, [width * deep, height, batch], {
    size: channels,
    step: 1,
    lines: divided('ix', 'c', 'this.thread.x', deep),
    address: affine([['this.thread.z', height * width * channels], ['this.thread.y', width * channels], ['ix', channels], ['c', 4]]),
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
  const tests = [insideAxis('iy', height, rows, 0, attrs), insideAxis('ix', width, columns, 1, attrs)].filter((test) => test !== null).join(' && ');
  const lanes = [0, 1, 2, 3];
  const load = ['const v = a0[this.thread.z][iy][at + c];', ...lanes.map((lane) => `v${lane} = v[${lane}];`)];
  const products: KernelSource = {
    name: op.name,
    reason: 'patches are read in place; four channels a texel, four outputs a thread',
    source: `function (a0, a1) {\n  ${[
      ...divided('ow', 'o', 'this.thread.x', wide),
      ...lanes.map((lane) => `let s${lane} = 0.0;`),
      'let k = 0.0;',
      `for (let kh = 0; kh < ${window[0]}; kh++) {`,
      `const iy = ${affine([['this.thread.y', strides[0]], ['kh', dilations[0]]], -padding[0][0])};`,
      `for (let kw = 0; kw < ${window[1]}; kw++) {`,
      `const ix = ${affine([['ow', strides[1]], ['kw', dilations[1]]], -padding[1][0])};`,
      `const at = ix * ${deep};`,
      `for (let c = 0; c < ${deep}; c++) {`,
      ...lanes.map((lane) => `let v${lane} = 0.0;`),
      ...(tests ? [`if (${tests}) {`, ...load, '}'] : load),
      ...lanes.map((lane) => `const w${lane} = a1[k${lane === 0 ? '' : ` + ${lane}`}][o];`),
      ...lanes.map((lane) => `s${lane} += v0 * w0[${lane}] + v1 * w1[${lane}] + v2 * w2[${lane}] + v3 * w3[${lane}];`),
      'k += 4;',
      '}',
      '}',
      '}',
      'return [s0, s1, s2, s3];',
    ].join('\n  ')}\n}`,
    output: [columns * wide, rows, batch],
    components: 4,
    arguments: [{ kernel: 0 }, { kernel: 1 }],
  };

  const grid = gridOf(output.shape, facts);
  const bindings = new Bindings(call);
  const sums = bindings.kernel(2);
  const [n, oh, ow, o] = grid.axes as [string, string, string, string];
  const epilogue = writeEpilogue(call, bindings, grid.axes);
  const finish: KernelSource = {
    name: `results${epilogue.name}`,
    reason: 'quadruples taken apart',
    source: bindings.functionOf([...grid.lines, `const quad = Math.floor((${o} + 0.5) / 4);`, `const lane = ${o} - quad * 4;`, `const v = ${sums}[${n}][${oh}][${affine([[ow, wide], ['quad', 1]])}];`, `const sum = ${pick('lane')};`, ...epilogue.lines, `return ${epilogue.result};`]),
    output: grid.output,
    arguments: bindings.list,
  };
  return [images, filters, products, finish];
}
