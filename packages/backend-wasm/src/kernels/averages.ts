import type { Step } from '@unfoldjs/core';
import type { FunctionBuilder, Local, Push } from '../emit/function-builder.js';
import { windowOf } from './convolution.js';
import type { Images } from './frame.js';

/** What sums of windows are divided by to be averages: one number, or for each window the count of its pixels. */
export interface Divisor {
  /** Says all that the code depends on. */
  readonly key: string;
  write(code: FunctionBuilder): DivisorCode;
}

interface DivisorCode {
  /** The row of places that comes next is the one of this index. */
  startAt(row: Push): void;
  /** To be called before each row of places, and before each place. */
  row(): void;
  place(): void;
  /** Divides what is in a vector by the divisor of the place. */
  divide(value: Local): void;
}

const axes = [0, 1] as const;

/** The divisor of an average of `images` at `places`. A window that counts nothing divides by 0: its average is NaN. */
export function divisorOf(step: Step, images: Images, places: Images): Divisor {
  const { window, strides, dilations, padding } = windowOf(step);
  const isPadCounted = step.attrs.countIncludePad === true;
  const starts = axes.map((axis) => -padding[axis][0]);
  const ends = axes.map((axis) => images[axis + 1]! + (isPadCounted ? padding[axis][1] : 0));
  const begins = axes.map((axis) => (isPadCounted ? starts[axis]! : 0));
  const sides = axes.map((axis) => {
    const [begin, end] = [begins[axis]!, ends[axis]!];
    const at = (place: number, element: number): number => starts[axis]! + place * strides[axis] + element * dilations[axis];
    const covered = (place: number): number => Array.from({ length: window[axis] }, (_, element) => at(place, element)).filter((position) => position >= begin && position < end).length;
    return new Set(Array.from({ length: places[axis + 1]! }, (_, place) => covered(place)));
  });
  if (sides.every(({ size }) => size === 1)) {
    const count = sides.reduce((product, [side]) => product * side!, 1);
    const nothing = (): void => {};
    return { key: String(count), write: (code) => ({ startAt: nothing, row: nothing, place: nothing, divide: (value) => void code.get(value).floats(count).op('f32x4.div').set(value) }) };
  }

  return {
    key: JSON.stringify({ window, strides, dilations, starts, begins, ends }),
    write(code) {
      const [rowStart, columnStart, rows, bounded] = code.locals('i32', 4) as [Local, Local, Local, Local];
      const count = code.local('v128');
      /** How many elements of a window that begins at `start` lie before a position. */
      const before = (axis: 0 | 1, start: Local, position: number): void => {
        const bound = (limit: number, keepsIf: 'i32.lt_s' | 'i32.gt_s'): void => void code.tee(bounded).i32(limit).get(bounded).i32(limit).op(keepsIf).op('select');
        code.i32(position).get(start).op('i32.sub');
        bound(0, 'i32.gt_s');
        code.i32(dilations[axis] - 1).op('i32.add').i32(dilations[axis]).op('i32.div_u');
        bound(window[axis], 'i32.lt_s');
      };
      const covered = (axis: 0 | 1, start: Local): void => {
        before(axis, start, ends[axis]!);
        before(axis, start, begins[axis]!);
        code.op('i32.sub');
      };
      return {
        startAt(row) {
          row();
          code.i32(strides[0]).op('i32.mul').i32(starts[0]!).op('i32.add').set(rowStart);
        },
        row() {
          covered(0, rowStart);
          code.set(rows).advance(rowStart, strides[0]).i32(starts[1]!).set(columnStart);
        },
        place() {
          covered(1, columnStart);
          code.get(rows).op('i32.mul').op('i32x4.splat').op('f32x4.convert_i32x4_s').set(count).advance(columnStart, strides[1]);
        },
        divide: (value) => void code.get(value).get(count).op('f32x4.div').set(value),
      };
    },
  };
}
