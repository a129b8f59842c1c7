import { sizeOf, type Step } from '@unfoldjs/core';
import { loadLanes, storeLanes } from '../elementwise/lanes.js';
import type { Local } from '../emit/function-builder.js';
import type { FunctionSpec } from '../emit/module-builder.js';
import { operand, output, type Lowered } from '../plan/lowered.js';
import { forLines, linesOf, unitsOf, vectorsOf } from './lines.js';

/** `cumsum`; sums are made in the order of the line. */
export function cumsum(step: Step): Lowered | null {
  if (step.op.name !== 'cumsum') return null;
  const { shape, dtype } = step.type;
  // The core casts bool before it adds.
  if (dtype === 'bool') return null;
  const { axis, exclusive, reverse } = step.attrs as { axis: number; exclusive: boolean; reverse: boolean };
  const lines = linesOf(shape, axis);
  const run: FunctionSpec = {
    key: `cumsum ${dtype} ${JSON.stringify({ lines, exclusive, reverse })}`,
    params: 4,
    write(code) {
      const [xs, ys] = code.params as [Local, Local];
      const [x, y] = code.locals('i32', 2) as [Local, Local];
      const sums = code.locals('v128', lines.together / 4);
      forLines(code, lines, (start, _, count) => {
        if (reverse) code.advance(start, (lines.size - 1) * lines.step);
        code.get(xs).get(start).i32(4).op('i32.mul').op('i32.add').set(x);
        code.get(ys).get(start).i32(4).op('i32.mul').op('i32.add').set(y);
        for (const sum of sums) code.integers(0).set(sum);
        code.times(lines.size, () => {
          vectorsOf(count).forEach((lanes, v) => {
            const sum = { local: sums[v]!, dtype };
            const { local: value } = loadLanes(code, x, dtype, lines.apart, lanes, 16 * v);
            if (exclusive) storeLanes(code, y, sum, lines.apart, lanes, 16 * v);
            code.get(sum.local).get(value).op(dtype === 'float32' ? 'f32x4.add' : 'i32x4.add').set(sum.local);
            if (!exclusive) storeLanes(code, y, sum, lines.apart, lanes, 16 * v);
          });
          for (const pointer of [x, y]) code.advance(pointer, (reverse ? -4 : 4) * lines.step);
        });
      });
    },
  };
  return {
    kernel: 'running sums, four lines at a time',
    reason: 'each lane goes along a line of its own',
    calls: [{ run, places: [operand(0), output()], units: unitsOf(lines), work: 2 * sizeOf(shape) }],
    scratchBytes: 0,
    kept: [],
  };
}
