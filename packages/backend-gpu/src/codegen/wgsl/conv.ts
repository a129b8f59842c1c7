import { insideAxis, type WindowAttrs } from '../window.js';
import { affine } from '../index-math.js';
import { Bindings, type KernelSource, type SourceCall } from '../kernel-source.js';
import { wgslEpilogue } from './epilogue.js';
import { chooseTile, fits } from './tile-size.js';
import { lanes, range, tileAxis, tileCaller, tileFunction, tileThreads, vector } from './tile.js';

type Shape4 = readonly [number, number, number, number];

/**
 * A convolution, some pixels of a row times some channels a thread; null where that is not worth it or has no code. The zeros around an
 * image are multiplied like any other element.
 */
export function convTiles(call: SourceCall): KernelSource | null {
  const { inputs, output, facts, op } = call;
  const attrs = call.attrs as unknown as WindowAttrs & { readonly groups: number };
  const [, height, width, channels] = inputs[0]!.type.shape as Shape4;
  const [batch, rowCount, columnCount, outputs] = output.shape as Shape4;
  const grid = [outputs, columnCount, batch * rowCount];
  const each = chooseTile(columnCount, outputs, batch * rowCount);
  if (attrs.groups !== 1 || output.dtype !== 'float32' || !each || !fits(grid, facts)) return null;
  const bindings = new Bindings(call);
  const [x, filters] = [bindings.operand(0), bindings.operand(1)];
  const epilogue = wgslEpilogue(call, bindings);
  if (!epilogue) return null;

  const { window, strides, dilations, padding } = attrs;
  const [pixels, columns] = [tileAxis(columnCount, each[0]), tileAxis(outputs, each[1])];
  const downTest = insideAxis('iy', height, rowCount, 0, attrs);
  const acrossTest = (i: number): string | null => insideAxis(`ix${i}`, width, columnCount, 1, attrs);
  // `&`, not `&&`: a branch for each pixel costs compilers seconds, and threads their company.
  const tests = range(pixels.each).map((i) => [downTest, acrossTest(i)].filter((test) => test !== null).flatMap((test) => test.split(' && ')).map((test) => `(${test})`).join(' & '));
  const spec = {
    rows: pixels,
    columns,
    before: [`let oh = z % ${rowCount};`, `let n = z / ${rowCount};`, 'var q = 0;'],
    sums: (step: readonly string[]) => [
      `for (var kh = 0; kh < ${window[0]}; kh++) {`,
      `let iy = ${affine([['oh', strides[0]], ['kh', dilations[0]]], -padding[0][0])};`,
      `for (var kw = 0; kw < ${window[1]}; kw++) {`,
      ...range(pixels.each).flatMap((i) => [
        `let ix${i} = ${affine([[`r${i}`, strides[1]], ['kw', dilations[1]]], -padding[1][0])};`,
        `let in${i} = ${tests[i] || 'true'};`,
        `let p${i} = select(0, ${affine([['n', height * width * channels], ['iy', width * channels], [`ix${i}`, channels]])}, in${i});`,
      ]),
      `for (var c = 0; c < ${channels}; c++) {`,
      ...range(pixels.each / lanes).map((g) => `let a${g} = ${vector(g, (i) => (tests[i] ? `select(0.0, user_${x}[p${i} + c], in${i})` : `user_${x}[p${i} + c]`))};`),
      ...range(columns.each).map((j) => `let b${j} = user_${filters}[q + c${j}];`),
      ...step,
      `q += ${outputs};`,
      '}',
      '}',
      '}',
    ],
    epilogue,
    axes: (row: string, column: string) => ['n', 'oh', row, column],
  };
  return {
    name: `${op.name}${epilogue.name}`,
    reason: `patches are read in place; ${each[0]} pixels x ${each[1]} channels a thread, in WGSL`,
    source: bindings.functionOf(tileCaller(spec)),
    native: tileFunction(spec),
    output: grid,
    threads: tileThreads(spec, grid),
    arguments: bindings.list,
  };
}
