import { sizeOf, type Step } from '@unfoldjs/core';
import { exp, log } from '../elementwise/functions.js';
import { storeLanes } from '../elementwise/lanes.js';
import type { Local } from '../emit/function-builder.js';
import type { FunctionSpec } from '../emit/module-builder.js';
import { operand, output, type Lowered } from '../plan/lowered.js';

/** `softmax` and `logSoftmax` along the last axis; a row is a unit. */
export function softmax(step: Step): Lowered | null {
  const isLog = step.op.name === 'logSoftmax';
  const { shape, dtype } = step.type;
  if ((!isLog && step.op.name !== 'softmax') || dtype !== 'float32' || step.attrs.axis !== shape.length - 1 || sizeOf(shape) === 0) return null;
  const size = shape.at(-1)!;
  const rows = sizeOf(shape) / size;
  const [vectors, rest] = [Math.floor(size / 4), size % 4];

  const run: FunctionSpec = {
    key: `${step.op.name} ${size}`,
    params: 4,
    write(code) {
      const [xs, ys, from, to] = code.params as [Local, Local, Local, Local];
      const [x, y] = code.locals('i32', 2) as [Local, Local];
      const [value, largest, total, power] = code.locals('v128', 4) as [Local, Local, Local, Local];
      /** Every four elements of the row in `value`; lanes behind its end hold `filler`. */
      const each = (filler: number, visit: (count: number) => void): void => {
        code.get(xs).set(x).get(ys).set(y);
        code.times(vectors, () => {
          code.get(x).memory('v128.load').set(value);
          visit(4);
          code.advance(x, 16).advance(y, 16);
        });
        if (rest === 0) return;
        code.floats(filler).set(value);
        for (let lane = 0; lane < rest; lane++) code.get(x).get(value).laneMemory('v128.load32_lane', lane, 4 * lane).set(value);
        visit(rest);
      };
      const across = (sum: Local, name: 'f32x4.max' | 'f32x4.add'): void => {
        code.get(sum).get(sum).get(sum).shuffle(2, 3, 0, 1).op(name).set(sum);
        code.get(sum).get(sum).get(sum).shuffle(1, 0, 3, 2).op(name).set(sum);
      };
      const bytes = 4 * size;
      code.get(xs).get(from).i32(bytes).op('i32.mul').op('i32.add').set(xs).get(ys).get(from).i32(bytes).op('i32.mul').op('i32.add').set(ys);
      code.loop(() => code.get(from).get(to).op('i32.lt_s'), () => {
        code.floats(-Infinity).set(largest);
        each(-Infinity, () => code.get(largest).get(value).op('f32x4.max').set(largest));
        across(largest, 'f32x4.max');
        code.floats(0).set(total);
        // Behind the end of the row the power of -Infinity adds nothing.
        each(-Infinity, (count) => {
          code.get(value).get(largest).op('f32x4.sub').set(power);
          exp(code, power);
          code.set(power).get(total).get(power).op('f32x4.add').set(total);
          if (!isLog) storeLanes(code, y, { local: power, dtype: 'float32' }, 1, count);
        });
        across(total, 'f32x4.add');
        if (isLog) {
          log(code, total);
          code.set(total);
          each(0, (count) => {
            code.get(value).get(largest).op('f32x4.sub').get(total).op('f32x4.sub').set(power);
            storeLanes(code, y, { local: power, dtype: 'float32' }, 1, count);
          });
        } else {
          code.get(ys).set(y);
          const divide = (count: number): void => {
            code.get(y).memory('v128.load').get(total).op('f32x4.div').set(power);
            storeLanes(code, y, { local: power, dtype: 'float32' }, 1, count);
          };
          code.times(vectors, () => {
            divide(4);
            code.advance(y, 16);
          });
          if (rest > 0) divide(rest);
        }
        code.advance(xs, bytes).advance(ys, bytes).advance(from, 1);
      });
    },
  };
  return { kernel: 'rows, f32x4', reason: 'the last axis: its largest element, powers, their sum', calls: [{ run, places: [operand(0), output()], units: rows, work: 20 * rows * size }], scratchBytes: 0, kept: [] };
}
