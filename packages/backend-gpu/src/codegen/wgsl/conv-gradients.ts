import { insideAxis, type WindowAttrs } from '../window.js';
import { affine } from '../index-math.js';
import { Bindings, type KernelSource, type SourceCall } from '../kernel-source.js';
import { noEpilogue, wgslEpilogue } from './epilogue.js';
import { chooseTile, fits } from './tile-size.js';
import { lanes, range, tileAxis, tileCaller, tileFunction, vector } from './tile.js';

type Shape4 = readonly [number, number, number, number];

/**
 * The gradient of the images, some pixels of a row times some channels a thread; null where that is not worth it or has no code. A pixel
 * sums over the windows that cover it and over no others: a product with zero would make NaN of an infinite filter.
 */
export function convInputTiles(call: SourceCall): KernelSource | null {
  const { inputs, output, facts, op } = call;
  const { window, strides, dilations, padding, groups } = call.attrs as unknown as WindowAttrs & { readonly groups: number };
  const [, rows, columns, outputs] = inputs[0]!.type.shape as Shape4;
  const [batch, height, width, channels] = output.shape as Shape4;
  const grid = [channels, width, batch * height];
  const each = chooseTile(width, channels, batch * height);
  if (groups !== 1 || output.dtype !== 'float32' || !each || !fits(grid, facts)) return null;
  const bindings = new Bindings(call);
  const [dy, filters] = [bindings.operand(0), bindings.operand(1)];
  const epilogue = wgslEpilogue(call, bindings);
  if (!epilogue) return null;

  const [pixels, across] = [tileAxis(width, each[0]), tileAxis(channels, each[1])];
  /** The window that covers a pixel with its element `k`, and whether there is one. */
  const covering = (name: string, pixel: string, k: string, count: number, axis: 0 | 1): string[] => {
    const stride = strides[axis];
    const position = affine([[pixel, 1], [k, -dilations[axis]]], padding[axis][0]);
    return [
      `let ${name}s = ${position};`,
      `let ${name} = ${stride === 1 ? `${name}s` : `${name}s / ${stride}`};`,
      `let ${name}in = (${name}s >= 0) & (${name} < ${count})${stride === 1 ? '' : ` & (${name}s % ${stride} == 0)`};`,
    ];
  };
  const spec = {
    rows: pixels,
    columns: across,
    before: [`let y0 = z % ${height};`, `let n = z / ${height};`],
    add: (sum: string, product: string, group: number) => `${sum} = select(${sum}, ${sum} + ${product}, is${group});`,
    sums: (step: readonly string[]) => [
      `for (var kh = 0; kh < ${window[0]}; kh++) {`,
      ...covering('oh', 'y0', 'kh', rows, 0),
      `for (var kw = 0; kw < ${window[1]}; kw++) {`,
      ...range(pixels.each).flatMap((i) => [
        ...covering(`ow${i}`, `r${i}`, 'kw', columns, 1),
        `let in${i} = ohin & ow${i}in;`,
        `let p${i} = select(0, ${affine([['n', rows * columns * outputs], ['oh', columns * outputs], [`ow${i}`, outputs]])}, in${i});`,
      ]),
      ...range(pixels.each / lanes).map((g) => `let is${g} = vec4<bool>(${range(lanes).map((lane) => `in${lanes * g + lane}`).join(', ')});`),
      ...range(across.each).map((j) => `let q${j} = ${affine([['kh', window[1] * channels * outputs], ['kw', channels * outputs], [`c${j}`, outputs]])};`),
      `for (var o = 0; o < ${outputs}; o++) {`,
      ...range(pixels.each / lanes).map((g) => `let a${g} = ${vector(g, (i) => `user_${dy}[p${i} + o]`)};`),
      ...range(across.each).map((j) => `let b${j} = user_${filters}[q${j} + o];`),
      ...step,
      '}',
      '}',
      '}',
    ],
    epilogue,
    axes: (row: string, column: string) => ['n', 'y0', row, column],
  };
  return {
    name: `${op.name}${epilogue.name}`,
    reason: `a gather: ${each[0]} pixels x ${each[1]} channels a thread sum over the windows that cover them, in WGSL`,
    source: bindings.functionOf(tileCaller(spec)),
    native: tileFunction(spec),
    output: grid,
    arguments: bindings.list,
  };
}

/**
 * The gradient of the filters for each image by itself, `[N * KH * KW, C, O]`: some channels times some outputs a thread; null where that
 * is not worth it.
 */
export function convFilterPartTiles(call: SourceCall): KernelSource | null {
  const { inputs, output, facts, op } = call;
  const attrs = call.attrs as unknown as WindowAttrs & { readonly groups: number };
  const { window, strides, dilations, padding, groups } = attrs;
  const [batch, height, width, channels] = inputs[0]!.type.shape as Shape4;
  const [, rows, columns, outputs] = inputs[1]!.type.shape as Shape4;
  const taps = window[0] * window[1];
  const grid = [outputs, channels, batch * taps];
  const each = chooseTile(channels, outputs, batch * taps);
  if (groups !== 1 || output.dtype !== 'float32' || !each || !fits(grid, facts)) return null;
  const bindings = new Bindings(call);
  const [x, dy] = [bindings.operand(0), bindings.operand(1)];
  const [down, across] = [tileAxis(channels, each[0]), tileAxis(outputs, each[1])];
  const tests = [insideAxis('iy', height, rows, 0, attrs), insideAxis('ix', width, columns, 1, attrs)].flatMap((test) => test?.split(' && ') ?? []).map((test) => `(${test})`);
  const isInside = tests.length === 0 ? '' : tests.join(' & ');
  const spec = {
    rows: down,
    columns: across,
    before: [`let n = z / ${taps};`, `let kh = z % ${taps} / ${window[1]};`, `let kw = z % ${window[1]};`, `var q = n * ${rows * columns * outputs};`],
    sums: (step: readonly string[]) => [
      `for (var i = 0; i < ${rows}; i++) {`,
      `let iy = ${affine([['i', strides[0]], ['kh', dilations[0]]], -padding[0][0])};`,
      `for (var j = 0; j < ${columns}; j++) {`,
      `let ix = ${affine([['j', strides[1]], ['kw', dilations[1]]], -padding[1][0])};`,
      ...(isInside ? [`let inside = ${isInside};`] : []),
      `let p = ${isInside ? 'select(0, ' : '('}${affine([['n', height * width * channels], ['iy', width * channels], ['ix', channels]])}${isInside ? ', inside)' : ')'};`,
      ...range(down.each / lanes).map((g) => `let a${g} = ${isInside ? 'select(vec4f(0.0), ' : '('}${vector(g, (k) => `user_${x}[p + r${k}]`)}${isInside ? ', inside)' : ')'};`),
      ...range(across.each).map((k) => `let b${k} = user_${dy}[q + c${k}];`),
      ...step,
      `q += ${outputs};`,
      '}',
      '}',
    ],
    epilogue: noEpilogue,
    axes: () => [],
  };
  return {
    name: op.name,
    reason: `patches are read in place; each image summed by itself, ${each[0]} channels x ${each[1]} outputs a thread, in WGSL`,
    source: bindings.functionOf(tileCaller(spec)),
    native: tileFunction(spec),
    output: grid,
    arguments: bindings.list,
  };
}
