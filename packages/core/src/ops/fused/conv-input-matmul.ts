import type { Kernel } from '../../backend/kernel.js';
import { refuseDType, refuseShape } from '../../errors/refuse.js';
import { defineOp } from '../../expr/op-def.js';
import { apply } from '../../tensor/operand.js';
import { formatShape, sizeOf } from '../../types/shape.js';
import type { TensorType } from '../../types/tensor-type.js';
import { accumulator, dotOf } from '../accumulator.js';
import { col2imOp, type Col2imAttrs } from '../image/col2im.js';
import { checkGroups, groupedPatches } from '../image/groups.js';
import { checkImage } from '../image/im2col.js';
import { matmul } from '../linalg/matmul.js';
import { reshape } from '../shape/reshape.js';
import { applyBody, bodyFlops, type ElementwiseBody } from './body.js';
import { inferEpilogue, rowStore } from './epilogue.js';

export type ConvInputMatmulAttrs = Col2imAttrs & { readonly groups: number; readonly epilogue: ElementwiseBody };

/** A gather: each pixel looks for the places whose windows cover it, and sums what they give it: no patch matrix. */
export const convInputMatmulReference: Kernel<ConvInputMatmulAttrs> = ({ attrs, inputs: [dy, filters, ...extras], output }) => {
  const { window, groups, epilogue } = attrs;
  const [batch, rows, columns, outputs] = dy!.type.shape as readonly [number, number, number, number];
  const product = inferProduct(dy!.type, filters!.type, attrs);
  const [, height, width, channels] = product.shape as readonly [number, number, number, number];
  const [depth, each] = [channels / groups, outputs / groups];
  const sums = accumulator(product.dtype, channels);
  const dot = dotOf(product.dtype);
  const store = rowStore(epilogue, product, extras, dy!.data, output);
  const acrossRows = coveringPlaces(attrs, 0, height, rows);
  const acrossColumns = coveringPlaces(attrs, 1, width, columns);

  let position = 0;
  for (let n = 0; n < batch; n++) {
    for (const vertical of acrossRows) {
      for (const horizontal of acrossColumns) {
        sums.fill(0);
        for (const { element: kh, place: i } of vertical) {
          for (const { element: kw, place: j } of horizontal) {
            const from = ((n * rows + i) * columns + j) * outputs;
            const k = (kh * window[1] + kw) * depth;
            for (let g = 0; g < groups; g++) {
              for (let c = 0; c < depth; c++) sums[g * depth + c]! += dot(dy!.data, from + g * each, filters!.data, (k + c) * outputs + g * each, each);
            }
          }
        }
        store(sums, position);
        position += channels;
      }
    }
  }
};

/** For each pixel along an axis: the elements of the window under which it lies, each with its place, in the order of the places. */
function coveringPlaces({ window, strides, dilations, padding }: Col2imAttrs, axis: 0 | 1, size: number, count: number): { element: number; place: number }[][] {
  const covering: { element: number; place: number }[][] = Array.from({ length: size }, () => []);
  for (let place = 0; place < count; place++) {
    for (let element = 0; element < window[axis]; element++) {
      covering[place * strides[axis] - padding[axis][0] + element * dilations[axis]]?.push({ element, place });
    }
  }
  return covering;
}

/** The type of the images before the epilogue. */
function inferProduct(dy: TensorType, filters: TensorType, attrs: ConvInputMatmulAttrs): TensorType {
  checkImage('dy', dy, '[N, OH, OW, O]');
  if (dy.dtype === 'bool' || filters.dtype !== dy.dtype) throw refuseDType('filters', `it is ${filters.dtype} and \`dy\` is ${dy.dtype}.`, 'pass two float32 or two int32 tensors.');
  const outputs = dy.shape[3]!;
  if (filters.shape.length !== 2 || filters.shape[1] !== outputs) throw refuseShape('filters', `${formatShape(filters.shape)} is not [KH * KW * C / groups, O], with ${outputs} columns here.`, 'flatten the filters to [KH * KW * C / groups, O].');
  const { dtype, shape } = col2imOp.infer([{ dtype: dy.dtype, shape: [...dy.shape.slice(0, 3), filters.shape[0]! * attrs.groups] }], attrs);
  checkGroups(shape[3]!, outputs, attrs.groups);
  return { dtype, shape };
}

/** Outputs times filters, turned, added up in the images: the gradient of `convMatmul` with respect to its images, and a transposed convolution. */
export const convInputMatmulOp = /* @__PURE__ */ defineOp<ConvInputMatmulAttrs>({
  name: 'convInputMatmul',
  args: ['dy', 'filters', '...extras'],
  infer: ([dy, filters, ...extras], attrs) => inferEpilogue(attrs.epilogue, inferProduct(dy!, filters!, attrs), extras),
  decompose: ([dy, filters, ...extras], { epilogue, groups, ...attrs }) => {
    const [n, rows, columns, outputs] = dy!.shape as readonly [number, number, number, number];
    const [places, area] = [n * rows * columns, attrs.window[0] * attrs.window[1]];
    const depth = filters!.shape[0]! / area;
    const patches = groups === 1 ? matmul(reshape(dy!, [places, outputs]), filters!, { transposeB: true }) : groupedPatches(dy!, filters!, { groups, places, area, depth, outputs });
    return applyBody(epilogue, [apply(col2imOp, [reshape(patches, [n, rows, columns, area * depth * groups])], attrs), ...extras]);
  },
  flops: ([dy, filters, ...extras], attrs) => 2 * sizeOf(dy!.shape) * filters!.shape[0]! + bodyFlops(attrs.epilogue, [inferProduct(dy!, filters!, attrs), ...extras]),
});
