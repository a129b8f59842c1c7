import { apply } from '../../tensor/operand.js';
import type { Tensor } from '../../tensor/tensor.js';
import { extentOf, type Pair, type Pairs } from '../geometry.js';
import { reshape } from '../shape/reshape.js';
import { flip } from '../shape/reverse.js';
import { transpose } from '../shape/transpose.js';
import { conv2dTransposeOp } from './conv2d-transpose.js';
import { conv2dOp, type Conv2dAttrs } from './conv2d.js';

/**
 * The gradient of `conv2d` with respect to its images of `inputSize`: with strides of 1 the convolution of `dy` with the filters turned by
 * 180 degrees and their channels and outputs exchanged, else the transposed convolution.
 *
 * @source V. Dumoulin, F. Visin, "A guide to convolution arithmetic for deep learning", arXiv:1603.07285, chapter 4
 */
export function conv2dBackpropInput(dy: Tensor, filters: Tensor, attrs: Conv2dAttrs, inputSize: Pair): Tensor {
  const { strides, dilations, groups } = attrs;
  const padding = attrs.padding.map((pair, axis) => pair.map((pixels) => extentOf(filters.shape[axis]!, dilations[axis as 0 | 1]) - 1 - pixels)) as unknown as Pairs;
  const isConvolution = strides.every((stride) => stride === 1) && padding.flat().every((pixels) => pixels >= 0);
  return isConvolution ? apply(conv2dOp, [dy, turned(filters, groups)], { ...attrs, padding }) : apply(conv2dTransposeOp, [dy, filters], { ...attrs, outputSize: inputSize });
}

/** `[KH, KW, C / groups, O]` as `[KH, KW, O / groups, C]`, with rows and columns reversed. */
function turned(filters: Tensor, groups: number): Tensor {
  const [height, width, depth, outputs] = filters.shape as readonly [number, number, number, number];
  const apart = reshape(flip(filters, [0, 1]), [height, width, depth, groups, outputs / groups]);
  return reshape(transpose(apart, [0, 1, 4, 3, 2]), [height, width, outputs / groups, groups * depth]);
}
