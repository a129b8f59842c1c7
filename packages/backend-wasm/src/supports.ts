import type { OpCall } from '@unfoldjs/core';
import { referenceKernels } from '@unfoldjs/core/reference';
import { bodyOf, missingIn, singleBody } from './elementwise/body.js';

/**
 * Every op that has reference loops, but for elementwise code that no kernel can be written for: ops that are made of others are taken
 * apart until there is code for them, and such code is not fused with what has a kernel. Nor are products of int32, whose parts have kernels.
 */
export function supports({ op, attrs, inputs, output }: OpCall): true | string {
  if (!Object.hasOwn(referenceKernels, op.name)) return `wasm has no kernel ${op.name}`;
  const dtypes = inputs.map(({ dtype }) => dtype);
  if (op.isPrimitive && op.isElementwise) return true;
  if (attrs.epilogue && dtypes[0] === 'int32') return `wasm has kernels for the parts of ${op.name} of int32, not for the whole`;
  const missing = op.isElementwise
    ? missingIn(singleBody({ op, attrs, inputs, dtype: output.dtype }), dtypes)
    : op.name === 'fusedElementwise'
      ? missingIn(bodyOf(attrs.body), dtypes)
      : missingIn(bodyOf(attrs.epilogue), ['float32', ...dtypes.slice(2)]);
  return missing ? `wasm has no code for ${missing.name} of ${dtypes.join(', ')} in its kernels` : true;
}
