import type { WindowAttrs } from './window.js';
import { affine, gridOf, integer } from './index-math.js';
import { Bindings, type Generator, type KernelSource, type SourceCall } from './kernel-source.js';
import { overCoveringWindows } from './patches.js';

type Shape4 = readonly [number, number, number, number];

/** A loop over the elements of window `oh`, `ow` that keeps to pixels `iy`, `ix` of the image. */
function overWindow({ window, strides, dilations, padding }: WindowAttrs, [oh, ow]: readonly [string, string], [height, width]: readonly [number, number], body: readonly string[]): string[] {
  return [
    `for (let kh = 0; kh < ${window[0]}; kh++) {`,
    integer('iy', affine([[oh, strides[0]], ['kh', dilations[0]]], -padding[0][0])),
    `for (let kw = 0; kw < ${window[1]}; kw++) {`,
    integer('ix', affine([[ow, strides[1]], ['kw', dilations[1]]], -padding[1][0])),
    `if (iy >= 0 && iy < ${height} && ix >= 0 && ix < ${width}) {`,
    ...body,
    '}',
    '}',
    '}',
  ];
}

/** First the share of each window: its gradient divided by its ties. Then each pixel gathers from the windows whose largest it is. */
export const maxPool2dGradient: Generator = (call) => {
  const attrs = call.attrs as unknown as WindowAttrs;
  const [, height, width, channels] = call.output.shape as Shape4;
  const [, rows, columns] = call.inputs[1]!.type.shape as Shape4;
  const pixel = ([n, y, x, c]: readonly string[]): string => affine([[n!, height * width * channels], [y!, width * channels], [x!, channels], [c!, 1]]);
  const place = ([n, i, j, c]: readonly string[]): string => affine([[n!, rows * columns * channels], [i!, columns * channels], [j!, channels], [c!, 1]]);
  const shares = kernel(call, call.inputs[1]!.type.shape, 'the share of each tie', ([n, oh, ow, c], bindings) => [
    integer('p', place([n!, oh!, ow!, c!])),
    `const most = ${bindings.operand(1)}[p];`,
    'let ties = 0.0;',
    ...overWindow(attrs, [oh!, ow!], [height, width], [`if (${bindings.operand(0)}[${pixel([n!, 'iy', 'ix', c!])}] === most) { ties += 1.0; }`]),
    `return ${bindings.operand(2)}[p] / ties;`,
  ]);
  const gathered = kernel(call, call.output.shape, 'a gather: each pixel sums its shares', ([n, y, x, c], bindings) => [
    `const own = ${bindings.operand(0)}[${pixel([n!, y!, x!, c!])}];`,
    'let s = 0.0;',
    ...overCoveringWindows(attrs, [y!, x!], [rows, columns], [integer('p', place([n!, 'oh', 'ow', c!])), `if (${bindings.operand(1)}[p] === own) { s += ${bindings.kernel(0)}[p]; }`]),
    'return s;',
  ]);
  return [shares, gathered];
};

/** First the share of each window: its gradient divided by the pixels that it counts. Then each pixel gathers. */
export const avgPool2dGradient: Generator = (call) => {
  const attrs = call.attrs as unknown as WindowAttrs & { readonly countIncludePad: boolean };
  const { shape } = call.inputs[0]!.type;
  const [, height, width, channels] = call.output.shape as Shape4;
  const [, rows, columns] = shape as Shape4;
  const place = ([n, i, j, c]: readonly string[]): string => affine([[n!, rows * columns * channels], [i!, columns * channels], [j!, channels], [c!, 1]]);
  const frame = attrs.countIncludePad ? attrs.padding : ([[0, 0], [0, 0]] as const);
  // The same walk in the padded image, where its pixels count.
  const counted: WindowAttrs = { ...attrs, padding: [[attrs.padding[0][0] - frame[0][0], 0], [attrs.padding[1][0] - frame[1][0], 0]] };
  const size = [height + frame[0][0] + frame[0][1], width + frame[1][0] + frame[1][1]] as const;
  const shares = kernel(call, shape, 'the share of each pixel', ([n, oh, ow, c], bindings) => [
    'let count = 0.0;',
    ...overWindow(counted, [oh!, ow!], size, ['count += 1.0;']),
    `return ${bindings.operand(0)}[${place([n!, oh!, ow!, c!])}] / count;`,
  ]);
  const gathered = kernel(call, call.output.shape, 'a gather: each pixel sums its shares', ([n, y, x, c], bindings) => [
    'let s = 0.0;',
    ...overCoveringWindows(attrs, [y!, x!], [rows, columns], [`s += ${bindings.kernel(0)}[${place([n!, 'oh', 'ow', c!])}];`]),
    'return s;',
  ]);
  return [shares, gathered];
};

/** A kernel with one thread an element of `shape`. */
function kernel(call: SourceCall, shape: readonly number[], reason: string, body: (axes: readonly string[], bindings: Bindings) => readonly string[]): KernelSource {
  const grid = gridOf(shape, call.facts);
  const bindings = new Bindings(call);
  const lines = [...grid.lines, ...body(grid.axes, bindings)];
  return { name: call.op.name, reason, source: bindings.functionOf(lines), output: grid.output, arguments: bindings.list };
}
