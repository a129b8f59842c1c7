import type { Kernel } from '../../backend/kernel.js';
import { defineOp } from '../../expr/op-def.js';
import { apply } from '../../tensor/operand.js';
import { inferMatmul, matmulFlops, matmulOp, multiplyRows, type MatmulAttrs } from '../linalg/matmul.js';
import { applyBody, bodyFlops, type ElementwiseBody } from './body.js';
import { inferEpilogue, rowStore } from './epilogue.js';

export type MatmulEpilogueAttrs = MatmulAttrs & { readonly epilogue: ElementwiseBody };

export const matmulEpilogueReference: Kernel<MatmulEpilogueAttrs> = (call) => {
  const { attrs, inputs: [a, b, ...extras], output } = call;
  multiplyRows(call, rowStore(attrs.epilogue, inferMatmul(a!.type, b!.type, attrs), extras, a!.data, output));
};

export const matmulEpilogueOp = /* @__PURE__ */ defineOp<MatmulEpilogueAttrs>({
  name: 'matmulEpilogue',
  args: ['a', 'b', '...extras'],
  infer: ([a, b, ...extras], attrs) => inferEpilogue(attrs.epilogue, inferMatmul(a!, b!, attrs), extras),
  decompose: ([a, b, ...extras], { transposeA, transposeB, epilogue }) =>
    applyBody(epilogue, [apply(matmulOp, [a!, b!], { transposeA, transposeB }), ...extras]),
  flops: ([a, b, ...extras], attrs, output) => {
    const product = inferMatmul(a!, b!, attrs);
    return matmulFlops([a!, b!], attrs, output) + bodyFlops(attrs.epilogue, [product, ...extras]);
  },
});
