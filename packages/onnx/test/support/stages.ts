import * as u from '@unfoldjs/core';
import type { Tensor } from '@unfoldjs/core';

/** A whole number from 0 to below `limit`. */
export type Pick = (limit: number) => number;

/** One step of a random network: images in, images out, of whole numbers that stay so. What does not fit leaves them as they are. */
type Stage = (x: Tensor, pick: Pick) => Tensor;

export const wholeNumbers = (shape: readonly number[], pick: Pick, limit = 2): Tensor =>
  u.tensor(Float32Array.from({ length: shape.reduce((all, size) => all * size, 1) }, () => pick(2 * limit + 1) - limit), shape);

/** Numbers stay small, so that sums are exact in any order. */
const small = (x: Tensor): Tensor => u.clip(x, { min: -4, max: 4 });

const perImage = (x: Tensor): number => x.size / x.shape[0]!;
const sides = (x: Tensor): readonly [number, number, number] => [x.shape[1]!, x.shape[2]!, x.shape[3]!];
const channel = (x: Tensor, pick: Pick): Tensor => wholeNumbers([x.shape[3]!], pick);
const pair = (pick: Pick, limit: number, least = 0): readonly [number, number] => [least + pick(limit), least + pick(limit)];

/** A window that fits, with padding smaller than it. */
function windowFor(x: Tensor, pick: Pick) {
  const [height, width] = sides(x);
  const window = [1 + pick(Math.min(3, height)), 1 + pick(Math.min(3, width))] as const;
  const dilations = window.map((size, axis) => ((size - 1) * 2 + 1 <= x.shape[axis + 1]! ? 1 + pick(2) : 1)) as unknown as readonly [number, number];
  const padding = window.map((size) => [pick(size), pick(size)]) as unknown as readonly [readonly [number, number], readonly [number, number]];
  return { window, dilations, padding, strides: pair(pick, 2, 1) };
}

export const stages: Readonly<Record<string, Stage>> = {
  conv2d(x, pick) {
    const { window, ...slide } = windowFor(x, pick);
    const channels = x.shape[3]!;
    const groups = pick(2) === 1 ? channels : 1;
    const filters = wholeNumbers([...window, channels / groups, groups * (1 + pick(2))], pick);
    const y = u.conv2d(x, filters, { ...slide, groups });
    return small(pick(2) === 1 ? y.add(channel(y, pick)) : y);
  },
  depthwiseConv2d(x, pick) {
    const { window, ...slide } = windowFor(x, pick);
    return small(u.depthwiseConv2d(x, wholeNumbers([...window, x.shape[3]!, 1 + pick(2)], pick), slide));
  },
  conv2dTranspose(x, pick) {
    const { window, padding, dilations } = windowFor(x, pick);
    const [height, width, channels] = sides(x);
    if (height * width > 100) return x;
    const strides = pair(pick, 2, 1);
    const groups = pick(2) === 1 ? channels : 1;
    const reach = [0, 1].map((axis) => (sides(x)[axis]! - 1) * strides[axis]! + (window[axis]! - 1) * dilations[axis]! + 1 - padding[axis]![0] - padding[axis]![1]);
    if (reach.some((size) => size < 1)) return x;
    const outputPadding = strides.map((stride) => pick(stride)) as unknown as readonly [number, number];
    const y = u.conv2dTranspose(x, wholeNumbers([...window, 1 + pick(2), channels], pick), { strides, padding, dilations, groups, outputPadding });
    return small(pick(2) === 1 ? y.add(channel(y, pick)) : y);
  },
  conv1d(x, pick) {
    const [height, width, channels] = sides(x);
    const y = u.conv1d(u.reshape(x, [-1, width, channels]), wholeNumbers([1 + pick(Math.min(2, width)), channels, 2], pick), { padding: 'same' }).add(wholeNumbers([2], pick));
    return small(u.reshape(y, [-1, height, width, 2]));
  },
  signalPool(x, pick) {
    const [height, width, channels] = sides(x);
    const rows = u.reshape(x, [-1, 1, width, channels]);
    const options = { window: [1, 1 + pick(Math.min(3, width))], strides: 1, padding: 'same' } as const;
    return u.reshape(pick(2) === 1 ? u.maxPool2d(u.reshape(u.reshape(rows, [-1, width, channels]), [-1, 1, width, channels]), options) : u.floor(u.avgPool2d(rows, options)), [-1, height, width, channels]);
  },
  channelsFirst: (x, pick) => small(u.transpose(u.conv2d(u.transpose(x, [0, 3, 1, 2]), wholeNumbers([1, 1, x.shape[3]!, 2], pick), { dataFormat: 'NCHW' }).add(wholeNumbers([2, 1, 1], pick)), [0, 2, 3, 1])),
  // What could become part of the node before it, were that not read elsewhere.
  shared(x, pick) {
    const y = u.conv2d(x, wholeNumbers([1, 1, x.shape[3]!, 2], pick));
    const wide = u.reshape(y, [-1, y.shape[1]! * y.shape[2]!, 2]);
    const sum = u.sum(y, { axes: [1, 2], keepDims: true });
    const mean = u.floor(u.div(sum, y.shape[1]! * y.shape[2]!));
    const bias = wholeNumbers([2], pick);
    const parts = [y, y.add(bias), u.reshape(wide, [-1, y.shape[1]!, y.shape[2]!, 2]).add(bias), u.reshape(wide.add(bias), [-1, y.shape[1]!, y.shape[2]!, 2]), y.add(sum), y.add(mean), y.add(bias).add(bias), u.resizeNearest(y, [y.shape[1]!, y.shape[2]! * 2]).sum({ axes: 2, keepDims: true }).add(y)];
    const first = pick(parts.length);
    return small(u.concat([parts[first]!, parts[pick(parts.length)]!], 3));
  },
  deeper: (x, pick) => u.floor(u.div(u.div(u.sum(x, { axes: 3, keepDims: true }), x.shape[3]!), x.shape[3]!)).add(pick(2)),
  maxPool2d: (x, pick) => u.maxPool2d(x, { ...windowFor(x, pick), ceilMode: pick(2) === 1 }),
  avgPool2d(x, pick) {
    const { dilations: _, ...slide } = windowFor(x, pick);
    return u.floor(u.avgPool2d(x, { ...slide, ceilMode: pick(2) === 1, countIncludePad: pick(2) === 1 }));
  },
  // The root of 3.5 + 0.5 is exact.
  batchNorm: (x, pick) => small(u.batchNorm(x, channel(x, pick), u.full([x.shape[3]!], 3.5), { offset: channel(x, pick), scale: u.mul(channel(x, pick), 2), epsilon: 0.5 })),
  normChannelsFirst(x, pick) {
    const perChannel = (): Tensor => u.reshape(channel(x, pick), [-1, 1, 1]);
    const y = u.batchNorm(u.transpose(x, [0, 3, 1, 2]), perChannel(), u.full([x.shape[3]!, 1, 1], 3.5), { offset: perChannel(), scale: u.mul(perChannel(), 2), epsilon: 0.5 });
    return small(u.transpose(y, [0, 2, 3, 1]));
  },
  activation: (x, pick) => [u.relu, u.relu6, u.abs, u.neg, u.sign, u.square, (t: Tensor) => u.leakyRelu(t, { alpha: 2 }), (t: Tensor) => u.prelu(t, channel(t, pick)), (t: Tensor) => u.clip(t, { max: 1 })][pick(9)]!(x),
  binary: (x, pick) => small([u.add, u.sub, u.mul, u.maximum, u.minimum, u.squaredDifference][pick(6)]!(x, [channel(x, pick), u.scalar(pick(3)), x.add(1), wholeNumbers([x.shape[1]!, 1, 1], pick)][pick(4)]!)),
  divided: (x, pick) => u.floor(u.div(x, 1 + pick(4))),
  remainder: (x, pick) => u.mod(x, pick(2) === 1 ? 3 : -3),
  where: (x, pick) => u.where([u.greater, u.lessEqual, u.equal, u.notEqual, u.greaterEqual, u.less][pick(6)]!(x, pick(3) - 1), x, pick(2) === 1 ? channel(x, pick) : -1),
  truth: (x, pick) => u.cast([u.logicalAnd, u.logicalOr, u.logicalXor][pick(3)]!(u.greater(x, 0), u.logicalNot(u.less(x, 2))), 'float32'),
  wholeTypes: (x, pick) => u.cast([(t: Tensor) => u.floorDiv(t, 3), (t: Tensor) => u.mod(t, -3), (t: Tensor) => t.mul(t).sub(1), (t: Tensor) => u.relu(t.add(1))][pick(4)]!(u.cast(x, 'int32')), 'float32'),
  pad: (x, pick) => u.pad(x, [[0, 0], pair(pick, 2), pair(pick, 2), pair(pick, 2)], { value: pick(3) }),
  padMode: (x, pick) => (Math.min(...sides(x).slice(0, 2)) < 3 ? x : u.pad(x, [[0, 0], pair(pick, 3), pair(pick, 3), [0, 0]], { mode: (['reflect', 'symmetric', 'edge', 'wrap'] as const)[pick(4)]! })),
  slice: (x, pick) => {
    const begin = sides(x).map((size) => pick(size));
    return u.slice(x, [0, ...begin], [-1, ...sides(x).map((size, axis) => 1 + pick(size - begin[axis]!))]);
  },
  stridedSlice: (x, pick) => u.stridedSlice(x, [0, 0, 0], [x.shape[0]!, ...sides(x).slice(0, 2)], [1, 1 + pick(2), 1 + pick(2)]),
  flip: (x, pick) => u.flip(x, [1 + pick(3)]),
  concat: (x, pick) => (perImage(x) > 1000 ? x : u.concat([x, x.add(1), x.mul(-1)].slice(0, 2 + pick(2)), 1 + pick(3))),
  split: (x, pick) => u.concat([...u.split(x, [1, x.shape[3]! - 1], 3)].reverse(), 3).add(pick(2)),
  gather: (x, pick) => u.gather(x, u.tensor([0, x.shape[3]! - 1, 0], [3], 'int32'), { axis: 3 }).add(pick(2)),
  transpose: (x, pick) => u.transpose(x, [[0, 2, 1, 3], [0, 3, 1, 2], [0, 2, 3, 1]][pick(3)]!),
  depthToSpace: (x) => (perImage(x) > 500 ? x : u.depthToSpace(u.concat([x, x, x.add(1), x.sub(1)], 3), 2)),
  reshape: (x, pick) => u.reshape(x, [[-1, x.shape[2]!, x.shape[1]!, x.shape[3]!], [-1, 1, x.shape[1]! * x.shape[2]!, x.shape[3]!], [-1, x.shape[1]!, 1, x.shape[2]! * x.shape[3]!]][pick(3)]!),
  reduce: (x, pick) => {
    const axes = 1 + pick(3);
    return small([u.sum, u.max, u.min, (t: Tensor, o: object) => u.floor(u.mean(t, o)), (t: Tensor, o: object) => u.prod(u.clip(t, { min: -1, max: 1 }), o)][pick(5)]!(x, { axes, keepDims: true }));
  },
  squeezeAndExcite: (x, pick) => small(x.mul(u.reshape(u.sign(u.matmul(u.sum(x, { axes: [1, 2] }), wholeNumbers([x.shape[3]!, x.shape[3]!], pick))), [-1, 1, 1, x.shape[3]!]))),
  argMax: (x, pick) => small(u.cast(u.argMax(x, { axis: 1 + pick(3), keepDims: true }), 'float32').add(x)),
  cumsum: (x, pick) => small(u.cumsum(x, { axis: 1 + pick(3), exclusive: pick(2) === 1, reverse: pick(2) === 1 })),
  matmul: (x, pick) => small(pick(2) === 1 ? u.matmul(x, wholeNumbers([x.shape[3]!, 2], pick)) : u.matmul(x, x, { transposeB: true })),
  dense: (x, pick) => {
    const size = perImage(x);
    return size > 400 ? x : u.reshape(small(u.matmul(u.reshape(x, [-1, size]), wholeNumbers([4, size], pick), { transposeB: true }).add(wholeNumbers([4], pick))), [-1, 2, 2, 1]);
  },
  resizeNearest: (x, pick) => (perImage(x) > 500 ? x : u.resizeNearest(x, [x.shape[1]! * (1 + pick(3)), x.shape[2]! * 2])),
  resizeBilinear: (x, pick) => (perImage(x) > 500 ? x : u.floor(u.resizeBilinear(x, [x.shape[1]! * (1 + pick(2)), x.shape[2]! * 2], { halfPixelCenters: pick(2) === 1 }))),
  tile: (x, pick) => (perImage(x) > 500 ? x : u.tile(x, [1, 1 + pick(2), 1, 1 + pick(2)])),
  im2col: (x, pick) => {
    const { window, ...slide } = windowFor(x, pick);
    return perImage(x) > 300 ? x : u.im2col(x, { window, ...slide });
  },
};

/** What ends a network: these round, and give numbers up to 1 or of the size of their operands. */
export const heads: Readonly<Record<string, (x: Tensor) => Tensor>> = {
  asIs: (x) => x,
  softmax: (x) => u.softmax(x),
  logSoftmax: (x) => u.logSoftmax(x, { axis: 1 }),
  sigmoid: (x) => u.sigmoid(x),
  tanh: (x) => u.tanh(x),
  swish: (x) => u.swish(x),
  gelu: (x) => u.gelu(x),
  geluByTanh: (x) => u.gelu(x, { approximate: true }),
  mish: (x) => u.mish(x),
  elu: (x) => u.elu(x),
  hardSwish: (x) => u.hardSwish(x),
  layerNorm: (x) => u.layerNorm(x),
  groupNorm: (x) => u.groupNorm(x, { groups: 1 }),
  instanceNorm: (x) => u.instanceNorm(x),
  scaledNorm: (x) => u.instanceNorm(x, { scale: u.full([x.shape[3]!], 2), offset: u.full([x.shape[3]!], 1) }).mul(3),
  normTwice: (x) => {
    const y = u.instanceNorm(u.transpose(x, [0, 3, 1, 2]), { dataFormat: 'NCHW', epsilon: 1 });
    return u.concat([y, y.mul(u.full([x.shape[3]!, 1, 1], 2)).add(1).mul(2)], 1);
  },
  erf: (x) => u.erf(x),
  average: (x) => u.globalAvgPool2d(x),
};
