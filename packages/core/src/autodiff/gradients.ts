import type { Attrs } from '../expr/attrs.js';
import type { Gradient, OpDef } from '../expr/op-def.js';
import { absGradient, absOp } from '../ops/elementwise/abs.js';
import { acosGradient, acosOp } from '../ops/elementwise/acos.js';
import { acoshGradient, acoshOp } from '../ops/elementwise/acosh.js';
import { addGradient, addOp } from '../ops/elementwise/add.js';
import { asinGradient, asinOp } from '../ops/elementwise/asin.js';
import { asinhGradient, asinhOp } from '../ops/elementwise/asinh.js';
import { atanGradient, atanOp } from '../ops/elementwise/atan.js';
import { atan2Gradient, atan2Op } from '../ops/elementwise/atan2.js';
import { atanhGradient, atanhOp } from '../ops/elementwise/atanh.js';
import { ceilOp } from '../ops/elementwise/ceil.js';
import { clipGradient, clipOp } from '../ops/elementwise/clip.js';
import { cosGradient, cosOp } from '../ops/elementwise/cos.js';
import { coshGradient, coshOp } from '../ops/elementwise/cosh.js';
import { divGradient, divOp } from '../ops/elementwise/div.js';
import { divNoNanGradient, divNoNanOp } from '../ops/elementwise/div-no-nan.js';
import { eluGradient, eluOp } from '../ops/elementwise/elu.js';
import { erfGradient, erfOp } from '../ops/elementwise/erf.js';
import { expGradient, expOp } from '../ops/elementwise/exp.js';
import { expm1Gradient, expm1Op } from '../ops/elementwise/expm1.js';
import { zeroSlope } from '../ops/elementwise/families.js';
import { floorOp } from '../ops/elementwise/floor.js';
import { geluGradient, geluOp } from '../ops/elementwise/gelu.js';
import { leakyReluGradient, leakyReluOp } from '../ops/elementwise/leaky-relu.js';
import { logGradient, logOp } from '../ops/elementwise/log.js';
import { logSigmoidGradient, logSigmoidOp } from '../ops/elementwise/log-sigmoid.js';
import { log1pGradient, log1pOp } from '../ops/elementwise/log1p.js';
import { maxGradient, maxOp } from '../ops/elementwise/maximum.js';
import { minGradient, minOp } from '../ops/elementwise/minimum.js';
import { modGradient, modOp } from '../ops/elementwise/mod.js';
import { mulGradient, mulOp } from '../ops/elementwise/mul.js';
import { negGradient, negOp } from '../ops/elementwise/neg.js';
import { powGradient, powOp } from '../ops/elementwise/pow.js';
import { preluGradient, preluOp } from '../ops/elementwise/prelu.js';
import { reciprocalGradient, reciprocalOp } from '../ops/elementwise/reciprocal.js';
import { reluGradient, reluOp } from '../ops/elementwise/relu.js';
import { relu6Gradient, relu6Op } from '../ops/elementwise/relu6.js';
import { roundOp } from '../ops/elementwise/round.js';
import { rsqrtGradient, rsqrtOp } from '../ops/elementwise/rsqrt.js';
import { seluGradient, seluOp } from '../ops/elementwise/selu.js';
import { sigmoidGradient, sigmoidOp } from '../ops/elementwise/sigmoid.js';
import { signOp } from '../ops/elementwise/sign.js';
import { sinGradient, sinOp } from '../ops/elementwise/sin.js';
import { sinhGradient, sinhOp } from '../ops/elementwise/sinh.js';
import { softplusGradient, softplusOp } from '../ops/elementwise/softplus.js';
import { softsignGradient, softsignOp } from '../ops/elementwise/softsign.js';
import { sqrtGradient, sqrtOp } from '../ops/elementwise/sqrt.js';
import { squareGradient, squareOp } from '../ops/elementwise/square.js';
import { squaredDifferenceGradient, squaredDifferenceOp } from '../ops/elementwise/squared-difference.js';
import { stepOp } from '../ops/elementwise/step.js';
import { subGradient, subOp } from '../ops/elementwise/sub.js';
import { tanGradient, tanOp } from '../ops/elementwise/tan.js';
import { tanhGradient, tanhOp } from '../ops/elementwise/tanh.js';
import { whereGradient, whereOp } from '../ops/elementwise/where.js';
import { avgPool2dGradient, avgPool2dOp } from '../ops/image/avg-pool2d.js';
import { avgPool2dGradientGradient, avgPool2dGradientOp } from '../ops/image/avg-pool2d-gradient.js';
import { col2imGradient, col2imOp } from '../ops/image/col2im.js';
import { conv2dGradient, conv2dOp } from '../ops/image/conv2d.js';
import { conv2dBackpropFilterGradient, conv2dBackpropFilterOp } from '../ops/image/conv2d-backprop-filter.js';
import { conv2dTransposeGradient, conv2dTransposeOp } from '../ops/image/conv2d-transpose.js';
import { im2colGradient, im2colOp } from '../ops/image/im2col.js';
import { maxPool2dGradient, maxPool2dOp } from '../ops/image/max-pool2d.js';
import { matmulGradient, matmulOp } from '../ops/linalg/matmul.js';
import { logSoftmaxGradient, logSoftmaxOp } from '../ops/norm/log-softmax.js';
import { softmaxGradient, softmaxOp } from '../ops/norm/softmax.js';
import { cumsumGradient, cumsumOp } from '../ops/reduce/cumsum.js';
import { reduceMaxGradient, reduceMaxOp } from '../ops/reduce/max.js';
import { reduceProdGradient, reduceProdOp } from '../ops/reduce/prod.js';
import { reduceSumGradient, reduceSumOp } from '../ops/reduce/sum.js';
import { broadcastGradient, broadcastOp } from '../ops/shape/broadcast.js';
import { concatGradient, concatOp } from '../ops/shape/concat.js';
import { gatherGradient, gatherOp } from '../ops/shape/gather.js';
import { padGradient, padOp } from '../ops/shape/pad.js';
import { reshapeGradient, reshapeOp } from '../ops/shape/reshape.js';
import { reverseGradient, reverseOp } from '../ops/shape/reverse.js';
import { scatterAddGradient, scatterAddOp } from '../ops/shape/scatter-add.js';
import { sliceGradient, sliceOp } from '../ops/shape/slice.js';
import { transposeGradient, transposeOp } from '../ops/shape/transpose.js';

const pair = <A extends Attrs>(op: OpDef<A>, gradient: Gradient<A>): readonly [OpDef, Gradient] => [op as OpDef, gradient as Gradient];

const makeTable = (): ReadonlyMap<OpDef, Gradient> =>
  new Map([
    pair(absOp, absGradient),
    pair(acosOp, acosGradient),
    pair(acoshOp, acoshGradient),
    pair(addOp, addGradient),
    pair(asinOp, asinGradient),
    pair(asinhOp, asinhGradient),
    pair(atanOp, atanGradient),
    pair(atan2Op, atan2Gradient),
    pair(atanhOp, atanhGradient),
    pair(ceilOp, zeroSlope),
    pair(clipOp, clipGradient),
    pair(cosOp, cosGradient),
    pair(coshOp, coshGradient),
    pair(divOp, divGradient),
    pair(divNoNanOp, divNoNanGradient),
    pair(eluOp, eluGradient),
    pair(erfOp, erfGradient),
    pair(expOp, expGradient),
    pair(expm1Op, expm1Gradient),
    pair(floorOp, zeroSlope),
    pair(geluOp, geluGradient),
    pair(leakyReluOp, leakyReluGradient),
    pair(logOp, logGradient),
    pair(log1pOp, log1pGradient),
    pair(logSigmoidOp, logSigmoidGradient),
    pair(maxOp, maxGradient),
    pair(minOp, minGradient),
    pair(modOp, modGradient),
    pair(mulOp, mulGradient),
    pair(negOp, negGradient),
    pair(powOp, powGradient),
    pair(preluOp, preluGradient),
    pair(reciprocalOp, reciprocalGradient),
    pair(reluOp, reluGradient),
    pair(relu6Op, relu6Gradient),
    pair(roundOp, zeroSlope),
    pair(rsqrtOp, rsqrtGradient),
    pair(seluOp, seluGradient),
    pair(sigmoidOp, sigmoidGradient),
    pair(signOp, zeroSlope),
    pair(sinOp, sinGradient),
    pair(sinhOp, sinhGradient),
    pair(softplusOp, softplusGradient),
    pair(softsignOp, softsignGradient),
    pair(sqrtOp, sqrtGradient),
    pair(squareOp, squareGradient),
    pair(squaredDifferenceOp, squaredDifferenceGradient),
    pair(stepOp, zeroSlope),
    pair(subOp, subGradient),
    pair(tanOp, tanGradient),
    pair(tanhOp, tanhGradient),
    pair(whereOp, whereGradient),
    pair(avgPool2dOp, avgPool2dGradient),
    pair(avgPool2dGradientOp, avgPool2dGradientGradient),
    pair(col2imOp, col2imGradient),
    pair(conv2dOp, conv2dGradient),
    pair(conv2dBackpropFilterOp, conv2dBackpropFilterGradient),
    pair(conv2dTransposeOp, conv2dTransposeGradient),
    pair(im2colOp, im2colGradient),
    pair(maxPool2dOp, maxPool2dGradient),
    pair(matmulOp, matmulGradient),
    pair(reduceSumOp, reduceSumGradient),
    pair(logSoftmaxOp, logSoftmaxGradient),
    pair(softmaxOp, softmaxGradient),
    pair(cumsumOp, cumsumGradient),
    pair(reduceMaxOp, reduceMaxGradient),
    pair(reduceProdOp, reduceProdGradient),
    pair(broadcastOp, broadcastGradient),
    pair(concatOp, concatGradient),
    pair(gatherOp, gatherGradient),
    pair(padOp, padGradient),
    pair(reshapeOp, reshapeGradient),
    pair(reverseOp, reverseGradient),
    pair(scatterAddOp, scatterAddGradient),
    pair(sliceOp, sliceGradient),
    pair(transposeOp, transposeGradient),
  ]);

let table: ReadonlyMap<OpDef, Gradient> | null = null;

/**
 * The gradient of an op: its own, or that of a built-in op, which stands beside it in its file and not in it, so that a program
 * that differentiates nothing does not carry gradients. Null where the definition in simpler ops is differentiated instead.
 */
export function gradientOf(op: OpDef): Gradient | null {
  table ??= makeTable();
  return op.gradient ?? table.get(op) ?? null;
}
