import type { Kernel } from '../../backend/kernel.js';
import { refuseDType, refuseShape } from '../../errors/refuse.js';
import { defineOp } from '../../expr/op-def.js';
import { apply } from '../../tensor/operand.js';
import { formatShape, sizeOf } from '../../types/shape.js';
import type { TensorType } from '../../types/tensor-type.js';
import { accumulator, addScaledOf } from '../accumulator.js';
import { windowCounts } from '../geometry.js';
import { checkGroups, groupedFilters } from '../image/groups.js';
import { checkImage, forEachPixelOfPatches, im2colOp } from '../image/im2col.js';
import { matmul } from '../linalg/matmul.js';
import { reshape } from '../shape/reshape.js';
import { applyBody, bodyFlops } from './body.js';
import type { ConvMatmulAttrs } from './conv-matmul.js';
import { inferEpilogue, rowStore } from './epilogue.js';

/**
 * Every pixel of every patch times the outputs at its place, summed in the row of that pixel: no patch matrix. Zeros outside of the
 * image are multiplied like any other element, so that infinities give what im2col and matmul give.
 */
export const convFilterMatmulReference: Kernel<ConvMatmulAttrs> = ({ attrs, inputs: [x, dy, ...extras], output }) => {
  const [, height, width, channels] = x!.type.shape as readonly [number, number, number, number];
  const { dtype } = x!.type;
  const product = inferProduct(x!.type, dy!.type, attrs);
  const [depth, outputs] = product.shape as readonly [number, number];
  const sums = accumulator(dtype, depth * outputs);
  const { groups } = attrs;
  const [each, inGroup] = [outputs / groups, channels / groups];
  const rows = Array.from({ length: depth }, (_, k) => Array.from({ length: groups }, (_, g) => sums.subarray(k * outputs + g * each, k * outputs + (g + 1) * each)));
  const addScaled = addScaledOf(dtype);

  let k = 0;
  let place = 0;
  forEachPixelOfPatches(attrs, x!.type, dy!.type, (n, row, column) => {
    const isInside = row >= 0 && row < height && column >= 0 && column < width;
    const from = ((n * height + row) * width + column) * channels;
    for (let g = 0; g < groups; g++) {
      for (let c = 0; c < inGroup; c++) addScaled(rows[k + c]![g]!, isInside ? x!.data[from + g * inGroup + c]! : 0, dy!.data, place + g * each, 1);
    }
    k += inGroup;
    if (k < depth) return;
    k = 0;
    place += outputs;
  });
  const store = rowStore(attrs.epilogue, product, extras, x!.data, output);
  for (let row = 0; row < depth; row++) store(sums.subarray(row * outputs, (row + 1) * outputs), row * outputs);
};

/** The type of the filters' gradient before its epilogue: `[KH * KW * C / groups, O]`. */
function inferProduct(x: TensorType, dy: TensorType, attrs: ConvMatmulAttrs): TensorType {
  checkImage('x', x);
  checkImage('dy', dy, '[N, OH, OW, O]');
  const [batch, height, width, channels] = x.shape as readonly [number, number, number, number];
  if (x.dtype === 'bool' || dy.dtype !== x.dtype) throw refuseDType('dy', `it is ${dy.dtype} and \`x\` is ${x.dtype}.`, 'pass two float32 or two int32 tensors.');
  const places = [batch, ...windowCounts([height, width], attrs)];
  if (places.some((dim, axis) => dim !== dy.shape[axis])) throw refuseShape('dy', `${formatShape(dy.shape)} is not [${places.join(', ')}, O].`, 'pass a row of outputs for every place of the window.');
  checkGroups(channels, dy.shape[3]!, attrs.groups);
  return { dtype: x.dtype, shape: [attrs.window[0] * attrs.window[1] * (channels / attrs.groups), dy.shape[3]!] };
}

/** Patches, turned, times the gradients of what they made: the gradient of `convMatmul` with respect to its filters. */
export const convFilterMatmulOp = /* @__PURE__ */ defineOp<ConvMatmulAttrs>({
  name: 'convFilterMatmul',
  args: ['x', 'dy', '...extras'],
  infer: ([x, dy, ...extras], attrs) => inferEpilogue(attrs.epilogue, inferProduct(x!, dy!, attrs), extras),
  decompose: ([x, dy, ...extras], { epilogue, groups, ...window }) => {
    const patches = apply(im2colOp, [x!], window);
    const places = sizeOf(patches.shape.slice(0, 3));
    const [area, depth, outputs] = [window.window[0] * window.window[1], x!.shape[3]! / groups, dy!.shape[3]!];
    const product =
      groups === 1
        ? matmul(reshape(patches, [places, area * depth]), reshape(dy!, [places, outputs]), { transposeA: true })
        : reshape(groupedFilters(patches, dy!, { groups, places, area, depth, outputs }), [area * depth, outputs]);
    return applyBody(epilogue, [product, ...extras]);
  },
  flops: ([x, dy, ...extras], attrs) => {
    const product = inferProduct(x!, dy!, attrs);
    return 2 * sizeOf(dy!.shape) * product.shape[0]! + bodyFlops(attrs.epilogue, [product, ...extras]);
  },
});
