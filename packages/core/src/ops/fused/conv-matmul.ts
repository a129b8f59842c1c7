import type { Kernel } from '../../backend/kernel.js';
import { refuseDType, refuseShape } from '../../errors/refuse.js';
import { defineOp } from '../../expr/op-def.js';
import { apply } from '../../tensor/operand.js';
import { formatShape, sizeOf } from '../../types/shape.js';
import type { TensorType } from '../../types/tensor-type.js';
import { accumulator, addScaledOf } from '../accumulator.js';
import { windowCounts, type WindowAttrs } from '../geometry.js';
import { checkGroups, groupedProduct } from '../image/groups.js';
import { checkImage, im2colOp } from '../image/im2col.js';
import { matmul } from '../linalg/matmul.js';
import { reshape } from '../shape/reshape.js';
import { applyBody, bodyFlops, type ElementwiseBody } from './body.js';
import { inferEpilogue, rowStore } from './epilogue.js';

/** `groups`: channels and filters are divided into so many parts that see nothing of each other. */
export type ConvMatmulAttrs = WindowAttrs & { readonly groups: number; readonly epilogue: ElementwiseBody };

/**
 * The dot products of every patch with every filter, read straight from the image: no patch matrix. Zeros outside of the image are
 * multiplied like any other element, so that filters with infinities give what im2col and matmul give.
 */
export const convMatmulReference: Kernel<ConvMatmulAttrs> = ({ attrs, inputs: [x, filters, ...extras], output }) => {
  const { window, strides, dilations, padding, groups, epilogue } = attrs;
  const [batch, height, width, channels] = x!.type.shape as readonly [number, number, number, number];
  const [, rows, columns, outputs] = output.type.shape as readonly [number, number, number, number];
  const { dtype } = x!.type;
  const sums = accumulator(dtype, outputs);
  const [depth, each] = [channels / groups, outputs / groups];
  const sumsOfGroups = Array.from({ length: groups }, (_, g) => sums.subarray(g * each, (g + 1) * each));
  const addScaled = addScaledOf(dtype);
  const store = rowStore(epilogue, { dtype, shape: output.type.shape }, extras, x!.data, output);

  let position = 0;
  for (let n = 0; n < batch; n++) {
    for (let i = 0; i < rows; i++) {
      for (let j = 0; j < columns; j++) {
        sums.fill(0);
        let k = 0; // where the rows of a pixel begin in the filters
        for (let kh = 0; kh < window[0]; kh++) {
          const row = i * strides[0] - padding[0][0] + kh * dilations[0];
          for (let kw = 0; kw < window[1]; kw++) {
            const column = j * strides[1] - padding[1][0] + kw * dilations[1];
            const isInside = row >= 0 && row < height && column >= 0 && column < width;
            const from = ((n * height + row) * width + column) * channels;
            for (let g = 0; g < groups; g++) {
              for (let c = 0; c < depth; c++) addScaled(sumsOfGroups[g]!, isInside ? x!.data[from + g * depth + c]! : 0, filters!.data, k + c * outputs + g * each, 1);
            }
            k += depth * outputs;
          }
        }
        store(sums, position);
        position += outputs;
      }
    }
  }
};

/** The type of the convolution before its epilogue. */
function inferProduct(x: TensorType, filters: TensorType, attrs: ConvMatmulAttrs): TensorType {
  checkImage('x', x);
  const [n, height, width, channels] = x.shape as readonly [number, number, number, number];
  const depth = (attrs.window[0] * attrs.window[1] * channels) / attrs.groups;
  if (x.dtype === 'bool' || filters.dtype !== x.dtype) throw refuseDType('filters', `it is ${filters.dtype} and \`x\` is ${x.dtype}.`, 'pass two float32 or two int32 tensors.');
  if (filters.shape.length !== 2 || filters.shape[0] !== depth) {
    throw refuseShape('filters', `${formatShape(filters.shape)} is not [KH * KW * C / groups, O], with ${depth} rows here.`, 'flatten the filters to [KH * KW * C / groups, O].');
  }
  checkGroups(channels, filters.shape[1]!, attrs.groups);
  const counts = windowCounts([height, width], attrs);
  return { dtype: x.dtype, shape: [n, ...counts, filters.shape[1]!] };
}

export const convMatmulOp = /* @__PURE__ */ defineOp<ConvMatmulAttrs>({
  name: 'convMatmul',
  args: ['x', 'filters', '...extras'],
  infer: ([x, filters, ...extras], attrs) => inferEpilogue(attrs.epilogue, inferProduct(x!, filters!, attrs), extras),
  decompose: ([x, filters, ...extras], { epilogue, groups, ...window }) => {
    const patches = apply(im2colOp, [x!], window);
    const [n, rows, columns, depth] = patches.shape as readonly [number, number, number, number];
    const [places, area, outputs] = [n * rows * columns, window.window[0] * window.window[1], filters!.shape[1]!];
    const result = groups === 1 ? matmul(reshape(patches, [places, depth]), filters!) : groupedProduct(patches, filters!, { groups, places, area, depth: x!.shape[3]! / groups, outputs });
    const product = reshape(result, [n, rows, columns, outputs]);
    return applyBody(epilogue, [product, ...extras]);
  },
  flops: ([x, filters, ...extras], attrs) => {
    const product = inferProduct(x!, filters!, attrs);
    return 2 * sizeOf(product.shape) * filters!.shape[0]! + bodyFlops(attrs.epilogue, [product, ...extras]);
  },
});
