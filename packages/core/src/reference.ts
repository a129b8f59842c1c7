/** Plain kernels, one an op: what every backend is held to, and where a plugin starts. */
import { elementwiseKernel, type Kernel } from './backend/kernel.js';
import type { Attrs } from './expr/attrs.js';
import type { ScalarForm } from './expr/op-def.js';
import { addScalar } from './ops/elementwise/add.js';
import { castScalar } from './ops/elementwise/cast.js';
import { cosScalar } from './ops/elementwise/cos.js';
import { divScalar } from './ops/elementwise/div.js';
import { equalScalar } from './ops/elementwise/equal.js';
import { expScalar } from './ops/elementwise/exp.js';
import { floorScalar } from './ops/elementwise/floor.js';
import { isNaNScalar } from './ops/elementwise/is-nan.js';
import { lessScalar } from './ops/elementwise/less.js';
import { logScalar } from './ops/elementwise/log.js';
import { maxScalar } from './ops/elementwise/maximum.js';
import { minScalar } from './ops/elementwise/minimum.js';
import { modScalar } from './ops/elementwise/mod.js';
import { mulScalar } from './ops/elementwise/mul.js';
import { negScalar } from './ops/elementwise/neg.js';
import { powScalar } from './ops/elementwise/pow.js';
import { reluScalar } from './ops/elementwise/relu.js';
import { sinScalar } from './ops/elementwise/sin.js';
import { sqrtScalar } from './ops/elementwise/sqrt.js';
import { subScalar } from './ops/elementwise/sub.js';
import { tanhScalar } from './ops/elementwise/tanh.js';
import { whereScalar } from './ops/elementwise/where.js';
import { argMaxReference } from './ops/reduce/arg-max.js';
import { reduceMaxReference } from './ops/reduce/max.js';
import { reduceProdReference } from './ops/reduce/prod.js';
import { reduceSumReference } from './ops/reduce/sum.js';

const elementwise = <A extends Attrs>(form: ScalarForm<A>): Kernel => elementwiseKernel(form) as Kernel;

export const referenceKernels = {
  // elementwise
  add: elementwise(addScalar),
  cast: elementwise(castScalar),
  cos: elementwise(cosScalar),
  div: elementwise(divScalar),
  equal: elementwise(equalScalar),
  exp: elementwise(expScalar),
  floor: elementwise(floorScalar),
  isNaN: elementwise(isNaNScalar),
  less: elementwise(lessScalar),
  log: elementwise(logScalar),
  max: elementwise(maxScalar),
  min: elementwise(minScalar),
  mod: elementwise(modScalar),
  mul: elementwise(mulScalar),
  neg: elementwise(negScalar),
  pow: elementwise(powScalar),
  relu: elementwise(reluScalar),
  sin: elementwise(sinScalar),
  sqrt: elementwise(sqrtScalar),
  sub: elementwise(subScalar),
  tanh: elementwise(tanhScalar),
  where: elementwise(whereScalar),
  // reductions
  argMax: argMaxReference as Kernel,
  reduceMax: reduceMaxReference as Kernel,
  reduceProd: reduceProdReference as Kernel,
  reduceSum: reduceSumReference as Kernel,
} satisfies Record<string, Kernel>;
