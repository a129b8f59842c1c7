// How each golden operation is said in our words. One row an operation; a list of results where it has several.
import * as nn from '@unfoldjs/nn';
import * as u from '@unfoldjs/core';
import type { Tensor } from '@unfoldjs/core';
import { type GoldenAttrs, numberOf } from './format.js';

/** The tensors of a case: by position, and by name. */
export interface Inputs {
  readonly all: readonly Tensor[];
  readonly named: Readonly<Record<string, Tensor | undefined>>;
}

export interface Adapter {
  /** The functions of ours that it exercises: for the table of ops. */
  readonly uses: readonly string[];
  readonly run: (inputs: Inputs, attrs: GoldenAttrs) => Tensor | readonly (Tensor | null)[];
}

type Unary = (x: Tensor) => Tensor;
type Binary = (a: Tensor, b: Tensor) => Tensor;

/** An options bag without the options that a case leaves out. */
const given = <T extends object>(options: T): { [K in keyof T]: Exclude<T[K], undefined | null> } =>
  Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined && value !== null)) as never;

const row = (uses: string | readonly string[], run: Adapter['run']): Adapter => ({ uses: typeof uses === 'string' ? [uses] : uses, run });
const unary = (name: string, f: Unary): Adapter => row(name, ({ all: [x] }) => f(x!));
const binary = (name: string, f: Binary): Adapter => row(name, ({ all: [a, b] }) => f(a!, b!));
const folded = (name: string, f: Binary): Adapter => row(name, ({ all }) => all.reduce((a, b) => f(a, b)));
const reduction = (name: string, f: (x: Tensor, options: { axes?: readonly number[]; keepDims?: boolean }) => Tensor): Adapter =>
  row(name, ({ all: [x] }, attrs) => f(x!, reducing(attrs)));

const axesOf = ({ axis }: GoldenAttrs): readonly number[] | undefined => (axis === null || axis === undefined ? undefined : [axis].flat());
const reducing = (attrs: GoldenAttrs) => given({ axes: axesOf(attrs), keepDims: attrs.keepDims });
const axisOf = ({ axis }: GoldenAttrs): number | undefined => (Array.isArray(axis) ? (axis as number[])[0] : ((axis as number | null | undefined) ?? undefined));

type Pair = readonly [number, number];
type Padding = 'same' | 'valid' | 'same_lower' | readonly [Pair, Pair];
const image = ({ dataFormat }: GoldenAttrs): 'NHWC' | 'NCHW' => dataFormat as 'NHWC' | 'NCHW';
const sliding = ({ strides, dilations, pad, dataFormat }: GoldenAttrs) =>
  given({ strides: strides as Pair | undefined, dilations: dilations as Pair | undefined, padding: pad as Padding, dataFormat: dataFormat as 'NHWC' | 'NCHW' | undefined });

/** A bias of one value a channel, where the channels are the last axis or axis 1. */
const perChannel = (bias: Tensor, attrs: GoldenAttrs, rank: number): Tensor =>
  bias.rank === 1 && attrs.dataFormat?.startsWith('NC') ? u.reshape(bias, [bias.size, ...new Array<number>(rank - 2).fill(1)]) : bias;
const withBias = (y: Tensor, bias: Tensor | undefined, attrs: GoldenAttrs): Tensor => (bias ? u.add(y, perChannel(bias, attrs, y.rank)) : y);

const filterAsHwio = (filter: Tensor, { filterFormat }: GoldenAttrs): Tensor => {
  if (filterFormat === 'OIHW' || filterFormat === 'IOHW') return u.transpose(filter, [2, 3, 1, 0]);
  return filterFormat === 'OIW' || filterFormat === 'IOW' ? u.transpose(filter, [2, 1, 0]) : filter;
};

/** Cases of TensorFlow.js do not say `groups`: a filter with fewer channels than the image means it. */
const groupsOf = ({ groups, dataFormat }: GoldenAttrs, x: Tensor, filter: Tensor): number => {
  if (groups !== undefined) return groups;
  const channels = x.shape[dataFormat === 'NCHW' ? 1 : x.rank - 1]!;
  const ratio = channels / filter.shape[filter.rank - 2]!;
  return Number.isInteger(ratio) && ratio > 0 ? ratio : 1;
};

const conv2d = ({ named: { x, filter, bias } }: Inputs, attrs: GoldenAttrs): Tensor => {
  const hwio = filterAsHwio(filter!, attrs);
  return withBias(u.conv2d(x!, hwio, { ...sliding(attrs), groups: groupsOf(attrs, x!, hwio) }), bias, attrs);
};

const depthwise = ({ named: { x, filter, bias } }: Inputs, attrs: GoldenAttrs): Tensor => withBias(u.depthwiseConv2d(x!, filter!, sliding(attrs)), bias, attrs);

function activate(y: Tensor, inputs: Inputs, attrs: GoldenAttrs): Tensor {
  const alpha = inputs.named.preluActivationWeights;
  switch (attrs.activation) {
    case 'relu':
      return u.relu(y);
    case 'elu':
      return u.elu(y);
    case 'sigmoid':
      return u.sigmoid(y);
    case 'leakyrelu':
      return u.leakyRelu(y, given({ alpha: attrs.leakyreluAlpha }));
    case 'prelu':
      return u.prelu(y, perChannel(alpha!, attrs, y.rank));
    case 'linear':
      return y;
    default:
      throw new Error(`no activation ${attrs.activation}`);
  }
}

const pooling = (attrs: GoldenAttrs) => ({ window: attrs.windowShape as Pair, ...sliding(attrs), ...given({ ceilMode: attrs.ceilMode }) });

/** Pooling along one axis as pooling of images one pixel high. */
const pool1d =
  (pool: (x: Tensor, attrs: GoldenAttrs) => Tensor) =>
  ({ all: [x] }: Inputs, { windowShape, strides, dilations, pad, dataFormat, ...rest }: GoldenAttrs): Tensor => {
    const high = u.expandDims(x!, dataFormat === 'NCW' ? 2 : 1);
    const attrs = {
      ...rest,
      windowShape: [1, ...windowShape!],
      strides: [1, ...strides!],
      dilations: [1, ...dilations!],
      pad: typeof pad === 'string' ? pad : [[0, 0] as const, ...pad!],
      dataFormat: dataFormat === 'NCW' ? 'NCHW' : 'NHWC',
    };
    return u.squeeze(pool(high, attrs), [dataFormat === 'NCW' ? 2 : 1]);
  };
const maxPool = (x: Tensor, attrs: GoldenAttrs): Tensor => u.maxPool2d(x, pooling(attrs));
const avgPool = (x: Tensor, attrs: GoldenAttrs): Tensor => u.avgPool2d(x, { ...pooling(attrs), ...given({ countIncludePad: attrs.countIncludePad }) });

/** Cases of TensorFlow.js pass single images as well. */
const resized =
  (resize: typeof u.resizeBilinear) =>
  ({ all: [x] }: Inputs, { size, alignCorners, halfPixelCenters }: GoldenAttrs): Tensor => {
    const options = given({ alignCorners, halfPixelCenters });
    return x!.rank === 4 ? resize(x!, size as Pair, options) : u.squeeze(resize(u.expandDims(x!, 0), size as Pair, options), [0]);
  };

/** TensorFlow's norms: over two axes the infinity norms are those of a matrix, the extreme sum of a row. */
function norm(x: Tensor, attrs: GoldenAttrs): Tensor {
  const { ord, keepDims = false } = attrs;
  const axes = axesOf(attrs);
  if (ord === 'euclidean') return u.sqrt(u.sum(u.square(x), reducing(attrs)));
  const extreme = ord === 'Infinity' ? u.max : u.min;
  if (axes?.length !== 2) return extreme(u.abs(x), reducing(attrs));
  const rows = u.sum(u.abs(x), { axes: axes[1]!, keepDims: true });
  const result = extreme(rows, { axes: axes[0]!, keepDims: true });
  return keepDims ? result : u.squeeze(result, axes);
}

function stridedSlice(x: Tensor, attrs: GoldenAttrs): Tensor {
  const { begin, end, strides, style, size, beginMask, endMask, ellipsisMask, newAxisMask, shrinkAxisMask } = attrs;
  const steps = strides!;
  if (style !== 'begin-size-step') return u.stridedSlice(x, begin!, end!, steps, given({ beginMask, endMask, ellipsisMask, newAxisMask, shrinkAxisMask }));
  const ends = begin!.map((from, axis) => from + (size as readonly number[])[axis]! * steps[axis]!);
  // An end below 0 counts from the end; the mask says "to the very end" instead.
  const mask = ends.reduce((bits, to, axis) => (to < 0 ? bits | (1 << axis) : bits), 0);
  return u.stridedSlice(x, begin!, ends, steps, { endMask: mask });
}

/** Losses of @unfoldjs/nn: they take labels, predictions and weights. */
const loss = (f: (labels: Tensor, predictions: Tensor, options: { weights?: Tensor; reduction?: nn.Reduction }) => Tensor): Adapter =>
  row([], ({ all: [labels, predictions], named: { weights } }, { reduction }) => f(labels!, predictions!, given({ weights, reduction: reduction as nn.Reduction | undefined })));
const smoothLoss = (f: (labels: Tensor, logits: Tensor, options: { weights?: Tensor; reduction?: nn.Reduction; labelSmoothing?: number }) => Tensor): Adapter =>
  row([], ({ all: [labels, logits], named: { weights } }, { reduction, labelSmoothing }) =>
    f(labels!, logits!, given({ weights, labelSmoothing, reduction: reduction as nn.Reduction | undefined })),
  );

/** ONNX: logits first, classes on axis 1, weights one a class, and labels that do not count. */
function sparseSoftmaxCrossEntropy({ named: { logits, labels, weights } }: Inputs, { reduction, ignoreIndex }: GoldenAttrs): Tensor {
  const rank = logits!.rank;
  const classesLast = u.transpose(logits!, [0, ...Array.from({ length: rank - 2 }, (_, i) => i + 2), 1]);
  const counts = ignoreIndex === undefined || ignoreIndex === null ? undefined : u.cast(u.notEqual(labels!, ignoreIndex), 'float32');
  return nn.softmaxCrossEntropy(labels!, classesLast, given({ classWeights: weights, weights: counts, reduction: reduction as nn.Reduction | undefined }));
}

export const adapters: Readonly<Record<string, Adapter>> = {
  abs: unary('abs', u.abs),
  absoluteDifference: loss(nn.meanAbsoluteError),
  acos: unary('acos', u.acos),
  acosh: unary('acosh', u.acosh),
  add: binary('add', u.add),
  addN: folded('add', u.add),
  all: reduction('all', u.all),
  any: reduction('any', u.any),
  argMax: row('argMax', ({ all: [x] }, attrs) => u.argMax(x!, given({ axis: axisOf(attrs), keepDims: attrs.keepDims }))),
  argMin: row('argMin', ({ all: [x] }, attrs) => u.argMin(x!, given({ axis: axisOf(attrs), keepDims: attrs.keepDims }))),
  asin: unary('asin', u.asin),
  asinh: unary('asinh', u.asinh),
  atan: unary('atan', u.atan),
  atan2: binary('atan2', u.atan2),
  atanh: unary('atanh', u.atanh),
  avgPool: row('avgPool2d', ({ all: [x] }, attrs) => avgPool(x!, attrs)),
  avgPool1d: row('avgPool2d', pool1d(avgPool)),
  batchNorm: row('batchNorm', ({ named: { x, mean, variance, offset, scale } }, { epsilon }) => u.batchNorm(x!, mean!, variance!, given({ offset, scale, epsilon }))),
  broadcastTo: row('broadcastTo', ({ all: [x] }, { shape }) => u.broadcastTo(x!, shape!)),
  cast: row('cast', ({ all: [x] }, { dtype }) => u.cast(x!, dtype!)),
  ceil: unary('ceil', u.ceil),
  clipByValue: row('clip', ({ all: [x] }, { min, max }) => u.clip(x!, given({ min, max }))),
  concat: row('concat', ({ all }, attrs) => u.concat(all, axisOf(attrs))),
  conv1d: row('conv1d', ({ named: { x, filter, bias } }, attrs) => {
    const wio = filterAsHwio(filter!, attrs);
    const { strides, dilations, pad, groups, dataFormat } = attrs;
    const padding = typeof pad === 'string' ? pad : pad![0]!;
    return withBias(u.conv1d(x!, wio, given({ strides: strides?.[0], dilations: dilations?.[0], padding, groups, dataFormat: dataFormat as 'NWC' | 'NCW' | undefined })), bias, attrs);
  }),
  conv1dTranspose: row('conv2dTranspose', ({ named: { x, filter } }, { strides }) => {
    // Images one pixel high: [N, C, W] -> [N, 1, W, C], filters [I, O, KW] -> [1, KW, O, I].
    const high = u.expandDims(u.transpose(x!, [0, 2, 1]), 1);
    const y = u.conv2dTranspose(high, u.expandDims(u.transpose(filter!, [2, 1, 0]), 0), { strides: [1, strides![0]!] });
    return u.transpose(u.squeeze(y, [1]), [0, 2, 1]);
  }),
  conv2d: row('conv2d', conv2d),
  conv2dTranspose: row('conv2dTranspose', ({ named: { x, filter, bias } }, attrs) => {
    const { outputPadding, outputShape, outputSpatialShape, groups } = attrs;
    const spatial = (outputSpatialShape ?? (attrs.dataFormat === 'NCHW' ? outputShape?.slice(2) : outputShape?.slice(1, 3))) as Pair | undefined;
    const options = { ...sliding(attrs), ...given({ groups, outputPadding: spatial ? undefined : outputPadding, outputShape: spatial }) };
    return withBias(u.conv2dTranspose(x!, filterAsHwio(filter!, attrs), options), bias, attrs);
  }),
  cos: unary('cos', u.cos),
  cosh: unary('cosh', u.cosh),
  cumsum: row('cumsum', ({ all: [x] }, attrs) => u.cumsum(x!, given({ axis: axisOf(attrs), exclusive: attrs.exclusive, reverse: attrs.reverse }))),
  depthToSpace: row('depthToSpace', ({ all: [x] }, attrs) => u.depthToSpace(x!, attrs.blockSize!, given({ dataFormat: image(attrs), mode: attrs.mode as 'DCR' | 'CRD' | undefined }))),
  depthwiseConv2d: row('depthwiseConv2d', depthwise),
  div: binary('div', u.div),
  divNoNan: binary('divNoNan', u.divNoNan),
  dot: binary('dot', u.dot),
  elu: row('elu', ({ all: [x] }, { alpha }) => u.elu(x!, given({ alpha }))),
  equal: binary('equal', u.equal),
  erf: unary('erf', u.erf),
  exp: unary('exp', u.exp),
  expandDims: row('expandDims', ({ all: [x] }, attrs) => u.expandDims(x!, axisOf(attrs)!)),
  expm1: unary('expm1', u.expm1),
  flatten: row(['flatten', 'reshape'], ({ all: [x] }, attrs) => {
    const axis = axisOf(attrs) ?? 0;
    const split = axis < 0 ? axis + x!.rank : axis;
    return u.reshape(x!, [x!.shape.slice(0, split).reduce((a, b) => a * b, 1), -1]);
  }),
  floor: unary('floor', u.floor),
  floorDiv: binary('floorDiv', u.floorDiv),
  fusedConv2d: row(['conv2d'], (inputs, attrs) => activate(conv2d(inputs, attrs), inputs, attrs)),
  fusedDepthwiseConv2d: row(['depthwiseConv2d'], (inputs, attrs) => activate(depthwise(inputs, attrs), inputs, attrs)),
  fusedMatMul: row(['matmul'], (inputs, attrs) => {
    const { a, b, bias } = inputs.named;
    const product = u.matmul(a!, b!, given({ transposeA: attrs.transposeA, transposeB: attrs.transposeB }));
    return activate(bias ? u.add(product, bias) : product, inputs, attrs);
  }),
  gather: row('gather', ({ all: [x, indices] }, attrs) => u.gather(x!, indices!, given({ axis: axisOf(attrs), batchDims: attrs.batchDims }))),
  gelu: row('gelu', ({ all: [x] }, { approximate }) => u.gelu(x!, { approximate: approximate === 'tanh' })),
  gemm: row(['matmul'], ({ named: { a, b, c } }, { alpha = 1, beta = 1, transposeA, transposeB }) => {
    const product = u.mul(u.matmul(a!, b!, given({ transposeA, transposeB })), alpha);
    return c ? u.add(product, u.mul(c, beta)) : product;
  }),
  globalAvgPool: row('globalAvgPool2d', ({ all: [x] }, attrs) => u.globalAvgPool2d(x!, { keepDims: true, dataFormat: image(attrs) })),
  globalMaxPool: row('globalMaxPool2d', ({ all: [x] }, attrs) => u.globalMaxPool2d(x!, { keepDims: true, dataFormat: image(attrs) })),
  greater: binary('greater', u.greater),
  greaterEqual: binary('greaterEqual', u.greaterEqual),
  groupNorm: row('groupNorm', ({ named: { x, scale, bias } }, { numGroups, epsilon }) => u.groupNorm(x!, { groups: numGroups!, ...given({ scale, offset: bias, epsilon }), dataFormat: 'NCHW' })),
  hardSigmoid: row('hardSigmoid', ({ all: [x] }, { alpha, beta }) => u.hardSigmoid(x!, given({ alpha, beta }))),
  hardSwish: unary('hardSwish', u.hardSwish),
  hingeLoss: loss(nn.hingeLoss),
  huberLoss: row([], ({ all: [labels, predictions], named: { weights } }, { reduction, delta }) =>
    nn.huberLoss(labels!, predictions!, given({ weights, delta, reduction: reduction as nn.Reduction | undefined })),
  ),
  identity: row([], ({ all: [x] }) => x!),
  instanceNorm: row('instanceNorm', ({ named: { x, scale, bias } }, { epsilon }) => u.instanceNorm(x!, { ...given({ scale, offset: bias, epsilon }), dataFormat: 'NCHW' })),
  isFinite: unary('isFinite', u.isFinite),
  isInf: unary('isInf', u.isInf),
  isNaN: unary('isNaN', u.isNaN),
  layerNorm: row('layerNorm', ({ named: { x, scale, bias } }, attrs) => {
    const axis = axisOf(attrs)!;
    const first = axis < 0 ? axis + x!.rank : axis;
    const axes = Array.from({ length: x!.rank - first }, (_, i) => first + i);
    const { mean, variance } = u.moments(x!, { axes, keepDims: true });
    const y = u.layerNorm(x!, given({ axes, scale, offset: bias, epsilon: attrs.epsilon }));
    return [y, mean, u.rsqrt(u.add(variance, attrs.epsilon!))];
  }),
  leakyRelu: row('leakyRelu', ({ all: [x] }, { alpha }) => u.leakyRelu(x!, given({ alpha }))),
  less: binary('less', u.less),
  lessEqual: binary('lessEqual', u.lessEqual),
  localResponseNormalization: row('localResponseNormalization', ({ all: [x] }, { depthRadius, bias, alpha, beta }) => u.localResponseNormalization(x!, given({ depthRadius, bias, alpha, beta }))),
  log: unary('log', u.log),
  log1p: unary('log1p', u.log1p),
  logLoss: row([], ({ all: [labels, predictions], named: { weights } }, { reduction, epsilon }) =>
    nn.logLoss(labels!, predictions!, given({ weights, epsilon, reduction: reduction as nn.Reduction | undefined })),
  ),
  logSigmoid: unary('logSigmoid', u.logSigmoid),
  logSoftmax: row('logSoftmax', ({ all: [x] }, attrs) => u.logSoftmax(x!, given({ axis: axisOf(attrs) }))),
  logSum: reduction('sum', (x, options) => u.log(u.sum(x, options))),
  logSumExp: reduction('logSumExp', u.logSumExp),
  logicalAnd: binary('logicalAnd', u.logicalAnd),
  logicalNot: unary('logicalNot', u.logicalNot),
  logicalOr: binary('logicalOr', u.logicalOr),
  logicalXor: binary('logicalXor', u.logicalXor),
  lrn: row('localResponseNormalization', ({ all: [x] }, { size, alpha, beta, bias }) => {
    // ONNX divides alpha by the size of the window, which spans (size - 1) / 2 channels on each side.
    const options = given({ depthRadius: ((size as number) - 1) / 2, alpha: alpha! / (size as number), beta, bias });
    return u.transpose(u.localResponseNormalization(u.transpose(x!, [0, 2, 3, 1]), options), [0, 3, 1, 2]);
  }),
  matMul: row('matmul', ({ all: [a, b] }, { transposeA, transposeB }) => u.matmul(a!, b!, given({ transposeA, transposeB }))),
  max: reduction('max', u.max),
  maxN: folded('maximum', u.maximum),
  maxPool: row('maxPool2d', ({ all: [x] }, attrs) => maxPool(x!, attrs)),
  maxPool1d: row('maxPool2d', pool1d(maxPool)),
  maximum: binary('maximum', u.maximum),
  mean: reduction('mean', u.mean),
  meanN: row(['add', 'div'], ({ all }) => u.div(all.reduce((a, b) => u.add(a, b)), all.length)),
  meanSquaredError: loss(nn.meanSquaredError),
  min: reduction('min', u.min),
  minN: folded('minimum', u.minimum),
  minimum: binary('minimum', u.minimum),
  mod: binary('mod', u.mod),
  moments: row('moments', ({ all: [x] }, attrs) => {
    const { mean, variance } = u.moments(x!, reducing(attrs));
    return [mean, variance];
  }),
  mul: binary('mul', u.mul),
  neg: unary('neg', u.neg),
  norm: row(['max', 'min', 'sum'], ({ all: [x] }, attrs) => norm(x!, attrs)),
  notEqual: binary('notEqual', u.notEqual),
  oneHot: row('oneHot', ({ all: [indices] }, { depth, onValue, offValue }) => u.oneHot(indices!, depth!, { ...given({ onValue, offValue }), dtype: 'int32' })),
  onesLike: unary('onesLike', u.onesLike),
  outerProduct: binary('outer', u.outer),
  pad: row('pad', ({ all: [x] }, { paddings, mode, constantValue }) =>
    u.pad(x!, paddings!, given({ mode: mode as u.PadMode | undefined, value: constantValue === undefined ? undefined : numberOf(constantValue) })),
  ),
  pow: binary('pow', u.pow),
  prelu: binary('prelu', u.prelu),
  prod: reduction('prod', u.prod),
  reciprocal: unary('reciprocal', u.reciprocal),
  reduceL1: reduction('sum', (x, options) => u.sum(u.abs(x), options)),
  reduceL2: reduction('sum', (x, options) => u.sqrt(u.sum(u.square(x), options))),
  relu: unary('relu', u.relu),
  relu6: unary('relu6', u.relu6),
  reshape: row('reshape', ({ all: [x] }, { shape }) => u.reshape(x!, shape!)),
  resizeBilinear: row('resizeBilinear', resized(u.resizeBilinear)),
  resizeNearestNeighbor: row('resizeNearest', resized(u.resizeNearest)),
  reverse: row('flip', ({ all: [x] }, attrs) => u.flip(x!, axesOf(attrs))),
  round: unary('round', u.round),
  rsqrt: unary('rsqrt', u.rsqrt),
  selu: unary('selu', u.selu),
  separableConv2d: row('separableConv2d', ({ named: { x, depthwiseFilter, pointwiseFilter } }, attrs) => u.separableConv2d(x!, depthwiseFilter!, pointwiseFilter!, sliding(attrs))),
  sigmoid: unary('sigmoid', u.sigmoid),
  sigmoidCrossEntropy: smoothLoss(nn.sigmoidCrossEntropy),
  sign: unary('sign', u.sign),
  sin: unary('sin', u.sin),
  sinh: unary('sinh', u.sinh),
  slice: row('slice', ({ all: [x] }, { begin, size }) => u.slice(x!, begin!, size as readonly number[])),
  softmax: row('softmax', ({ all: [x] }, attrs) => u.softmax(x!, given({ axis: axisOf(attrs) }))),
  softmaxCrossEntropy: smoothLoss(nn.softmaxCrossEntropy),
  softmaxCrossEntropySparse: row([], sparseSoftmaxCrossEntropy),
  softplus: unary('softplus', u.softplus),
  softsign: unary('softsign', u.softsign),
  spaceToDepth: row('spaceToDepth', ({ all: [x] }, attrs) => u.spaceToDepth(x!, attrs.blockSize!, given({ dataFormat: image(attrs) }))),
  split: row('split', ({ all: [x] }, attrs) => u.split(x!, attrs.numOrSizeSplits!, axisOf(attrs))),
  sqrt: unary('sqrt', u.sqrt),
  square: unary('square', u.square),
  squaredDifference: binary('squaredDifference', u.squaredDifference),
  squeeze: row('squeeze', ({ all: [x] }, attrs) => u.squeeze(x!, axesOf(attrs))),
  stack: row('stack', ({ all }, attrs) => u.stack(all, axisOf(attrs))),
  step: row('step', ({ all: [x] }, { alpha }) => u.step(x!, given({ alpha }))),
  stridedSlice: row('stridedSlice', ({ all: [x] }, attrs) => stridedSlice(x!, attrs)),
  sub: binary('sub', u.sub),
  sum: reduction('sum', u.sum),
  sumSquare: reduction('sum', (x, options) => u.sum(u.square(x), options)),
  swish: unary('swish', u.swish),
  tan: unary('tan', u.tan),
  tanh: unary('tanh', u.tanh),
  tile: row('tile', ({ all: [x] }, { reps }) => u.tile(x!, reps!)),
  topk: row('topk', ({ all: [x] }, { k, sorted }) => {
    const { values, indices } = u.topk(x!, given({ k, sorted }));
    return [values, indices];
  }),
  transpose: row('transpose', ({ all: [x] }, { perm }) => u.transpose(x!, perm ?? undefined)),
  unstack: row('unstack', ({ all: [x] }, attrs) => u.unstack(x!, axisOf(attrs))),
  where: row('where', ({ all: [condition, a, b] }) => u.where(condition!, a!, b!)),
  zerosLike: unary('zerosLike', u.zerosLike),
};

const volume = 'images of three dimensions are out of scope';

/** Operations that this project does not have, with the reason. */
export const leftOutOps: Readonly<Record<string, string>> = {
  avgPool3d: volume,
  conv3d: volume,
  conv3dTranspose: volume,
  dropout: 'a layer: it belongs to @unfoldjs/nn',
  maxPool3d: volume,
};

const training = 'training form: the layer in @unfoldjs/nn updates running statistics';

/** Single cases that cannot run here, with the reason. */
export const leftOutCases: Readonly<Record<string, string>> = {
  'golden/addN/004': 'there is no addN: a list is added one by one, and an empty one has no sum',
  'golden/batchNorm/001': training,
  'golden/batchNorm/002': training,
};
