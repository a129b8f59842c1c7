import type { Kernel } from '../../backend/kernel.js';
import { refuseDType, refuseShape } from '../../errors/refuse.js';
import { defineOp, type Gradient } from '../../expr/op-def.js';
import { apply } from '../../tensor/operand.js';
import { formatShape, sizeOf } from '../../types/shape.js';
import type { TensorType } from '../../types/tensor-type.js';
import { div } from '../elementwise/div.js';
import { windowCounts, type Pair } from '../geometry.js';
import { broadcastTo } from '../shape/broadcast.js';
import { reshape } from '../shape/reshape.js';
import { avgPool2dOp, countTensor, divideByCounts, type AvgPoolAttrs } from './avg-pool2d.js';
import { checkImage } from './im2col.js';
import { forEachPixelOfWindows, placeElements } from './pool.js';

export type AvgPoolGradientAttrs = AvgPoolAttrs & { readonly inputShape: Pair };

const imageType = ({ shape }: TensorType, [height, width]: Pair): TensorType => ({ dtype: 'float32', shape: [shape[0]!, height, width, shape[3]!] });

/** Shares are rounded as they are stored, then summed in doubles. */
export const avgPool2dGradientReference: Kernel<AvgPoolGradientAttrs> = ({ attrs, inputs: [dy], output }) => {
  const channels = output.type.shape[3]!;
  const shares = dy!.data.slice();
  divideByCounts(shares, attrs, output.type, dy!.type);
  const sums = new Float64Array(sizeOf(output.type.shape));
  forEachPixelOfWindows(attrs, output.type, dy!.type, (at, from) => {
    for (let c = 0; c < channels; c++) sums[from + c]! += shares[at + c]!;
  });
  output.data.set(sums);
};

/** The gradient of `avgPool2d`, from that of its result: each pixel of a window gets the same part, the window's own count of pixels deciding. */
export const avgPool2dGradientOp = /* @__PURE__ */ defineOp<AvgPoolGradientAttrs>({
  name: 'avgPool2dGradient',
  args: ['dy'],
  infer: ([dy], { inputShape, ...attrs }) => {
    checkImage('dy', dy!);
    if (dy!.dtype !== 'float32') throw refuseDType('dy', `it is ${dy!.dtype}.`, 'pass float32: integers have no gradient.');
    const [rows, columns] = windowCounts(inputShape, attrs, attrs.ceilMode);
    if (dy!.shape[1] !== rows || dy!.shape[2] !== columns) throw refuseShape('dy', `${formatShape(dy!.shape)} has not the ${rows} x ${columns} places of these windows.`, 'pass a tensor of the type of the pooled images.');
    return imageType(dy!, inputShape);
  },
  decompose: ([dy], attrs) => {
    const [n, rows, columns, channels] = dy!.shape as readonly [number, number, number, number];
    const shares = reshape(div(dy!, countTensor(attrs, imageType(dy!, attrs.inputShape), dy!.type)), [n, rows, columns, 1, channels]);
    return placeElements(broadcastTo(shares, [n, rows, columns, attrs.window[0] * attrs.window[1], channels]), attrs, attrs.inputShape);
  },
  flops: ([dy], { window }) => sizeOf(dy!.shape) * window[0] * window[1],
});

export const avgPool2dGradientGradient: Gradient<AvgPoolGradientAttrs> = ({ attrs: { inputShape: _, ...attrs }, dy }) => [
  apply(avgPool2dOp, [dy], attrs),
];
