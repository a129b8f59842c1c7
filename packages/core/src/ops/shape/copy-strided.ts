import { sizeOf, type Shape } from '../../types/shape.js';
import type { TypedArray } from '../../types/dtype.js';

/** A way to walk an array: where index 0 is, and how far one step along each axis goes, in elements. */
export interface Walk {
  readonly data: TypedArray;
  readonly offset?: number | undefined;
  readonly strides: readonly number[];
}

/** Copies a box of `shape` from one walk to another: what transpose, slice, pad, broadcast, reverse and concat are. */
export function copyStrided(shape: Shape, from: Walk, to: Walk): void {
  if (sizeOf(shape) === 0) return;
  const last = shape.length - 1;
  const width = shape[last] ?? 1;
  const fromStep = from.strides[last] ?? 0;
  const toStep = to.strides[last] ?? 0;
  const index = new Array<number>(Math.max(0, last)).fill(0);
  let source = from.offset ?? 0;
  let target = to.offset ?? 0;
  for (;;) {
    for (let i = 0; i < width; i++) to.data[target + i * toStep] = from.data[source + i * fromStep]!;
    let axis = last - 1;
    for (; axis >= 0; axis--) {
      source += from.strides[axis]!;
      target += to.strides[axis]!;
      if (++index[axis]! < shape[axis]!) break;
      source -= from.strides[axis]! * shape[axis]!;
      target -= to.strides[axis]! * shape[axis]!;
      index[axis] = 0;
    }
    if (axis < 0) return;
  }
}
