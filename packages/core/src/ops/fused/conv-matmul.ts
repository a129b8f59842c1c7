import type { Kernel } from '../../backend/kernel.js';
import { refuseDType, refuseShape } from '../../errors/refuse.js';
import { defineOp } from '../../expr/op-def.js';
import { apply } from '../../tensor/operand.js';
import { formatShape, sizeOf } from '../../types/shape.js';
import type { TensorType } from '../../types/tensor-type.js';
import { accumulator, addScaledOf } from '../accumulator.js';
import { windowCounts, type WindowAttrs } from '../geometry.js';
import { checkImage, im2colOp } from '../image/im2col.js';
import { matmul } from '../linalg/matmul.js';
import { reshape } from '../shape/reshape.js';
import { applyBody, bodyFlops, type ElementwiseBody } from './body.js';
import { inferEpilogue, rowStore } from './epilogue.js';

export type ConvMatmulAttrs = WindowAttrs & { readonly epilogue: ElementwiseBody };

/**
 * The dot products of every patch with every filter, read straight from the image: no patch matrix. Zeros outside of the image are
 * multiplied like any other element, so that filters with infinities give what im2col and matmul give.
 */
export const convMatmulReference: Kernel<ConvMatmulAttrs> = ({ attrs, inputs: [x, filters, ...extras], output }) => {
  const { window, strides, dilations, padding, epilogue } = attrs;
  const [batch, height, width, channels] = x!.type.shape as readonly [number, number, number, number];
  const [, rows, columns, outputs] = output.type.shape as readonly [number, number, number, number];
  const { dtype } = x!.type;
  const sums = accumulator(dtype, outputs);
  const addScaled = addScaledOf(dtype);
  const store = rowStore(epilogue, { dtype, shape: output.type.shape }, extras, x!.data, output);

  let position = 0;
  for (let n = 0; n < batch; n++) {
    for (let i = 0; i < rows; i++) {
      for (let j = 0; j < columns; j++) {
        sums.fill(0);
        let k = 0;
        for (let kh = 0; kh < window[0]; kh++) {
          const row = i * strides[0] - padding[0][0] + kh * dilations[0];
          for (let kw = 0; kw < window[1]; kw++) {
            const column = j * strides[1] - padding[1][0] + kw * dilations[1];
            const isInside = row >= 0 && row < height && column >= 0 && column < width;
            const from = ((n * height + row) * width + column) * channels;
            for (let c = 0; c < channels; c++, k++) addScaled(sums, isInside ? x!.data[from + c]! : 0, filters!.data, k * outputs, 1);
          }
        }
        store(sums, position);
        position += outputs;
      }
    }
  }
};

/** The type of the convolution before its epilogue. */
function inferProduct(x: TensorType, filters: TensorType, attrs: WindowAttrs): TensorType {
  checkImage('x', x);
  const [n, height, width, channels] = x.shape as readonly [number, number, number, number];
  const depth = attrs.window[0] * attrs.window[1] * channels;
  if (x.dtype === 'bool' || filters.dtype !== x.dtype) throw refuseDType('filters', `it is ${filters.dtype} and \`x\` is ${x.dtype}.`, 'pass two float32 or two int32 tensors.');
  if (filters.shape.length !== 2 || filters.shape[0] !== depth) {
    throw refuseShape('filters', `${formatShape(filters.shape)} is not [KH * KW * C, O], with ${depth} rows here.`, 'flatten the filters to [KH * KW * C, O].');
  }
  const counts = windowCounts([height, width], attrs);
  return { dtype: x.dtype, shape: [n, ...counts, filters.shape[1]!] };
}

export const convMatmulOp = /* @__PURE__ */ defineOp<ConvMatmulAttrs>({
  name: 'convMatmul',
  args: ['x', 'filters', '...extras'],
  infer: ([x, filters, ...extras], attrs) => inferEpilogue(attrs.epilogue, inferProduct(x!, filters!, attrs), extras),
  decompose: ([x, filters, ...extras], { epilogue, ...window }) => {
    const patches = apply(im2colOp, [x!], window);
    const [n, rows, columns, depth] = patches.shape as readonly [number, number, number, number];
    const product = reshape(matmul(reshape(patches, [n * rows * columns, depth]), filters!), [n, rows, columns, filters!.shape[1]!]);
    return applyBody(epilogue, [product, ...extras]);
  },
  flops: ([x, filters, ...extras], attrs) => {
    const product = inferProduct(x!, filters!, attrs);
    return 2 * sizeOf(product.shape) * filters!.shape[0]! + bodyFlops(attrs.epilogue, [product, ...extras]);
  },
});
