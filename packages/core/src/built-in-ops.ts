/** The definitions of the built-in ops, by name: for tools that go through all of them, such as the conformance kit. */
import type { OpDef } from './expr/op-def.js';
import { absOp } from './ops/elementwise/abs.js';
import { acosOp } from './ops/elementwise/acos.js';
import { acoshOp } from './ops/elementwise/acosh.js';
import { addOp } from './ops/elementwise/add.js';
import { asinOp } from './ops/elementwise/asin.js';
import { asinhOp } from './ops/elementwise/asinh.js';
import { atanOp } from './ops/elementwise/atan.js';
import { atan2Op } from './ops/elementwise/atan2.js';
import { atanhOp } from './ops/elementwise/atanh.js';
import { castOp } from './ops/elementwise/cast.js';
import { ceilOp } from './ops/elementwise/ceil.js';
import { clipOp } from './ops/elementwise/clip.js';
import { cosOp } from './ops/elementwise/cos.js';
import { coshOp } from './ops/elementwise/cosh.js';
import { divNoNanOp } from './ops/elementwise/div-no-nan.js';
import { divOp } from './ops/elementwise/div.js';
import { eluOp } from './ops/elementwise/elu.js';
import { equalOp } from './ops/elementwise/equal.js';
import { erfOp } from './ops/elementwise/erf.js';
import { expOp } from './ops/elementwise/exp.js';
import { expm1Op } from './ops/elementwise/expm1.js';
import { floorDivOp } from './ops/elementwise/floor-div.js';
import { floorOp } from './ops/elementwise/floor.js';
import { geluOp } from './ops/elementwise/gelu.js';
import { greaterEqualOp } from './ops/elementwise/greater-equal.js';
import { greaterOp } from './ops/elementwise/greater.js';
import { hardSigmoidOp } from './ops/elementwise/hard-sigmoid.js';
import { hardSwishOp } from './ops/elementwise/hard-swish.js';
import { isFiniteOp } from './ops/elementwise/is-finite.js';
import { isInfOp } from './ops/elementwise/is-inf.js';
import { isNaNOp } from './ops/elementwise/is-nan.js';
import { leakyReluOp } from './ops/elementwise/leaky-relu.js';
import { lessEqualOp } from './ops/elementwise/less-equal.js';
import { lessOp } from './ops/elementwise/less.js';
import { logSigmoidOp } from './ops/elementwise/log-sigmoid.js';
import { logOp } from './ops/elementwise/log.js';
import { log1pOp } from './ops/elementwise/log1p.js';
import { logicalAndOp } from './ops/elementwise/logical-and.js';
import { logicalNotOp } from './ops/elementwise/logical-not.js';
import { logicalOrOp } from './ops/elementwise/logical-or.js';
import { logicalXorOp } from './ops/elementwise/logical-xor.js';
import { maxOp } from './ops/elementwise/maximum.js';
import { minOp } from './ops/elementwise/minimum.js';
import { mishOp } from './ops/elementwise/mish.js';
import { modOp } from './ops/elementwise/mod.js';
import { mulOp } from './ops/elementwise/mul.js';
import { negOp } from './ops/elementwise/neg.js';
import { notEqualOp } from './ops/elementwise/not-equal.js';
import { powOp } from './ops/elementwise/pow.js';
import { preluOp } from './ops/elementwise/prelu.js';
import { reciprocalOp } from './ops/elementwise/reciprocal.js';
import { reluOp } from './ops/elementwise/relu.js';
import { relu6Op } from './ops/elementwise/relu6.js';
import { roundOp } from './ops/elementwise/round.js';
import { rsqrtOp } from './ops/elementwise/rsqrt.js';
import { seluOp } from './ops/elementwise/selu.js';
import { sigmoidOp } from './ops/elementwise/sigmoid.js';
import { signOp } from './ops/elementwise/sign.js';
import { sinOp } from './ops/elementwise/sin.js';
import { sinhOp } from './ops/elementwise/sinh.js';
import { softplusOp } from './ops/elementwise/softplus.js';
import { softsignOp } from './ops/elementwise/softsign.js';
import { sqrtOp } from './ops/elementwise/sqrt.js';
import { squareOp } from './ops/elementwise/square.js';
import { squaredDifferenceOp } from './ops/elementwise/squared-difference.js';
import { stepOp } from './ops/elementwise/step.js';
import { subOp } from './ops/elementwise/sub.js';
import { swishOp } from './ops/elementwise/swish.js';
import { tanOp } from './ops/elementwise/tan.js';
import { tanhOp } from './ops/elementwise/tanh.js';
import { whereOp } from './ops/elementwise/where.js';
import { convFilterMatmulOp } from './ops/fused/conv-filter-matmul.js';
import { convInputMatmulOp } from './ops/fused/conv-input-matmul.js';
import { convMatmulOp } from './ops/fused/conv-matmul.js';
import { fusedElementwiseOp } from './ops/fused/fused-elementwise.js';
import { matmulEpilogueOp } from './ops/fused/matmul-epilogue.js';
import { avgPool2dGradientOp } from './ops/image/avg-pool2d-gradient.js';
import { avgPool2dOp } from './ops/image/avg-pool2d.js';
import { col2imOp } from './ops/image/col2im.js';
import { conv2dBackpropFilterOp } from './ops/image/conv2d-backprop-filter.js';
import { conv2dTransposeOp } from './ops/image/conv2d-transpose.js';
import { conv2dOp } from './ops/image/conv2d.js';
import { im2colOp } from './ops/image/im2col.js';
import { maxPool2dGradientOp } from './ops/image/max-pool2d-gradient.js';
import { maxPool2dOp } from './ops/image/max-pool2d.js';
import { matmulOp } from './ops/linalg/matmul.js';
import { batchNormOp } from './ops/norm/batch-norm.js';
import { layerNormOp } from './ops/norm/layer-norm.js';
import { logSoftmaxOp } from './ops/norm/log-softmax.js';
import { softmaxOp } from './ops/norm/softmax.js';
import { argMaxOp } from './ops/reduce/arg-max.js';
import { cumsumOp } from './ops/reduce/cumsum.js';
import { reduceMaxOp } from './ops/reduce/max.js';
import { reduceProdOp } from './ops/reduce/prod.js';
import { reduceSumOp } from './ops/reduce/sum.js';
import { broadcastOp } from './ops/shape/broadcast.js';
import { concatOp } from './ops/shape/concat.js';
import { gatherOp } from './ops/shape/gather.js';
import { padOp } from './ops/shape/pad.js';
import { reshapeOp } from './ops/shape/reshape.js';
import { reverseOp } from './ops/shape/reverse.js';
import { scatterAddOp } from './ops/shape/scatter-add.js';
import { sliceOp } from './ops/shape/slice.js';
import { transposeOp } from './ops/shape/transpose.js';

const all = [
  // elementwise
  absOp, acosOp, acoshOp, addOp, asinOp, asinhOp, atanOp, atan2Op, atanhOp, castOp, ceilOp, clipOp, cosOp, coshOp,
  divNoNanOp, divOp, eluOp, equalOp, erfOp, expOp, expm1Op, floorDivOp, floorOp, geluOp, greaterEqualOp, greaterOp,
  hardSigmoidOp, hardSwishOp, isFiniteOp, isInfOp, isNaNOp, leakyReluOp, lessEqualOp, lessOp, logSigmoidOp, logOp,
  log1pOp, logicalAndOp, logicalNotOp, logicalOrOp, logicalXorOp, maxOp, minOp, mishOp, modOp, mulOp, negOp,
  notEqualOp, powOp, preluOp, reciprocalOp, reluOp, relu6Op, roundOp, rsqrtOp, seluOp, sigmoidOp, signOp, sinOp,
  sinhOp, softplusOp, softsignOp, sqrtOp, squareOp, squaredDifferenceOp, stepOp, subOp, swishOp, tanOp, tanhOp,
  whereOp,
  // fused
  convFilterMatmulOp, convInputMatmulOp, convMatmulOp, fusedElementwiseOp, matmulEpilogueOp,
  // image
  avgPool2dGradientOp, avgPool2dOp, col2imOp, conv2dBackpropFilterOp, conv2dTransposeOp, conv2dOp, im2colOp, maxPool2dGradientOp,
  maxPool2dOp,
  // linalg
  matmulOp,
  // norm
  batchNormOp, layerNormOp, logSoftmaxOp, softmaxOp,
  // reduce
  argMaxOp, cumsumOp, reduceMaxOp, reduceProdOp, reduceSumOp,
  // shape
  broadcastOp, concatOp, gatherOp, padOp, reshapeOp, reverseOp, scatterAddOp, sliceOp, transposeOp,
] as readonly OpDef<never>[] as readonly OpDef[];

const byName = (ops: readonly OpDef[]): ReadonlyMap<string, OpDef> => new Map(ops.map((op) => [op.name, op]));

export const builtInOps: ReadonlyMap<string, OpDef> = /* @__PURE__ */ byName(all);
