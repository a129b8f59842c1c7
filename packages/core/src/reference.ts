/** Plain kernels, one an op: what every backend is held to, and where a plugin starts. */
export { builtInOps } from './built-in-ops.js';
import { elementwiseKernel, type Kernel } from './backend/kernel.js';
import type { Attrs } from './expr/attrs.js';
import type { ScalarForm } from './expr/op-def.js';
import { absScalar } from './ops/elementwise/abs.js';
import { addScalar } from './ops/elementwise/add.js';
import { castScalar } from './ops/elementwise/cast.js';
import { ceilScalar } from './ops/elementwise/ceil.js';
import { cosScalar } from './ops/elementwise/cos.js';
import { divNoNanScalar } from './ops/elementwise/div-no-nan.js';
import { divScalar } from './ops/elementwise/div.js';
import { equalScalar } from './ops/elementwise/equal.js';
import { expScalar } from './ops/elementwise/exp.js';
import { floorScalar } from './ops/elementwise/floor.js';
import { greaterEqualScalar } from './ops/elementwise/greater-equal.js';
import { greaterScalar } from './ops/elementwise/greater.js';
import { isFiniteScalar } from './ops/elementwise/is-finite.js';
import { isInfScalar } from './ops/elementwise/is-inf.js';
import { isNaNScalar } from './ops/elementwise/is-nan.js';
import { lessEqualScalar } from './ops/elementwise/less-equal.js';
import { lessScalar } from './ops/elementwise/less.js';
import { logScalar } from './ops/elementwise/log.js';
import { logicalAndScalar } from './ops/elementwise/logical-and.js';
import { logicalNotScalar } from './ops/elementwise/logical-not.js';
import { logicalOrScalar } from './ops/elementwise/logical-or.js';
import { logicalXorScalar } from './ops/elementwise/logical-xor.js';
import { maxScalar } from './ops/elementwise/maximum.js';
import { minScalar } from './ops/elementwise/minimum.js';
import { modScalar } from './ops/elementwise/mod.js';
import { mulScalar } from './ops/elementwise/mul.js';
import { negScalar } from './ops/elementwise/neg.js';
import { notEqualScalar } from './ops/elementwise/not-equal.js';
import { powScalar } from './ops/elementwise/pow.js';
import { reciprocalScalar } from './ops/elementwise/reciprocal.js';
import { reluScalar } from './ops/elementwise/relu.js';
import { roundScalar } from './ops/elementwise/round.js';
import { rsqrtScalar } from './ops/elementwise/rsqrt.js';
import { signScalar } from './ops/elementwise/sign.js';
import { sinScalar } from './ops/elementwise/sin.js';
import { sqrtScalar } from './ops/elementwise/sqrt.js';
import { squareScalar } from './ops/elementwise/square.js';
import { squaredDifferenceScalar } from './ops/elementwise/squared-difference.js';
import { subScalar } from './ops/elementwise/sub.js';
import { tanhScalar } from './ops/elementwise/tanh.js';
import { whereScalar } from './ops/elementwise/where.js';
import { argMaxReference } from './ops/reduce/arg-max.js';
import { reduceMaxReference } from './ops/reduce/max.js';
import { reduceProdReference } from './ops/reduce/prod.js';
import { reduceSumReference } from './ops/reduce/sum.js';
import { broadcastReference } from './ops/shape/broadcast.js';
import { concatReference } from './ops/shape/concat.js';
import { gatherReference } from './ops/shape/gather.js';
import { padReference } from './ops/shape/pad.js';
import { reverseReference } from './ops/shape/reverse.js';
import { scatterAddReference } from './ops/shape/scatter-add.js';
import { sliceReference } from './ops/shape/slice.js';
import { transposeReference } from './ops/shape/transpose.js';
import { matmulReference } from './ops/linalg/matmul.js';
import { col2imReference } from './ops/image/col2im.js';
import { im2colReference } from './ops/image/im2col.js';

const elementwise = <A extends Attrs>(form: ScalarForm<A>): Kernel => elementwiseKernel(form) as Kernel;

export const referenceKernels = {
  // elementwise
  abs: elementwise(absScalar),
  add: elementwise(addScalar),
  cast: elementwise(castScalar),
  ceil: elementwise(ceilScalar),
  cos: elementwise(cosScalar),
  div: elementwise(divScalar),
  divNoNan: elementwise(divNoNanScalar),
  equal: elementwise(equalScalar),
  exp: elementwise(expScalar),
  floor: elementwise(floorScalar),
  greater: elementwise(greaterScalar),
  greaterEqual: elementwise(greaterEqualScalar),
  isFinite: elementwise(isFiniteScalar),
  isInf: elementwise(isInfScalar),
  isNaN: elementwise(isNaNScalar),
  less: elementwise(lessScalar),
  lessEqual: elementwise(lessEqualScalar),
  log: elementwise(logScalar),
  logicalAnd: elementwise(logicalAndScalar),
  logicalNot: elementwise(logicalNotScalar),
  logicalOr: elementwise(logicalOrScalar),
  logicalXor: elementwise(logicalXorScalar),
  max: elementwise(maxScalar),
  min: elementwise(minScalar),
  mod: elementwise(modScalar),
  mul: elementwise(mulScalar),
  neg: elementwise(negScalar),
  notEqual: elementwise(notEqualScalar),
  pow: elementwise(powScalar),
  reciprocal: elementwise(reciprocalScalar),
  relu: elementwise(reluScalar),
  round: elementwise(roundScalar),
  rsqrt: elementwise(rsqrtScalar),
  sign: elementwise(signScalar),
  sin: elementwise(sinScalar),
  sqrt: elementwise(sqrtScalar),
  square: elementwise(squareScalar),
  squaredDifference: elementwise(squaredDifferenceScalar),
  sub: elementwise(subScalar),
  tanh: elementwise(tanhScalar),
  where: elementwise(whereScalar),
  // reductions
  argMax: argMaxReference as Kernel,
  reduceMax: reduceMaxReference as Kernel,
  reduceProd: reduceProdReference as Kernel,
  reduceSum: reduceSumReference as Kernel,
  // shape
  broadcast: broadcastReference as Kernel,
  concat: concatReference as Kernel,
  gather: gatherReference as Kernel,
  pad: padReference as Kernel,
  reverse: reverseReference as Kernel,
  scatterAdd: scatterAddReference as Kernel,
  slice: sliceReference as Kernel,
  transpose: transposeReference as Kernel,
  // linalg
  matmul: matmulReference as Kernel,
  // image
  col2im: col2imReference as Kernel,
  im2col: im2colReference as Kernel,
} satisfies Record<string, Kernel>;
