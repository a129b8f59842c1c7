import { affine, gridOf, integer } from './index-math.js';
import { writeEpilogue } from './epilogue.js';
import { Bindings, type Generator } from './kernel-source.js';

type Pair = readonly [number, number];

/** The attributes of a window that slides over an image. */
export interface WindowAttrs {
  readonly window: Pair;
  readonly strides: Pair;
  readonly dilations: Pair;
  readonly padding: readonly [Pair, Pair];
}

/** `iy >= 0 && iy < 56`, only where the window can leave the image along that axis; null where it cannot. */
export function insideAxis(name: string, size: number, count: number, axis: 0 | 1, { window, strides, dilations, padding }: WindowAttrs): string | null {
  const before = padding[axis][0];
  const reach = (count - 1) * strides[axis] - before + (window[axis] - 1) * dilations[axis];
  const tests = [...(before > 0 ? [`${name} >= 0`] : []), ...(reach >= size ? [`${name} < ${size}`] : [])];
  return tests.length === 0 ? null : tests.join(' && ');
}

/**
 * Convolution as a matrix product whose left operand, the patches, is never built: each thread computes where its patch lies in
 * the image. One thread an output; the position of a pixel is decoded once a row of the window, then indices run.
 */
export const convMatmul: Generator = (call) => {
  const { inputs, output, facts } = call;
  const attrs = call.attrs as unknown as WindowAttrs;
  const [, height, width, channels] = inputs[0]!.type.shape as readonly [number, number, number, number];
  const [, rows, columns, outputs] = output.shape as readonly [number, number, number, number];
  const { window, strides, dilations, padding } = attrs;
  const grid = gridOf(output.shape, facts);
  const [n, oh, ow, o] = grid.axes as [string, string, string, string];
  const bindings = new Bindings(call);
  const [x, filters] = [bindings.operand(0), bindings.operand(1)];
  const epilogue = writeEpilogue(call, bindings, grid.axes);
  const inside = [insideAxis('iy', height, rows, 0, attrs), insideAxis('ix', width, columns, 1, attrs)].filter((test) => test !== null);

  const lines = [
    ...grid.lines,
    'let sum = 0.0;',
    integer('p', '0'),
    integer('q', o),
    `for (let kh = 0; kh < ${window[0]}; kh++) {`,
    integer('iy', affine([[oh, strides[0]], ['kh', dilations[0]]], -padding[0][0])),
    `for (let kw = 0; kw < ${window[1]}; kw++) {`,
    integer('ix', affine([[ow, strides[1]], ['kw', dilations[1]]], -padding[1][0])),
    ...(inside.length > 0 ? [`if (${inside.join(' && ')}) {`] : []),
    `p = ${affine([[n, height * width * channels], ['iy', width * channels], ['ix', channels]])};`,
    `for (let c = 0; c < ${channels}; c++) {`,
    `sum += ${x}[p] * ${filters}[q];`,
    'p++;',
    `q += ${outputs};`,
    '}',
    // The zeros around an image are multiplied like any other element: infinite filters make NaN of them, as im2col and matmul do.
    ...(inside.length > 0 ? ['} else {', `for (let c = 0; c < ${channels}; c++) {`, `sum += 0.0 * ${filters}[q];`, `q += ${outputs};`, '}', '}'] : []),
    '}',
    '}',
    ...epilogue.lines,
    `return ${epilogue.result};`,
  ];
  return [
    {
      name: `convMatmul${epilogue.name}`,
      reason: 'patches are read in place; one thread an output',
      source: bindings.functionOf(lines),
      output: grid.output,
      arguments: bindings.list,
    },
  ];
};
