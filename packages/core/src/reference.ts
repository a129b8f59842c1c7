/** Plain kernels, one an op: what every backend is held to, and where a plugin starts. And what backends are made of. */
export { builtInOps } from './built-in-ops.js';
export { elementwiseKernel, forEachIndex, isReferenceKernel, scalarFormOf, type Kernel, type KernelCall, type KernelTensor } from './backend/kernel.js';
export { kernelBackend, type KernelBackendOptions } from './backend/kernel-backend.js';
export { primitiveNames, type PrimitiveName } from './ops/primitives.js';
export { planSlots, type SizeOf, type SlotPlan } from './program/plan-slots.js';
import { asReferences, elementwiseKernel, type Kernel } from './backend/kernel.js';
import type { Attrs } from './expr/attrs.js';
import type { ScalarForm } from './expr/op-def.js';
import { absScalar } from './ops/elementwise/abs.js';
import { acosScalar } from './ops/elementwise/acos.js';
import { acoshScalar } from './ops/elementwise/acosh.js';
import { addScalar } from './ops/elementwise/add.js';
import { asinScalar } from './ops/elementwise/asin.js';
import { asinhScalar } from './ops/elementwise/asinh.js';
import { atanScalar } from './ops/elementwise/atan.js';
import { atan2Scalar } from './ops/elementwise/atan2.js';
import { atanhScalar } from './ops/elementwise/atanh.js';
import { castScalar } from './ops/elementwise/cast.js';
import { ceilScalar } from './ops/elementwise/ceil.js';
import { clipScalar } from './ops/elementwise/clip.js';
import { cosScalar } from './ops/elementwise/cos.js';
import { coshScalar } from './ops/elementwise/cosh.js';
import { divScalar } from './ops/elementwise/div.js';
import { divNoNanScalar } from './ops/elementwise/div-no-nan.js';
import { eluScalar } from './ops/elementwise/elu.js';
import { equalScalar } from './ops/elementwise/equal.js';
import { erfScalar } from './ops/elementwise/erf.js';
import { expScalar } from './ops/elementwise/exp.js';
import { expm1Scalar } from './ops/elementwise/expm1.js';
import { floorScalar } from './ops/elementwise/floor.js';
import { geluScalar } from './ops/elementwise/gelu.js';
import { greaterScalar } from './ops/elementwise/greater.js';
import { greaterEqualScalar } from './ops/elementwise/greater-equal.js';
import { hardSigmoidScalar } from './ops/elementwise/hard-sigmoid.js';
import { hardSwishScalar } from './ops/elementwise/hard-swish.js';
import { isFiniteScalar } from './ops/elementwise/is-finite.js';
import { isInfScalar } from './ops/elementwise/is-inf.js';
import { isNaNScalar } from './ops/elementwise/is-nan.js';
import { leakyReluScalar } from './ops/elementwise/leaky-relu.js';
import { lessScalar } from './ops/elementwise/less.js';
import { lessEqualScalar } from './ops/elementwise/less-equal.js';
import { logScalar } from './ops/elementwise/log.js';
import { logSigmoidScalar } from './ops/elementwise/log-sigmoid.js';
import { log1pScalar } from './ops/elementwise/log1p.js';
import { logicalAndScalar } from './ops/elementwise/logical-and.js';
import { logicalNotScalar } from './ops/elementwise/logical-not.js';
import { logicalOrScalar } from './ops/elementwise/logical-or.js';
import { logicalXorScalar } from './ops/elementwise/logical-xor.js';
import { maxScalar } from './ops/elementwise/maximum.js';
import { minScalar } from './ops/elementwise/minimum.js';
import { mishScalar } from './ops/elementwise/mish.js';
import { modScalar } from './ops/elementwise/mod.js';
import { mulScalar } from './ops/elementwise/mul.js';
import { negScalar } from './ops/elementwise/neg.js';
import { notEqualScalar } from './ops/elementwise/not-equal.js';
import { powScalar } from './ops/elementwise/pow.js';
import { preluScalar } from './ops/elementwise/prelu.js';
import { reciprocalScalar } from './ops/elementwise/reciprocal.js';
import { reluScalar } from './ops/elementwise/relu.js';
import { relu6Scalar } from './ops/elementwise/relu6.js';
import { roundScalar } from './ops/elementwise/round.js';
import { rsqrtScalar } from './ops/elementwise/rsqrt.js';
import { seluScalar } from './ops/elementwise/selu.js';
import { sigmoidScalar } from './ops/elementwise/sigmoid.js';
import { signScalar } from './ops/elementwise/sign.js';
import { sinScalar } from './ops/elementwise/sin.js';
import { sinhScalar } from './ops/elementwise/sinh.js';
import { softplusScalar } from './ops/elementwise/softplus.js';
import { softsignScalar } from './ops/elementwise/softsign.js';
import { sqrtScalar } from './ops/elementwise/sqrt.js';
import { squareScalar } from './ops/elementwise/square.js';
import { squaredDifferenceScalar } from './ops/elementwise/squared-difference.js';
import { stepScalar } from './ops/elementwise/step.js';
import { subScalar } from './ops/elementwise/sub.js';
import { swishScalar } from './ops/elementwise/swish.js';
import { tanScalar } from './ops/elementwise/tan.js';
import { tanhScalar } from './ops/elementwise/tanh.js';
import { whereScalar } from './ops/elementwise/where.js';
import { argMaxReference } from './ops/reduce/arg-max.js';
import { cumsumReference } from './ops/reduce/cumsum.js';
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
import { avgPool2dGradientReference } from './ops/image/avg-pool2d-gradient.js';
import { avgPool2dReference } from './ops/image/avg-pool2d.js';
import { col2imReference } from './ops/image/col2im.js';
import { im2colReference } from './ops/image/im2col.js';
import { maxPool2dGradientReference } from './ops/image/max-pool2d-gradient.js';
import { maxPool2dReference } from './ops/image/max-pool2d.js';
import { logSoftmaxReference } from './ops/norm/log-softmax.js';
import { softmaxReference } from './ops/norm/softmax.js';
import { convFilterMatmulReference } from './ops/fused/conv-filter-matmul.js';
import { convInputMatmulReference } from './ops/fused/conv-input-matmul.js';
import { convMatmulReference } from './ops/fused/conv-matmul.js';
import { fusedElementwiseReference } from './ops/fused/fused-elementwise.js';
import { matmulEpilogueReference } from './ops/fused/matmul-epilogue.js';
import type { PrimitiveName } from './ops/primitives.js';

const elementwise = <A extends Attrs>(form: ScalarForm<A>): Kernel => elementwiseKernel(form) as Kernel;

export const referenceKernels = /* @__PURE__ */ asReferences({
  // elementwise
  abs: elementwise(absScalar),
  acos: elementwise(acosScalar),
  acosh: elementwise(acoshScalar),
  add: elementwise(addScalar),
  asin: elementwise(asinScalar),
  asinh: elementwise(asinhScalar),
  atan: elementwise(atanScalar),
  atan2: elementwise(atan2Scalar),
  atanh: elementwise(atanhScalar),
  cast: elementwise(castScalar),
  ceil: elementwise(ceilScalar),
  clip: elementwise(clipScalar),
  cos: elementwise(cosScalar),
  cosh: elementwise(coshScalar),
  div: elementwise(divScalar),
  divNoNan: elementwise(divNoNanScalar),
  elu: elementwise(eluScalar),
  equal: elementwise(equalScalar),
  erf: elementwise(erfScalar),
  exp: elementwise(expScalar),
  expm1: elementwise(expm1Scalar),
  floor: elementwise(floorScalar),
  gelu: elementwise(geluScalar),
  greater: elementwise(greaterScalar),
  greaterEqual: elementwise(greaterEqualScalar),
  hardSigmoid: elementwise(hardSigmoidScalar),
  hardSwish: elementwise(hardSwishScalar),
  isFinite: elementwise(isFiniteScalar),
  isInf: elementwise(isInfScalar),
  isNaN: elementwise(isNaNScalar),
  leakyRelu: elementwise(leakyReluScalar),
  less: elementwise(lessScalar),
  lessEqual: elementwise(lessEqualScalar),
  log: elementwise(logScalar),
  log1p: elementwise(log1pScalar),
  logicalAnd: elementwise(logicalAndScalar),
  logicalNot: elementwise(logicalNotScalar),
  logicalOr: elementwise(logicalOrScalar),
  logicalXor: elementwise(logicalXorScalar),
  logSigmoid: elementwise(logSigmoidScalar),
  max: elementwise(maxScalar),
  min: elementwise(minScalar),
  mish: elementwise(mishScalar),
  mod: elementwise(modScalar),
  mul: elementwise(mulScalar),
  neg: elementwise(negScalar),
  notEqual: elementwise(notEqualScalar),
  pow: elementwise(powScalar),
  prelu: elementwise(preluScalar),
  reciprocal: elementwise(reciprocalScalar),
  relu: elementwise(reluScalar),
  relu6: elementwise(relu6Scalar),
  round: elementwise(roundScalar),
  rsqrt: elementwise(rsqrtScalar),
  selu: elementwise(seluScalar),
  sigmoid: elementwise(sigmoidScalar),
  sign: elementwise(signScalar),
  sin: elementwise(sinScalar),
  sinh: elementwise(sinhScalar),
  softplus: elementwise(softplusScalar),
  softsign: elementwise(softsignScalar),
  sqrt: elementwise(sqrtScalar),
  square: elementwise(squareScalar),
  squaredDifference: elementwise(squaredDifferenceScalar),
  step: elementwise(stepScalar),
  sub: elementwise(subScalar),
  swish: elementwise(swishScalar),
  tan: elementwise(tanScalar),
  tanh: elementwise(tanhScalar),
  where: elementwise(whereScalar),
  // reductions
  argMax: argMaxReference as Kernel,
  cumsum: cumsumReference as Kernel,
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
  avgPool2d: avgPool2dReference as Kernel,
  maxPool2d: maxPool2dReference as Kernel,
  avgPool2dGradient: avgPool2dGradientReference as Kernel,
  maxPool2dGradient: maxPool2dGradientReference as Kernel,
  // fused
  convMatmul: convMatmulReference as Kernel,
  convFilterMatmul: convFilterMatmulReference as Kernel,
  convInputMatmul: convInputMatmulReference as Kernel,
  fusedElementwise: fusedElementwiseReference as Kernel,
  matmulEpilogue: matmulEpilogueReference as Kernel,
  // normalisation
  logSoftmax: logSoftmaxReference as Kernel,
  softmax: softmaxReference as Kernel,
} satisfies Record<PrimitiveName, Kernel> & Record<string, Kernel>);
