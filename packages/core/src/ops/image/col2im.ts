import type { Kernel } from '../../backend/kernel.js';
import { refuseDType, refuseShape } from '../../errors/refuse.js';
import { defineOp, type Gradient } from '../../expr/op-def.js';
import { apply, toTensor, type TensorLike } from '../../tensor/operand.js';
import type { Tensor } from '../../tensor/tensor.js';
import { formatShape, sizeOf } from '../../types/shape.js';
import { accumulator } from '../accumulator.js';
import { checked, checkOptions } from '../checked.js';
import { checkPair, windowCounts, type Pair, type WindowAttrs } from '../geometry.js';
import { checkImage, forEachPixelOfPatches, im2colOp, windowAttrs, type Im2colOptions } from './im2col.js';

export type Col2imAttrs = WindowAttrs & { readonly inputShape: Pair };

/** The adjoint of im2col: every element of every patch is added to the pixel it came from, in doubles. */
export const col2imReference: Kernel<Col2imAttrs> = ({ attrs, inputs: [patches], output }) => {
  const [, height, width, channels] = output.type.shape as readonly [number, number, number, number];
  const sums = accumulator(output.type.dtype, sizeOf(output.type.shape));
  let at = 0;
  forEachPixelOfPatches(attrs, output.type, patches!.type, (n, row, column) => {
    const isInside = row >= 0 && row < height && column >= 0 && column < width;
    const to = ((n * height + row) * width + column) * channels;
    if (isInside) for (let c = 0; c < channels; c++) sums[to + c]! += patches!.data[at + c]!;
    at += channels;
  });
  output.data.set(sums);
};

export const col2imOp = /* @__PURE__ */ defineOp<Col2imAttrs>({
  name: 'col2im',
  args: ['patches'],
  infer: ([patches], attrs) => {
    const { dtype, shape } = patches!;
    checkImage('patches', patches!, '[N, OH, OW, KH * KW * C]');
    if (dtype === 'bool') throw refuseDType('patches', 'it is bool.', "cast it first: `patches.cast('int32')`.");
    const area = attrs.window[0] * attrs.window[1];
    const [n, rows, columns, depth] = shape as readonly [number, number, number, number];
    const counts = windowCounts(attrs.inputShape, attrs);
    if (rows !== counts[0] || columns !== counts[1]) {
      throw refuseShape('patches', `it has ${rows} x ${columns} places, and these windows have ${counts[0]} x ${counts[1]} places in ${formatShape(attrs.inputShape)} pixels.`, 'pass the `inputShape` and the options that the patches were taken with.');
    }
    if (depth % area !== 0) throw refuseShape('patches', `its depth of ${depth} is no multiple of the ${area} pixels of a window.`, 'pass patches of depth KH * KW * C.');
    return { dtype, shape: [n, ...attrs.inputShape, depth / area] };
  },
  flops: ([patches]) => sizeOf(patches!.shape),
});

export const col2imGradient: Gradient<Col2imAttrs> = ({ attrs: { inputShape: _, ...window }, dy }) => [
  apply(im2colOp, [dy], window),
];

export interface Col2imOptions extends Im2colOptions {
  /** Height and width of the image that the patches come from. */
  readonly inputShape: Pair;
}

/**
 * Adds patches up in the image they were taken from: `[N, OH, OW, KH * KW * C] -> [N, H, W, C]`. The adjoint of `im2col` with the same
 * options: pixels under several windows get the sum, pixels under none get 0.
 *
 * @throws {UnfoldError} SHAPE_MISMATCH where the patches are not those of such windows; INVALID_ARGUMENT for a bad option.
 */
export function col2im(patches: TensorLike, options: Col2imOptions): Tensor {
  checkOptions('col2im', options, ['window', 'strides', 'padding', 'dilations', 'inputShape']);
  const tensor = toTensor(patches, 'col2im', 'patches');
  return checked('col2im', { patches: tensor }, () => {
    const { inputShape, ...window } = options;
    const size = checkPair('col2im', 'inputShape', inputShape, 0);
    return apply(col2imOp, [tensor], { ...windowAttrs('col2im', size, window), inputShape: size });
  });
}
