import type { Kernel } from '../../backend/kernel.js';
import { refuseDType } from '../../errors/refuse.js';
import { defineOp, type Gradient } from '../../expr/op-def.js';
import { apply, literalTensor, scalarOf, toTensor, type TensorLike } from '../../tensor/operand.js';
import type { Tensor } from '../../tensor/tensor.js';
import type { TypedArray } from '../../types/dtype.js';
import { sizeOf } from '../../types/shape.js';
import type { TensorType } from '../../types/tensor-type.js';
import { checkBoolean, checkOptions } from '../checked.js';
import { cast } from '../elementwise/cast.js';
import { div } from '../elementwise/div.js';
import { mul } from '../elementwise/mul.js';
import { coveredPositions } from '../geometry.js';
import { reduceSumOp } from '../reduce/sum.js';
import { avgPool2dGradientOp } from './avg-pool2d-gradient.js';
import { forEachPixelOfWindows, inferPool, pool, poolFlops, poolOptionNames, windowElements, type PoolAttrs, type PoolOptions } from './pool.js';

export type AvgPoolAttrs = PoolAttrs & { readonly countIncludePad: boolean };

/** The sum of each window in doubles, rounded once, then divided. */
export const avgPool2dReference: Kernel<AvgPoolAttrs> = ({ attrs, inputs: [x], output }) => {
  const channels = output.type.shape[3]!;
  const sums = new Float64Array(sizeOf(output.type.shape));
  forEachPixelOfWindows(attrs, x!.type, output.type, (at, from) => {
    for (let c = 0; c < channels; c++) sums[at + c]! += x!.data[from + c]!;
  });
  output.data.set(sums);
  divideByCounts(output.data, attrs, x!.type, output.type);
};

/** Divides elements of the type of the result by how many pixels their windows count. */
export function divideByCounts(data: TypedArray, attrs: AvgPoolAttrs, x: TensorType, output: TensorType): void {
  const [batch, , , channels] = output.shape as readonly [number, number, number, number];
  const [heights, widths] = windowSides(attrs, x, output);
  let at = 0;
  for (let n = 0; n < batch; n++) {
    for (const height of heights) {
      for (const width of widths) {
        const count = height * width;
        for (let c = 0; c < channels; c++, at++) data[at]! /= count;
      }
    }
  }
}

/** How many rows and how many columns of each window count. Their product is what the sum is divided by. */
function windowSides({ window, strides, dilations, padding, countIncludePad }: AvgPoolAttrs, x: TensorType, output: TensorType): [number[], number[]] {
  const sides = ([0, 1] as const).map((axis) => {
    const size = x.shape[axis + 1]!;
    const [before, after] = padding[axis];
    const [low, high] = countIncludePad ? [-before, size + after] : [0, size];
    return coveredPositions(output.shape[axis + 1]!, window[axis], strides[axis], dilations[axis], before, low, high);
  });
  return sides as [number[], number[]];
}

/** The counts as a tensor: one number where all windows count alike, else rows times columns. */
export function countTensor(attrs: AvgPoolAttrs, x: TensorType, output: TensorType): Tensor {
  const [heights, widths] = windowSides(attrs, x, output);
  const isUniform = [heights, widths].every((side) => side.every((count) => count === side[0]));
  if (isUniform) return scalarOf((heights[0] ?? 1) * (widths[0] ?? 1), 'float32');
  return mul(literalTensor(heights, [1, heights.length, 1, 1], 'float32'), literalTensor(widths, [1, 1, widths.length, 1], 'float32'));
}

export const avgPool2dOp = /* @__PURE__ */ defineOp<AvgPoolAttrs>({
  name: 'avgPool2d',
  args: ['x'],
  infer: ([x], attrs) => {
    if (x!.dtype !== 'float32') throw refuseDType('x', `it is ${x!.dtype}.`, "cast it first: `x.cast('float32')`.");
    return inferPool(x!, attrs);
  },
  decompose: ([x], attrs, output) => {
    const sums = apply(reduceSumOp, [windowElements(x!, attrs, output)], { axes: [3], keepDims: false });
    return div(sums, countTensor(attrs, x!.type, output));
  },
  flops: poolFlops,
});

export const avgPool2dGradient: Gradient<AvgPoolAttrs> = ({ inputs: [x], attrs, dy }) => [
  apply(avgPool2dGradientOp, [dy], { ...attrs, inputShape: [x!.shape[1]!, x!.shape[2]!] }),
];

export interface AvgPoolOptions extends PoolOptions {
  /** Divides by all pixels of the padded image in the window, as if padding were zeros of the image. Default false. */
  readonly countIncludePad?: boolean | undefined;
}

/**
 * The mean of each window, channel by channel: `[N, H, W, C] -> [N, OH, OW, C]`, float32 (integers are converted). Only pixels of the
 * image are summed and counted, unless `countIncludePad` counts the padding too; what ceil mode reaches over is never counted. A
 * window that lies in the padding alone has no mean: NaN.
 *
 * @throws {UnfoldError} SHAPE_MISMATCH where `x` has not rank 4 or the window does not fit; INVALID_ARGUMENT for a bad or unknown
 * option.
 * @source https://www.tensorflow.org/api_docs/python/tf/nn/avg_pool2d
 * @example
 * import { setBackend, tensor } from '@unfoldjs/core';
 * import { cpu } from '@unfoldjs/backend-cpu';
 * await setBackend(cpu());
 * const x = tensor([1, 2, 3, 4], [1, 2, 2, 1]);
 * await x.avgPool2d({ window: 2, strides: 1, padding: 'same' }).data(); // Float32Array [2.5, 3, 3.5, 4]
 */
export function avgPool2d(x: TensorLike, options: AvgPoolOptions): Tensor {
  checkOptions('avgPool2d', options, [...poolOptionNames, 'countIncludePad']);
  const { countIncludePad = false } = options;
  checkBoolean('avgPool2d', 'countIncludePad', countIncludePad);
  return pool('avgPool2d', avgPool2dOp, cast(toTensor(x, 'avgPool2d', 'x'), 'float32'), options, { countIncludePad });
}
