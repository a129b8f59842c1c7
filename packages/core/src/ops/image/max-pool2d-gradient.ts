import type { Kernel } from '../../backend/kernel.js';
import { stopGradient } from '../../autodiff/stop-gradient.js';
import { refuseDType, refuseShape } from '../../errors/refuse.js';
import { defineOp } from '../../expr/op-def.js';
import { scalarOf } from '../../tensor/operand.js';
import { formatShape, sameShape, sizeOf } from '../../types/shape.js';
import { cast } from '../elementwise/cast.js';
import { div } from '../elementwise/div.js';
import { equal } from '../elementwise/equal.js';
import { logicalAnd } from '../elementwise/logical-and.js';
import { maximum } from '../elementwise/maximum.js';
import { where } from '../elementwise/where.js';
import { coveringPadding } from '../geometry.js';
import { sum } from '../reduce/sum.js';
import { broadcastTo } from '../shape/broadcast.js';
import { reshape } from '../shape/reshape.js';
import { forEachPixelOfWindows, inferPool, placeElements, windowElements, type PoolAttrs } from './pool.js';

/** Shares are rounded as they are stored, then summed in doubles. */
export const maxPool2dGradientReference: Kernel<PoolAttrs> = ({ attrs, inputs: [x, y, dy], output }) => {
  const channels = output.type.shape[3]!;
  const shares = dy!.data.slice();
  const ties = new Int32Array(shares.length);
  const sums = new Float64Array(sizeOf(output.type.shape));
  forEachPixelOfWindows(attrs, x!.type, y!.type, (at, from) => {
    for (let c = 0; c < channels; c++) if (x!.data[from + c] === y!.data[at + c]) ties[at + c]!++;
  });
  for (let i = 0; i < shares.length; i++) shares[i]! /= ties[i]!;
  forEachPixelOfWindows(attrs, x!.type, y!.type, (at, from) => {
    for (let c = 0; c < channels; c++) if (x!.data[from + c] === y!.data[at + c]) sums[from + c]! += shares[at + c]!;
  });
  output.data.set(sums);
};

/**
 * The gradient of `maxPool2d`, from its images, its result and the gradient of that: the gradient of each window goes to its largest
 * pixels in equal parts, to none where the result is NaN.
 */
export const maxPool2dGradientOp = /* @__PURE__ */ defineOp<PoolAttrs>({
  name: 'maxPool2dGradient',
  args: ['x', 'y', 'dy'],
  infer: ([x, y, dy], attrs) => {
    if (x!.dtype !== 'float32') throw refuseDType('x', `it is ${x!.dtype}.`, 'pass float32: integers have no gradient.');
    const { shape } = inferPool(x!, attrs);
    for (const [name, type] of [['y', y!], ['dy', dy!]] as const) {
      if (type.dtype !== 'float32' || !sameShape(type.shape, shape)) throw refuseShape(name, `it is ${type.dtype} ${formatShape(type.shape)}, not float32 ${formatShape(shape)}.`, 'pass a tensor of the type of the pooled images.');
    }
    return x!;
  },
  decompose: ([x, y, dy], attrs) => {
    const [n, height, width] = x!.shape as readonly [number, number, number];
    const [, rows, columns, channels] = y!.shape as readonly [number, number, number, number];
    const inWindow = [n, rows, columns, 1, channels];
    const isEqual = stopGradient(equal(windowElements(x!, attrs, y!.type), reshape(y!, inWindow)));
    const isPadded = coveringPadding([height, width], attrs, [rows, columns]).flat().some((pixels) => pixels > 0);
    const inside = () => windowElements(broadcastTo(scalarOf(1, 'float32'), [1, height, width, 1]), attrs, { dtype: 'float32', shape: [1, rows, columns, 1] });
    const isLargest = isPadded ? logicalAnd(isEqual, cast(inside(), 'bool')) : isEqual;
    const ties = maximum(sum(cast(isLargest, 'float32'), { axes: 3, keepDims: true }), 1);
    return placeElements(where(isLargest, div(reshape(dy!, inWindow), ties), 0), attrs, [height, width]);
  },
  flops: ([, y], { window }) => 3 * sizeOf(y!.shape) * window[0] * window[1],
});
