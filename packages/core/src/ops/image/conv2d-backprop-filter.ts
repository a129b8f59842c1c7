import { refuseDType, refuseShape } from '../../errors/refuse.js';
import { defineOp, type Gradient } from '../../expr/op-def.js';
import { apply } from '../../tensor/operand.js';
import type { Tensor } from '../../tensor/tensor.js';
import { formatShape, sizeOf } from '../../types/shape.js';
import { windowCounts, type Pair } from '../geometry.js';
import { matmul } from '../linalg/matmul.js';
import { reshape } from '../shape/reshape.js';
import { conv2dBackpropInput } from './conv2d-backprop-input.js';
import { conv2dOp, type Conv2dAttrs } from './conv2d.js';
import { checkGroups, groupedFilters } from './groups.js';
import { checkImage, im2colOp } from './im2col.js';

export type Conv2dBackpropFilterAttrs = Conv2dAttrs & { readonly window: Pair };

type Shape4 = readonly [number, number, number, number];

/** The gradient of `conv2d` with respect to its filters: `[N, H, W, C]` and `[N, OH, OW, O]` give `[KH, KW, C / groups, O]`. */
export const conv2dBackpropFilterOp = /* @__PURE__ */ defineOp<Conv2dBackpropFilterAttrs>({
  name: 'conv2dBackpropFilter',
  args: ['x', 'dy'],
  isConvolution: true,
  infer: ([x, dy], { groups, ...slide }) => {
    for (const [name, type] of [['x', x!], ['dy', dy!]] as const) {
      checkImage(name, type);
      if (type.dtype !== 'float32') throw refuseDType(name, `it is ${type.dtype}.`, `cast it first: \`${name}.cast('float32')\`.`);
    }
    const [batch, height, width, channels] = x!.shape as Shape4;
    const outputs = dy!.shape[3]!;
    const places = [batch, ...windowCounts([height, width], slide)];
    if (places.some((dim, axis) => dim !== dy!.shape[axis])) {
      throw refuseShape('dy', `${formatShape(dy!.shape)} is not [${places.join(', ')}, O].`, 'pass the gradient of the result of such a convolution of `x`.');
    }
    checkGroups(channels, outputs, groups);
    return { dtype: 'float32', shape: [...slide.window, channels / groups, outputs] };
  },
  decompose: ([x, dy], { groups, ...slide }, { shape }) => {
    const patches = apply(im2colOp, [x!], slide);
    const [windowHeight, windowWidth, depth, outputs] = shape as Shape4;
    const [places, area] = [sizeOf(patches.shape.slice(0, 3)), windowHeight * windowWidth];
    if (groups === 1) return reshape(matmul(reshape(patches, [places, area * depth]), reshape(dy!, [places, outputs]), { transposeA: true }), shape);
    return reshape(groupedFilters(patches, dy!, { groups, places, area, depth, outputs }), shape);
  },
  flops: ([, dy], _, { shape }) => 2 * sizeOf(dy!.shape) * sizeOf(shape.slice(0, 3)),
});

export const conv2dBackpropFilterGradient: Gradient<Conv2dBackpropFilterAttrs> = ({ inputs: [x, dy], attrs: { window: _, ...slide }, dy: filters, needs }) => [
  needs[0] ? conv2dBackpropInput(dy!, filters, slide, [x!.shape[1]!, x!.shape[2]!]) : null,
  needs[1] ? apply(conv2dOp, [x!, filters], slide) : null,
];

/** The gradient of `conv2d` with respect to its filters, from its images and the gradient of its result. */
export const conv2dBackpropFilter = (x: Tensor, dy: Tensor, window: Pair, attrs: Conv2dAttrs): Tensor => apply(conv2dBackpropFilterOp, [x, dy], { ...attrs, window });
