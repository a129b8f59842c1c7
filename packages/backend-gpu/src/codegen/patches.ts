import { affine, gridOf, integer } from './index-math.js';
import { insideAxis, type WindowAttrs } from './window.js';
import { Bindings, type Generator } from './kernel-source.js';

/** The patch matrix itself, for those who ask for it: [N, H, W, C] -> [N, OH, OW, KH * KW * C]. */
export const im2col: Generator = (call) => {
  const { inputs, output, facts } = call;
  const attrs = call.attrs as unknown as WindowAttrs;
  const [batch, height, width, channels] = inputs[0]!.type.shape as readonly [number, number, number, number];
  const [, rows, columns] = output.shape as readonly [number, number, number, number];
  const { window, strides, dilations, padding } = attrs;
  const grid = gridOf([batch, rows, columns, window[0], window[1], channels], facts);
  const [n, oh, ow, kh, kw, c] = grid.axes as [string, string, string, string, string, string];
  const bindings = new Bindings(call);
  const x = bindings.operand(0);
  const tests = [insideAxis('iy', height, rows, 0, attrs), insideAxis('ix', width, columns, 1, attrs)].filter((test) => test !== null);
  const read = `v = ${x}[${affine([[n, height * width * channels], ['iy', width * channels], ['ix', channels], [c, 1]])}];`;
  const lines = [
    ...grid.lines,
    integer('iy', affine([[oh, strides[0]], [kh, dilations[0]]], -padding[0][0])),
    integer('ix', affine([[ow, strides[1]], [kw, dilations[1]]], -padding[1][0])),
    'let v = 0.0;',
    tests.length === 0 ? read : `if (${tests.join(' && ')}) { ${read} }`,
    'return v;',
  ];
  return [{ name: 'im2col', reason: 'the patches themselves are asked for', source: bindings.functionOf(lines), output: grid.output, arguments: bindings.list }];
};

/**
 * Finds window `name` that covers a pixel along an axis with its element `k`: the one where name * stride = pixel + padding - k * dilation,
 * if there is one among `count`.
 */
export function coveringWindow(name: string, pixel: string, k: string, count: number, axis: 0 | 1, { strides, dilations, padding }: WindowAttrs): { lines: string[]; test: string } {
  const stride = strides[axis];
  const isOn = stride === 1 ? '' : ` && ${name} * ${stride} === ${name}s`;
  return {
    lines: [integer(`${name}s`, affine([[pixel, 1], [k, -dilations[axis]]], padding[axis][0])), integer(name, stride === 1 ? `${name}s` : `Math.floor(${name}s / ${stride})`)],
    test: `${name}s >= 0 && ${name} < ${count}${isOn}`,
  };
}

/** Loops over the windows `oh`, `ow` that cover pixel `y`, `x`, with elements `kh`, `kw` of each. */
export function overCoveringWindows(attrs: WindowAttrs, [y, x]: readonly [string, string], [rows, columns]: readonly [number, number], body: readonly string[]): string[] {
  const [down, across] = [coveringWindow('oh', y, 'kh', rows, 0, attrs), coveringWindow('ow', x, 'kw', columns, 1, attrs)];
  return [
    `for (let kh = 0; kh < ${attrs.window[0]}; kh++) {`,
    ...down.lines,
    `if (${down.test}) {`,
    `for (let kw = 0; kw < ${attrs.window[1]}; kw++) {`,
    ...across.lines,
    `if (${across.test}) {`,
    ...body,
    '}',
    '}',
    '}',
    '}',
  ];
}

/** The adjoint as a gather: each pixel sums the places of patches that it was copied to, so that no two threads write to one place. */
export const col2im: Generator = (call) => {
  const { inputs, output, facts } = call;
  const attrs = call.attrs as unknown as WindowAttrs;
  const [, rows, columns, depth] = inputs[0]!.type.shape as readonly [number, number, number, number];
  const channels = output.shape[3]!;
  const grid = gridOf(output.shape, facts);
  const [n, y, x, c] = grid.axes as [string, string, string, string];
  const bindings = new Bindings(call);
  const patches = bindings.operand(0);
  const place = affine([[n, rows * columns * depth], ['oh', columns * depth], ['ow', depth], ['kh', attrs.window[1] * channels], ['kw', channels], [c, 1]]);
  const lines = [
    ...grid.lines,
    'let s = 0.0;',
    ...overCoveringWindows(attrs, [y, x], [rows, columns], [`s += ${patches}[${place}];`]),
    'return s;',
  ];
  return [{ name: 'col2im', reason: 'a gather: each pixel sums its places in the patches', source: bindings.functionOf(lines), output: grid.output, arguments: bindings.list }];
};
