/** Plain kernels, one an op: what every backend is held to, and where a plugin starts. */
import { elementwiseKernel, type Kernel } from './backend/kernel.js';
import { addScalar } from './ops/elementwise/add.js';
import { castScalar } from './ops/elementwise/cast.js';

export const referenceKernels = {
  add: elementwiseKernel(addScalar),
  cast: elementwiseKernel(castScalar) as Kernel,
} satisfies Record<string, Kernel>;
