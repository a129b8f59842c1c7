/** Lazy tensors, the graph optimizer and the runtime: functions, and the same as methods of tensors. */
import * as functions from './functions.js';
import { fluent } from './tensor/methods.js';

export * from './functions.js';

// Whatever may make the first tensor of a program installs the methods when it is called: `add(1, 2)` too. Not at import, so that
// bundlers may leave out what nobody uses.

// creation
export const arange = /* @__PURE__ */ fluent(functions.arange);
export const eye = /* @__PURE__ */ fluent(functions.eye);
export const full = /* @__PURE__ */ fluent(functions.full);
export const linspace = /* @__PURE__ */ fluent(functions.linspace);
export const oneHot = /* @__PURE__ */ fluent(functions.oneHot);
export const ones = /* @__PURE__ */ fluent(functions.ones);
export const onesLike = /* @__PURE__ */ fluent(functions.onesLike);
export const fromPixels = /* @__PURE__ */ fluent(functions.fromPixels);
export const randomNormal = /* @__PURE__ */ fluent(functions.randomNormal);
export const randomUniform = /* @__PURE__ */ fluent(functions.randomUniform);
export const truncatedNormal = /* @__PURE__ */ fluent(functions.truncatedNormal);
export const scalar = /* @__PURE__ */ fluent(functions.scalar);
export const tensor = /* @__PURE__ */ fluent(functions.tensor);
export const zeros = /* @__PURE__ */ fluent(functions.zeros);
export const zerosLike = /* @__PURE__ */ fluent(functions.zerosLike);

// elementwise
export const abs = /* @__PURE__ */ fluent(functions.abs);
export const acos = /* @__PURE__ */ fluent(functions.acos);
export const acosh = /* @__PURE__ */ fluent(functions.acosh);
export const add = /* @__PURE__ */ fluent(functions.add);
export const asin = /* @__PURE__ */ fluent(functions.asin);
export const asinh = /* @__PURE__ */ fluent(functions.asinh);
export const atan = /* @__PURE__ */ fluent(functions.atan);
export const atan2 = /* @__PURE__ */ fluent(functions.atan2);
export const atanh = /* @__PURE__ */ fluent(functions.atanh);
export const cast = /* @__PURE__ */ fluent(functions.cast);
export const ceil = /* @__PURE__ */ fluent(functions.ceil);
export const clip = /* @__PURE__ */ fluent(functions.clip);
export const cos = /* @__PURE__ */ fluent(functions.cos);
export const cosh = /* @__PURE__ */ fluent(functions.cosh);
export const div = /* @__PURE__ */ fluent(functions.div);
export const divNoNan = /* @__PURE__ */ fluent(functions.divNoNan);
export const elu = /* @__PURE__ */ fluent(functions.elu);
export const equal = /* @__PURE__ */ fluent(functions.equal);
export const erf = /* @__PURE__ */ fluent(functions.erf);
export const exp = /* @__PURE__ */ fluent(functions.exp);
export const expm1 = /* @__PURE__ */ fluent(functions.expm1);
export const floor = /* @__PURE__ */ fluent(functions.floor);
export const floorDiv = /* @__PURE__ */ fluent(functions.floorDiv);
export const gelu = /* @__PURE__ */ fluent(functions.gelu);
export const greater = /* @__PURE__ */ fluent(functions.greater);
export const greaterEqual = /* @__PURE__ */ fluent(functions.greaterEqual);
export const hardSigmoid = /* @__PURE__ */ fluent(functions.hardSigmoid);
export const hardSwish = /* @__PURE__ */ fluent(functions.hardSwish);
export const isFinite = /* @__PURE__ */ fluent(functions.isFinite);
export const isInf = /* @__PURE__ */ fluent(functions.isInf);
export const isNaN = /* @__PURE__ */ fluent(functions.isNaN);
export const leakyRelu = /* @__PURE__ */ fluent(functions.leakyRelu);
export const less = /* @__PURE__ */ fluent(functions.less);
export const lessEqual = /* @__PURE__ */ fluent(functions.lessEqual);
export const log = /* @__PURE__ */ fluent(functions.log);
export const logSigmoid = /* @__PURE__ */ fluent(functions.logSigmoid);
export const log1p = /* @__PURE__ */ fluent(functions.log1p);
export const logicalAnd = /* @__PURE__ */ fluent(functions.logicalAnd);
export const logicalNot = /* @__PURE__ */ fluent(functions.logicalNot);
export const logicalOr = /* @__PURE__ */ fluent(functions.logicalOr);
export const logicalXor = /* @__PURE__ */ fluent(functions.logicalXor);
export const maximum = /* @__PURE__ */ fluent(functions.maximum);
export const minimum = /* @__PURE__ */ fluent(functions.minimum);
export const mish = /* @__PURE__ */ fluent(functions.mish);
export const mod = /* @__PURE__ */ fluent(functions.mod);
export const mul = /* @__PURE__ */ fluent(functions.mul);
export const neg = /* @__PURE__ */ fluent(functions.neg);
export const notEqual = /* @__PURE__ */ fluent(functions.notEqual);
export const pow = /* @__PURE__ */ fluent(functions.pow);
export const prelu = /* @__PURE__ */ fluent(functions.prelu);
export const reciprocal = /* @__PURE__ */ fluent(functions.reciprocal);
export const relu = /* @__PURE__ */ fluent(functions.relu);
export const relu6 = /* @__PURE__ */ fluent(functions.relu6);
export const round = /* @__PURE__ */ fluent(functions.round);
export const rsqrt = /* @__PURE__ */ fluent(functions.rsqrt);
export const selu = /* @__PURE__ */ fluent(functions.selu);
export const sigmoid = /* @__PURE__ */ fluent(functions.sigmoid);
export const sign = /* @__PURE__ */ fluent(functions.sign);
export const sin = /* @__PURE__ */ fluent(functions.sin);
export const sinh = /* @__PURE__ */ fluent(functions.sinh);
export const softplus = /* @__PURE__ */ fluent(functions.softplus);
export const softsign = /* @__PURE__ */ fluent(functions.softsign);
export const sqrt = /* @__PURE__ */ fluent(functions.sqrt);
export const square = /* @__PURE__ */ fluent(functions.square);
export const squaredDifference = /* @__PURE__ */ fluent(functions.squaredDifference);
export const step = /* @__PURE__ */ fluent(functions.step);
export const sub = /* @__PURE__ */ fluent(functions.sub);
export const swish = /* @__PURE__ */ fluent(functions.swish);
export const tan = /* @__PURE__ */ fluent(functions.tan);
export const tanh = /* @__PURE__ */ fluent(functions.tanh);
export const where = /* @__PURE__ */ fluent(functions.where);

// reductions
export const all = /* @__PURE__ */ fluent(functions.all);
export const any = /* @__PURE__ */ fluent(functions.any);
export const argMax = /* @__PURE__ */ fluent(functions.argMax);
export const argMin = /* @__PURE__ */ fluent(functions.argMin);
export const cumsum = /* @__PURE__ */ fluent(functions.cumsum);
export const logSumExp = /* @__PURE__ */ fluent(functions.logSumExp);
export const max = /* @__PURE__ */ fluent(functions.max);
export const mean = /* @__PURE__ */ fluent(functions.mean);
export const min = /* @__PURE__ */ fluent(functions.min);
export const moments = /* @__PURE__ */ fluent(functions.moments);
export const prod = /* @__PURE__ */ fluent(functions.prod);
export const sum = /* @__PURE__ */ fluent(functions.sum);
export const topk = /* @__PURE__ */ fluent(functions.topk);
export const variance = /* @__PURE__ */ fluent(functions.variance);

// shape
export const broadcastTo = /* @__PURE__ */ fluent(functions.broadcastTo);
export const concat = /* @__PURE__ */ fluent(functions.concat);
export const depthToSpace = /* @__PURE__ */ fluent(functions.depthToSpace);
export const expandDims = /* @__PURE__ */ fluent(functions.expandDims);
export const flatten = /* @__PURE__ */ fluent(functions.flatten);
export const gather = /* @__PURE__ */ fluent(functions.gather);
export const pad = /* @__PURE__ */ fluent(functions.pad);
export const reshape = /* @__PURE__ */ fluent(functions.reshape);
export const flip = /* @__PURE__ */ fluent(functions.flip);
export const slice = /* @__PURE__ */ fluent(functions.slice);
export const spaceToDepth = /* @__PURE__ */ fluent(functions.spaceToDepth);
export const split = /* @__PURE__ */ fluent(functions.split);
export const squeeze = /* @__PURE__ */ fluent(functions.squeeze);
export const stack = /* @__PURE__ */ fluent(functions.stack);
export const stridedSlice = /* @__PURE__ */ fluent(functions.stridedSlice);
export const tile = /* @__PURE__ */ fluent(functions.tile);
export const transpose = /* @__PURE__ */ fluent(functions.transpose);
export const unstack = /* @__PURE__ */ fluent(functions.unstack);

// linear algebra
export const dot = /* @__PURE__ */ fluent(functions.dot);
export const matmul = /* @__PURE__ */ fluent(functions.matmul);
export const outer = /* @__PURE__ */ fluent(functions.outer);

// images
export const avgPool2d = /* @__PURE__ */ fluent(functions.avgPool2d);
export const col2im = /* @__PURE__ */ fluent(functions.col2im);
export const conv1d = /* @__PURE__ */ fluent(functions.conv1d);
export const conv2d = /* @__PURE__ */ fluent(functions.conv2d);
export const conv2dTranspose = /* @__PURE__ */ fluent(functions.conv2dTranspose);
export const depthwiseConv2d = /* @__PURE__ */ fluent(functions.depthwiseConv2d);
export const globalAvgPool2d = /* @__PURE__ */ fluent(functions.globalAvgPool2d);
export const globalMaxPool2d = /* @__PURE__ */ fluent(functions.globalMaxPool2d);
export const im2col = /* @__PURE__ */ fluent(functions.im2col);
export const localResponseNormalization = /* @__PURE__ */ fluent(functions.localResponseNormalization);
export const maxPool2d = /* @__PURE__ */ fluent(functions.maxPool2d);
export const resizeBilinear = /* @__PURE__ */ fluent(functions.resizeBilinear);
export const resizeNearest = /* @__PURE__ */ fluent(functions.resizeNearest);
export const separableConv2d = /* @__PURE__ */ fluent(functions.separableConv2d);

// normalisation
export const batchNorm = /* @__PURE__ */ fluent(functions.batchNorm);
export const groupNorm = /* @__PURE__ */ fluent(functions.groupNorm);
export const instanceNorm = /* @__PURE__ */ fluent(functions.instanceNorm);
export const layerNorm = /* @__PURE__ */ fluent(functions.layerNorm);
export const logSoftmax = /* @__PURE__ */ fluent(functions.logSoftmax);
export const softmax = /* @__PURE__ */ fluent(functions.softmax);

// functions of functions, and what ops are made with
export const apply = /* @__PURE__ */ fluent(functions.apply);
export const compile = /* @__PURE__ */ fluent(functions.compile);
export const customGradient = /* @__PURE__ */ fluent(functions.customGradient);
export const stopGradient = /* @__PURE__ */ fluent(functions.stopGradient);
export const toTensor = /* @__PURE__ */ fluent(functions.toTensor);
