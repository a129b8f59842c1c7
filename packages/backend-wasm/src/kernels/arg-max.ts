import { sizeOf, type Step } from '@unfoldjs/core';
import { loadLanes, storeLanes, strideBytes } from '../elementwise/lanes.js';
import type { Local } from '../emit/function-builder.js';
import type { FunctionSpec } from '../emit/module-builder.js';
import { operand, output, type Lowered } from '../plan/lowered.js';
import { forLines, linesOf, unitsOf, vectorsOf } from './lines.js';

/** `argMax`: the first of the largest, NaN being the largest of all. */
export function argMax(step: Step): Lowered | null {
  if (step.op.name !== 'argMax') return null;
  const { shape, dtype } = step.inputs[0]!.type;
  const lines = linesOf(shape, step.attrs.axis as number);
  const run: FunctionSpec = {
    key: `argMax ${dtype} ${JSON.stringify(lines)}`,
    params: 4,
    write(code) {
      const [xs, ys] = code.params as [Local, Local];
      const [x, y] = code.locals('i32', 2) as [Local, Local];
      const [position, isBetter] = code.locals('v128', 2) as [Local, Local];
      const all = vectorsOf(lines.together);
      const [best, found] = [code.locals('v128', all.length), code.locals('v128', all.length)];
      const load = (v: number, count: number): Local => {
        const { local } = loadLanes(code, x, dtype, lines.apart, count, strideBytes(dtype, 4 * v));
        if (dtype === 'bool') code.get(local).integers(1).op('v128.and').set(local);
        return local;
      };
      forLines(code, lines, (start, first, count) => {
        code.get(xs).get(start).i32(strideBytes(dtype, 1)).op('i32.mul').op('i32.add').set(x);
        code.get(ys).get(first).i32(4).op('i32.mul').op('i32.add').set(y);
        vectorsOf(count).forEach((lanes, v) => {
          code.get(load(v, lanes)).set(best[v]!).integers(0).set(found[v]!);
        });
        code.integers(0).set(position);
        code.times(lines.size - 1, () => {
          code.advance(x, strideBytes(dtype, lines.step)).get(position).integers(1).op('i32x4.add').set(position);
          vectorsOf(count).forEach((lanes, v) => {
            const value = load(v, lanes);
            code.get(best[v]!).get(value);
            if (dtype === 'float32') {
              code.op('f32x4.lt').get(value).get(value).op('f32x4.ne').get(best[v]!).get(best[v]!).op('f32x4.eq').op('v128.and').op('v128.or');
            } else {
              code.op('i32x4.lt_s');
            }
            code.set(isBetter);
            code.get(value).get(best[v]!).get(isBetter).op('v128.bitselect').set(best[v]!);
            code.get(position).get(found[v]!).get(isBetter).op('v128.bitselect').set(found[v]!);
          });
        });
        vectorsOf(count).forEach((lanes, v) => storeLanes(code, y, { local: found[v]!, dtype: 'int32' }, 1, lanes, 16 * v));
      });
    },
  };
  return {
    kernel: 'search, four lines at a time',
    reason: 'each lane goes along a line of its own',
    calls: [{ run, places: [operand(0), output()], units: unitsOf(lines), work: 2 * sizeOf(shape) }],
    scratchBytes: 0,
    kept: [],
  };
}
