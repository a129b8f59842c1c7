import { sizeOf, type Step } from '@unfoldjs/core';
import { storeLanes } from '../elementwise/lanes.js';
import type { Local } from '../emit/function-builder.js';
import type { FunctionSpec } from '../emit/module-builder.js';
import { operand, output, type Lowered } from '../plan/lowered.js';
import type { Settings } from '../settings.js';
import { fill } from './fill.js';
import { aroundAxis, loadIndex } from './gather.js';

/**
 * `scatterAdd`, onto zeros, in the order of the indices. Slices of one table may meet in one place, so a table is a unit, or, where there
 * are fewer than threads, a stretch of each of its rows.
 */
export function scatterAdd(step: Step, { threads }: Settings): Lowered | null {
  if (step.op.name !== 'scatterAdd') return null;
  const [updates, indices] = step.inputs as [Step['inputs'][0], Step['inputs'][0]];
  const { shape, dtype } = step.type;
  const { axis, batchDims } = step.attrs as { axis: number; batchDims: number };
  const { batch, outer, along, inner } = aroundAxis(shape, axis, batchDims);
  const count = sizeOf(indices.type.shape.slice(batchDims));
  const tables = batch * outer;
  const stretches = Math.min(Math.ceil(threads / tables), Math.ceil(inner / 16));
  const width = 4 * Math.ceil(inner / (4 * stretches));
  const parts = Math.ceil(inner / width);
  const run: FunctionSpec = {
    key: `scatterAdd ${dtype} ${JSON.stringify({ batch, outer, along, inner, count, width })}`,
    params: 5,
    write(code) {
      const [source, wanted, results, from, to] = code.params as [Local, Local, Local, Local, Local];
      const [table, column, x, y, address, index, left] = code.locals('i32', 7) as [Local, Local, Local, Local, Local, Local, Local];
      const sum = code.local('v128');
      const add = (lanes: number, offset = 0): void => {
        code.get(y).memory('v128.load', offset).get(x).memory('v128.load', offset).op(dtype === 'float32' ? 'f32x4.add' : 'i32x4.add').set(sum);
        storeLanes(code, y, { local: sum, dtype }, 1, lanes, offset);
      };
      const stretch = (elements: number): void => {
        const vectors = Math.floor(elements / 4);
        code.get(results).get(table).i32(along).op('i32.mul').get(index).op('i32.add').i32(4 * inner).op('i32.mul').op('i32.add').get(column).op('i32.add').set(y);
        code.times(vectors, () => {
          add(4);
          code.advance(x, 16).advance(y, 16);
        });
        if (elements % 4 > 0) add(elements % 4);
        code.advance(x, -16 * vectors);
      };
      const all = (elements: number): void => {
        code.times(count, () => {
          loadIndex(code, address, index, along);
          code.when(() => code.get(index).i32(along).op('i32.lt_u'), () => stretch(elements));
          code.advance(address, 4).advance(x, 4 * inner);
        });
      };
      code.loop(() => code.get(from).get(to).op('i32.lt_s'), () => {
        code.get(from).i32(parts).op('i32.div_u').set(table);
        code.get(from).get(table).i32(parts).op('i32.mul').op('i32.sub').tee(left).i32(4 * width).op('i32.mul').set(column);
        code.get(source).get(table).i32(4 * count * inner).op('i32.mul').op('i32.add').get(column).op('i32.add').set(x);
        code.get(wanted).get(table).i32(outer).op('i32.div_u').i32(4 * count).op('i32.mul').op('i32.add').set(address);
        if (parts === 1) all(inner);
        else if (inner % width === 0) all(width);
        else code.when(() => code.get(left).i32(parts - 1).op('i32.lt_s'), () => all(width), () => all(inner % width));
        code.advance(from, 1);
      });
    },
  };
  return {
    kernel: 'sums by index, f32x4',
    reason: `four elements of a slice at a time, ${parts === 1 ? 'a table' : `one of ${parts} stretches of a row`} a unit`,
    calls: [
      { ...fill(dtype, sizeOf(shape), 0), places: [output()] },
      { run, places: [operand(0), operand(1), output()], units: tables * parts, work: sizeOf(updates.type.shape) + 8 * tables * parts * count },
    ],
    scratchBytes: 0,
    kept: [],
  };
}
