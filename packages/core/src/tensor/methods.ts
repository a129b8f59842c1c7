import { oneHot } from '../ops/create/one-hot.js';
import { onesLike } from '../ops/create/ones.js';
import { toPixels } from '../ops/create/pixels.js';
import { zerosLike } from '../ops/create/zeros.js';
import { abs } from '../ops/elementwise/abs.js';
import { acos } from '../ops/elementwise/acos.js';
import { acosh } from '../ops/elementwise/acosh.js';
import { add } from '../ops/elementwise/add.js';
import { asin } from '../ops/elementwise/asin.js';
import { asinh } from '../ops/elementwise/asinh.js';
import { atan } from '../ops/elementwise/atan.js';
import { atan2 } from '../ops/elementwise/atan2.js';
import { atanh } from '../ops/elementwise/atanh.js';
import { cast } from '../ops/elementwise/cast.js';
import { ceil } from '../ops/elementwise/ceil.js';
import { clip } from '../ops/elementwise/clip.js';
import { cos } from '../ops/elementwise/cos.js';
import { cosh } from '../ops/elementwise/cosh.js';
import { divNoNan } from '../ops/elementwise/div-no-nan.js';
import { div } from '../ops/elementwise/div.js';
import { elu } from '../ops/elementwise/elu.js';
import { equal } from '../ops/elementwise/equal.js';
import { erf } from '../ops/elementwise/erf.js';
import { exp } from '../ops/elementwise/exp.js';
import { expm1 } from '../ops/elementwise/expm1.js';
import { floorDiv } from '../ops/elementwise/floor-div.js';
import { floor } from '../ops/elementwise/floor.js';
import { gelu } from '../ops/elementwise/gelu.js';
import { greaterEqual } from '../ops/elementwise/greater-equal.js';
import { greater } from '../ops/elementwise/greater.js';
import { hardSigmoid } from '../ops/elementwise/hard-sigmoid.js';
import { hardSwish } from '../ops/elementwise/hard-swish.js';
import { isFinite } from '../ops/elementwise/is-finite.js';
import { isInf } from '../ops/elementwise/is-inf.js';
import { isNaN } from '../ops/elementwise/is-nan.js';
import { leakyRelu } from '../ops/elementwise/leaky-relu.js';
import { lessEqual } from '../ops/elementwise/less-equal.js';
import { less } from '../ops/elementwise/less.js';
import { logSigmoid } from '../ops/elementwise/log-sigmoid.js';
import { log } from '../ops/elementwise/log.js';
import { log1p } from '../ops/elementwise/log1p.js';
import { logicalAnd } from '../ops/elementwise/logical-and.js';
import { logicalNot } from '../ops/elementwise/logical-not.js';
import { logicalOr } from '../ops/elementwise/logical-or.js';
import { logicalXor } from '../ops/elementwise/logical-xor.js';
import { maximum } from '../ops/elementwise/maximum.js';
import { minimum } from '../ops/elementwise/minimum.js';
import { mish } from '../ops/elementwise/mish.js';
import { mod } from '../ops/elementwise/mod.js';
import { mul } from '../ops/elementwise/mul.js';
import { neg } from '../ops/elementwise/neg.js';
import { notEqual } from '../ops/elementwise/not-equal.js';
import { pow } from '../ops/elementwise/pow.js';
import { prelu } from '../ops/elementwise/prelu.js';
import { reciprocal } from '../ops/elementwise/reciprocal.js';
import { relu } from '../ops/elementwise/relu.js';
import { relu6 } from '../ops/elementwise/relu6.js';
import { round } from '../ops/elementwise/round.js';
import { rsqrt } from '../ops/elementwise/rsqrt.js';
import { selu } from '../ops/elementwise/selu.js';
import { sigmoid } from '../ops/elementwise/sigmoid.js';
import { sign } from '../ops/elementwise/sign.js';
import { sin } from '../ops/elementwise/sin.js';
import { sinh } from '../ops/elementwise/sinh.js';
import { softplus } from '../ops/elementwise/softplus.js';
import { softsign } from '../ops/elementwise/softsign.js';
import { sqrt } from '../ops/elementwise/sqrt.js';
import { square } from '../ops/elementwise/square.js';
import { squaredDifference } from '../ops/elementwise/squared-difference.js';
import { step } from '../ops/elementwise/step.js';
import { sub } from '../ops/elementwise/sub.js';
import { swish } from '../ops/elementwise/swish.js';
import { tan } from '../ops/elementwise/tan.js';
import { tanh } from '../ops/elementwise/tanh.js';
import { where } from '../ops/elementwise/where.js';
import { batchNorm } from '../ops/norm/batch-norm.js';
import { groupNorm, instanceNorm } from '../ops/norm/group-norm.js';
import { layerNorm } from '../ops/norm/layer-norm.js';
import { logSoftmax } from '../ops/norm/log-softmax.js';
import { softmax } from '../ops/norm/softmax.js';
import { all } from '../ops/reduce/all.js';
import { any } from '../ops/reduce/any.js';
import { argMax } from '../ops/reduce/arg-max.js';
import { argMin } from '../ops/reduce/arg-min.js';
import { cumsum } from '../ops/reduce/cumsum.js';
import { logSumExp } from '../ops/reduce/log-sum-exp.js';
import { max } from '../ops/reduce/max.js';
import { mean } from '../ops/reduce/mean.js';
import { min } from '../ops/reduce/min.js';
import { moments } from '../ops/reduce/moments.js';
import { prod } from '../ops/reduce/prod.js';
import { sum } from '../ops/reduce/sum.js';
import { topk } from '../ops/reduce/topk.js';
import { variance } from '../ops/reduce/variance.js';
import { broadcastTo } from '../ops/shape/broadcast.js';
import { gather } from '../ops/shape/gather.js';
import { pad } from '../ops/shape/pad.js';
import { reshape } from '../ops/shape/reshape.js';
import { flip } from '../ops/shape/reverse.js';
import { slice } from '../ops/shape/slice.js';
import { transpose } from '../ops/shape/transpose.js';
import { matmul } from '../ops/linalg/matmul.js';
import { col2im } from '../ops/image/col2im.js';
import { conv2d } from '../ops/image/conv2d.js';
import { depthwiseConv2d } from '../ops/image/depthwise-conv2d.js';
import { im2col } from '../ops/image/im2col.js';
import { avgPool2d } from '../ops/image/avg-pool2d.js';
import { conv1d } from '../ops/image/conv1d.js';
import { conv2dTranspose } from '../ops/image/conv2d-transpose.js';
import { globalAvgPool2d, globalMaxPool2d } from '../ops/image/global-pool2d.js';
import { localResponseNormalization } from '../ops/image/local-response-normalization.js';
import { maxPool2d } from '../ops/image/max-pool2d.js';
import { resizeBilinear } from '../ops/image/resize-bilinear.js';
import { resizeNearest } from '../ops/image/resize-nearest.js';
import { separableConv2d } from '../ops/image/separable-conv2d.js';
import { dot } from '../ops/linalg/dot.js';
import { outer } from '../ops/linalg/outer.js';
import { depthToSpace } from '../ops/shape/depth-to-space.js';
import { expandDims } from '../ops/shape/expand-dims.js';
import { flatten } from '../ops/shape/flatten.js';
import { spaceToDepth } from '../ops/shape/space-to-depth.js';
import { split } from '../ops/shape/split.js';
import { squeeze } from '../ops/shape/squeeze.js';
import { stridedSlice } from '../ops/shape/strided-slice.js';
import { tile } from '../ops/shape/tile.js';
import { unstack } from '../ops/shape/unstack.js';
import { Tensor } from './tensor.js';

/**
 * Every function that is also a method: `relu(x)` is `x.relu()`. One table, so that neither can miss the other; installed by
 * {@link fluent}, so that a bundle which uses functions alone does not carry it.
 */
export const methods = {
  // creation
  oneHot,
  onesLike,
  toPixels,
  zerosLike,
  // elementwise
  abs,
  acos,
  acosh,
  add,
  asin,
  asinh,
  atan,
  atan2,
  atanh,
  cast,
  ceil,
  clip,
  cos,
  cosh,
  div,
  divNoNan,
  elu,
  equal,
  erf,
  exp,
  expm1,
  floor,
  floorDiv,
  gelu,
  greater,
  greaterEqual,
  hardSigmoid,
  hardSwish,
  isFinite,
  isInf,
  isNaN,
  leakyRelu,
  less,
  lessEqual,
  log,
  log1p,
  logicalAnd,
  logicalNot,
  logicalOr,
  logicalXor,
  logSigmoid,
  maximum,
  minimum,
  mish,
  mod,
  mul,
  neg,
  notEqual,
  pow,
  prelu,
  reciprocal,
  relu,
  relu6,
  round,
  rsqrt,
  selu,
  sigmoid,
  sign,
  sin,
  sinh,
  softplus,
  softsign,
  sqrt,
  square,
  squaredDifference,
  step,
  sub,
  swish,
  tan,
  tanh,
  where,
  // reductions
  all,
  any,
  argMax,
  argMin,
  cumsum,
  logSumExp,
  max,
  mean,
  min,
  moments,
  prod,
  sum,
  topk,
  variance,
  // shape
  broadcastTo,
  depthToSpace,
  expandDims,
  flatten,
  flip,
  gather,
  pad,
  reshape,
  slice,
  spaceToDepth,
  split,
  squeeze,
  stridedSlice,
  tile,
  transpose,
  unstack,
  // linalg
  dot,
  matmul,
  outer,
  // image
  avgPool2d,
  col2im,
  conv1d,
  conv2d,
  conv2dTranspose,
  depthwiseConv2d,
  globalAvgPool2d,
  globalMaxPool2d,
  im2col,
  localResponseNormalization,
  maxPool2d,
  resizeBilinear,
  resizeNearest,
  separableConv2d,
  // normalisation
  batchNorm,
  groupNorm,
  instanceNorm,
  layerNorm,
  logSoftmax,
  softmax,
};

type MethodOf<F> = F extends (x: never, ...rest: infer Rest) => infer Result ? (...rest: Rest) => Result : never;

/** The signatures of the methods: each function without its first argument. */
export type TensorMethods = { [K in keyof typeof methods]: MethodOf<(typeof methods)[K]> };

let installed = false;

/** Wraps a function that makes tensors, so that its first call installs the methods. Pure at import: bundlers may drop it. */
export function fluent<F extends (...args: never[]) => unknown>(create: F): F {
  return function (...args: never[]) {
    if (!installed) {
      installed = true;
      for (const [name, method] of Object.entries(methods)) {
        Object.defineProperty(Tensor.prototype, name, {
          value(this: Tensor, ...rest: unknown[]) {
            return (method as (x: Tensor, ...rest: unknown[]) => unknown)(this, ...rest);
          },
          writable: true,
          configurable: true,
        });
      }
    }
    return create(...args);
  } as F;
}
