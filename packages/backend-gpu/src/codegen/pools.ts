import { affine, gridOf, integer } from './index-math.js';
import { insideAxis, type WindowAttrs } from './window.js';
import { Bindings, type Generator, type KernelSource, type SourceCall } from './kernel-source.js';
import { literal } from './literal.js';
import { positionsOf, Reader } from './reading.js';
import { folds } from './reduce.js';

type Shape4 = readonly [number, number, number, number];

/** One thread an output, which walks its window in place. Pixels outside of the image never count. */
function pool(call: SourceCall, { start, step, more = [], result }: { start: string; step: string; more?: readonly string[]; result: string }): readonly KernelSource[] {
  const { op, inputs, output, facts } = call;
  const attrs = call.attrs as unknown as WindowAttrs;
  const { window, strides, dilations, padding } = attrs;
  const [, height, width] = inputs[0]!.type.shape as Shape4;
  const [, rows, columns] = output.shape as Shape4;
  const grid = gridOf(output.shape, facts);
  const [n, oh, ow, c] = grid.axes as [string, string, string, string];
  const bindings = new Bindings(call);
  const tests = [insideAxis('iy', height, rows, 0, attrs), insideAxis('ix', width, columns, 1, attrs)].filter((test) => test !== null);
  const pixel = new Reader(facts, bindings, 'r').element(inputs[0]!, positionsOf([n, 'iy', 'ix', c]));
  const take = [...pixel.lines, `v = ${pixel.value};`, step];
  const lines = [
    ...grid.lines,
    `let s = ${start};`,
    'let v = 0.0;',
    'let count = 0.0;',
    `for (let kh = 0; kh < ${window[0]}; kh++) {`,
    integer('iy', affine([[oh, strides[0]], ['kh', dilations[0]]], -padding[0][0])),
    `for (let kw = 0; kw < ${window[1]}; kw++) {`,
    integer('ix', affine([[ow, strides[1]], ['kw', dilations[1]]], -padding[1][0])),
    ...(tests.length === 0 ? take : [`if (${tests.join(' && ')}) {`, ...take, '}']),
    ...more,
    '}',
    '}',
    `return ${result};`,
  ];
  return [{ name: op.name, reason: 'windows are walked in place', source: bindings.functionOf(lines), output: grid.output, arguments: bindings.list }];
}

export const maxPool2d: Generator = (call) => {
  const { output, facts } = call;
  const fold = folds.reduceMax!;
  return pool(call, { start: literal(fold.start(output.dtype), output.dtype, facts), step: fold.step(facts), result: 's' });
};

export const avgPool2d: Generator = (call) => {
  const { inputs, attrs, facts } = call;
  const { padding } = attrs as unknown as WindowAttrs;
  const [, height, width] = inputs[0]!.type.shape as Shape4;
  const sum = facts.wide ? 'Math.fround(s)' : 's';
  // A last window of ceil mode may reach over the padding, which does not count in any case.
  const counted = `if (iy < ${height + padding[0][1]} && ix < ${width + padding[1][1]}) { count += 1.0; }`;
  return attrs.countIncludePad
    ? pool(call, { start: '0.0', step: 's += v;', more: [counted], result: `${sum} / count` })
    : pool(call, { start: '0.0', step: 's += v; count += 1.0;', result: `${sum} / count` });
};
