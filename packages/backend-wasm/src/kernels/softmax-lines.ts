import { sizeOf, type Step } from '@unfoldjs/core';
import { exp, log } from '../elementwise/functions.js';
import { loadLanes, storeLanes } from '../elementwise/lanes.js';
import type { Local } from '../emit/function-builder.js';
import type { FunctionSpec } from '../emit/module-builder.js';
import { operand, output, type Lowered } from '../plan/lowered.js';
import { forLines, linesOf, unitsOf } from './lines.js';

/** `softmax` and `logSoftmax` along an axis with others behind it: four lines at a time, each lane along one of its own. */
export function softmaxLines(step: Step): Lowered | null {
  const isLog = step.op.name === 'logSoftmax';
  const { shape, dtype } = step.type;
  if ((!isLog && step.op.name !== 'softmax') || dtype !== 'float32' || sizeOf(shape) === 0) return null;
  const lines = { ...linesOf(shape, step.attrs.axis as number), together: 4 };
  const run: FunctionSpec = {
    key: `${step.op.name} ${JSON.stringify(lines)}`,
    params: 4,
    write(code) {
      const [xs, ys] = code.params as [Local, Local];
      const [x, y] = code.locals('i32', 2) as [Local, Local];
      const [largest, total, power] = code.locals('v128', 3) as [Local, Local, Local];
      forLines(code, lines, (start, _, count) => {
        const each = (visit: (value: Local) => void): void => {
          code.get(xs).get(start).i32(4).op('i32.mul').op('i32.add').set(x).get(ys).get(start).i32(4).op('i32.mul').op('i32.add').set(y);
          code.times(lines.size, () => {
            visit(loadLanes(code, x, 'float32', lines.apart, count).local);
            code.advance(x, 4 * lines.step).advance(y, 4 * lines.step);
          });
        };
        const store = (): void => storeLanes(code, y, { local: power, dtype }, lines.apart, count);
        code.floats(-Infinity).set(largest);
        each((value) => code.get(largest).get(value).op('f32x4.max').set(largest));
        code.floats(0).set(total);
        each((value) => {
          code.get(value).get(largest).op('f32x4.sub').set(power);
          exp(code, power);
          code.set(power).get(total).get(power).op('f32x4.add').set(total);
          if (!isLog) store();
        });
        if (isLog) {
          log(code, total);
          code.set(total);
        }
        each((value) => {
          if (isLog) code.get(value).get(largest).op('f32x4.sub').get(total).op('f32x4.sub').set(power);
          else code.get(loadLanes(code, y, 'float32', lines.apart, count).local).get(total).op('f32x4.div').set(power);
          store();
        });
      });
    },
  };
  return {
    kernel: 'four lines at a time, f32x4',
    reason: 'an axis with others behind it: its largest element, powers, their sum',
    calls: [{ run, places: [operand(0), output()], units: unitsOf(lines), work: 20 * sizeOf(shape) }],
    scratchBytes: 0,
    kept: [],
  };
}
