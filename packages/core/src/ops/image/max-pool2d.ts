import type { Kernel } from '../../backend/kernel.js';
import { defineOp, type Gradient } from '../../expr/op-def.js';
import { apply, toTensor, type TensorLike } from '../../tensor/operand.js';
import type { Tensor } from '../../tensor/tensor.js';
import { arithmetic } from '../../types/dtype.js';
import { checkOptions } from '../checked.js';
import { cast } from '../elementwise/cast.js';
import { coveringPadding } from '../geometry.js';
import { reduceMaxOp } from '../reduce/max.js';
import { padOp } from '../shape/pad.js';
import { maxPool2dGradientOp } from './max-pool2d-gradient.js';
import { forEachPixelOfWindows, inferPool, pool, poolFlops, poolOptionNames, windowElements, type PoolAttrs, type PoolOptions } from './pool.js';

/** What no pixel is smaller than: the value of padding, which therefore never wins. */
const lowest = { float32: -Infinity, int32: -(2 ** 31), bool: 0 } as const;

export const maxPool2dReference: Kernel<PoolAttrs> = ({ attrs, inputs: [x], output }) => {
  const out = output.data;
  const channels = output.type.shape[3]!;
  out.fill(lowest[output.type.dtype]);
  forEachPixelOfWindows(attrs, x!.type, output.type, (at, from) => {
    for (let c = 0; c < channels; c++) out[at + c] = Math.max(out[at + c]!, x!.data[from + c]!);
  });
};

export const maxPool2dOp = /* @__PURE__ */ defineOp<PoolAttrs>({
  name: 'maxPool2d',
  args: ['x'],
  infer: ([x], attrs) => inferPool(x!, attrs),
  decompose: ([x], attrs, output) => {
    const [, height, width] = x!.shape as readonly [number, number, number, number];
    const [, rows, columns] = output.shape as readonly [number, number, number, number];
    const padding = coveringPadding([height, width], attrs, [rows, columns]);
    const isPadded = padding.flat().some((pixels) => pixels > 0);
    const padded = isPadded ? apply(padOp, [x!], { paddings: [[0, 0], ...padding, [0, 0]], value: lowest[output.dtype] }) : x!;
    const elements = windowElements(padded, { ...attrs, padding: [[0, 0], [0, 0]] }, output);
    return apply(reduceMaxOp, [elements], { axes: [3], keepDims: false });
  },
  flops: poolFlops,
});

export const maxPool2dGradient: Gradient<PoolAttrs> = ({ inputs: [x], output, attrs, dy }) => [
  apply(maxPool2dGradientOp, [x!, output, dy], attrs),
];

/**
 * The largest element of each window, channel by channel: `[N, H, W, C] -> [N, OH, OW, C]`, float32 or int32. Padding never wins: it
 * is lower than every number. NaN where a window holds one.
 *
 * @throws {UnfoldError} SHAPE_MISMATCH where `x` has not rank 4 or the window does not fit; INVALID_ARGUMENT for a bad or unknown
 * option.
 * @source https://www.tensorflow.org/api_docs/python/tf/nn/max_pool2d
 * @example
 * import { setBackend, tensor } from '@unfoldjs/core';
 * import { cpu } from '@unfoldjs/backend-cpu';
 * await setBackend(cpu());
 * await tensor([1, 2, 3, 4], [1, 2, 2, 1]).maxPool2d({ window: 2 }).data(); // Float32Array [4]
 */
export function maxPool2d(x: TensorLike, options: PoolOptions): Tensor {
  checkOptions('maxPool2d', options, poolOptionNames);
  const tensor = toTensor(x, 'maxPool2d', 'x');
  return pool('maxPool2d', maxPool2dOp, cast(tensor, arithmetic(tensor.dtype)), options, {});
}
