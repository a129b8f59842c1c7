import * as u from '@unfoldjs/core';
import * as tf from '@tensorflow/tfjs-core';
import * as fc from 'fast-check';
import { exact, operand, row, type Row } from './row.js';

type Pair = readonly [number, number];
type Padding = 'same' | 'valid' | readonly [Pair, Pair];

/** A window on an image: every field `[height, width]`. */
interface Sliding {
  readonly image: Pair;
  readonly window: Pair;
  readonly strides: Pair;
  readonly dilations: Pair;
  readonly padding: Padding;
}

const pair = (of: fc.Arbitrary<number>): fc.Arbitrary<Pair> => fc.tuple(of, of);
const from1to = (max: number): fc.Arbitrary<number> => fc.integer({ min: 1, max });
const upTo = (max: number): fc.Arbitrary<number> => fc.integer({ min: 0, max });

const extent = ({ window, dilations }: Sliding, axis: 0 | 1): number => (window[axis] - 1) * dilations[axis] + 1;
const fits = (each: Sliding): boolean =>
  ([0, 1] as const).every((axis) => {
    if (each.padding === 'same') return true;
    const around = each.padding === 'valid' ? 0 : each.padding[axis][0] + each.padding[axis][1];
    return extent(each, axis) <= each.image[axis] + around;
  });

/**
 * Windows on small images: strides beyond the window, padding on one side only, windows larger than the image with 'same'. Either
 * strides or dilations are 1, because TensorFlow.js refuses both above 1.
 */
const sliding = ({ dilated = true, largestPad = 3 } = {}): fc.Arbitrary<Sliding> =>
  fc
    .record({
      image: pair(fc.constantFrom(1, 2, 3, 4, 5, 7, 8)),
      window: pair(from1to(4)),
      steps: pair(from1to(5)),
      dilates: dilated ? fc.boolean() : fc.constant(false),
      padding: fc.oneof(fc.constantFrom<Padding>('same', 'valid'), fc.tuple(pair(upTo(largestPad)), pair(upTo(largestPad)))),
    })
    .map(({ image, window, steps, dilates, padding }): Sliding => ({ image, window, strides: dilates ? [1, 1] : steps, dilations: dilates ? [Math.min(3, steps[0]), Math.min(3, steps[1])] : [1, 1], padding }))
    .filter(fits);

const theirPadding = (padding: Padding): 'same' | 'valid' | [Pair, Pair, Pair, Pair] => (typeof padding === 'string' ? padding : [[0, 0], padding[0], padding[1], [0, 0]]);
const pad = (padding: Padding) => theirPadding(padding) as 'same';
const list = ([a, b]: Pair): [number, number] => [a, b];
const images = (x: tf.Tensor): tf.Tensor4D => x as tf.Tensor4D;

const channels = fc.record({ batch: from1to(2), inputs: from1to(3), outputs: from1to(4) });

const optionsOf = ({ strides, dilations, padding }: Sliding) => ({ strides, dilations, padding });

/** Padding below the window, so that no window sees padding alone; and no 1 x 1 window, which TensorFlow.js takes for the identity. */
const pooling = sliding({ dilated: false }).filter(
  ({ window, padding }) =>
    window[0] * window[1] > 1 && (typeof padding === 'string' || ([0, 1] as const).every((axis) => Math.max(...padding[axis]) < window[axis])),
);

type TheirPool = (x: tf.Tensor4D, window: [number, number], strides: [number, number], padding: 'same') => tf.Tensor;

const pool = (name: string, ours: typeof u.maxPool2d, theirs: TheirPool, roundings: number): Row =>
  row({
    name,
    configs: fc.tuple(pooling, channels).map(([each, { batch, inputs }]) => ({ operands: [operand([batch, ...each.image, inputs])], options: each })),
    ours: ([x], { window, ...each }) => ours(x!, { window, strides: each.strides, padding: each.padding }),
    theirs: ([x], { window, strides, padding }) => theirs(images(x!), list(window), list(strides), pad(padding)),
    tolerance: { roundings },
  });

const resizing = fc
  .record({ batch: from1to(2), from: pair(from1to(6)), to: pair(from1to(9)), channel: from1to(3), flags: fc.constantFrom({ alignCorners: false, halfPixelCenters: false }, { alignCorners: true, halfPixelCenters: false }, { alignCorners: false, halfPixelCenters: true }) })
  .map(({ batch, from, to, channel, flags }) => ({ operands: [operand([batch, ...from, channel])], options: { to, ...flags } }));

const pooled = fc.tuple(pair(from1to(7)), channels).map(([image, { batch, inputs }]) => ({ operands: [operand([batch, ...image, inputs])], options: null }));

/** Filters each of which picks one element of a patch, in the order (row, column, channel): with them a convolution is im2col. */
const pickers = ([height, width]: Pair, depth: number): tf.Tensor4D => tf.reshape(tf.eye(height * width * depth), [height, width, depth, height * width * depth]);

/** Rows and columns of places of the window. */
const placesOf = (each: Sliding): Pair => {
  const along = (axis: 0 | 1): number => {
    const { padding, image, strides } = each;
    if (padding === 'same') return Math.ceil(image[axis] / strides[axis]);
    const around = padding === 'valid' ? 0 : padding[axis][0] + padding[axis][1];
    return Math.floor((image[axis] + around - extent(each, axis)) / strides[axis]) + 1;
  };
  return [along(0), along(1)];
};

export const imageRows: readonly Row[] = [
  row({
    name: 'conv2d',
    configs: fc.tuple(sliding(), channels).map(([each, { batch, inputs, outputs }]) => ({ operands: [operand([batch, ...each.image, inputs]), operand([...each.window, inputs, outputs])], options: each })),
    ours: ([x, filters], each) => u.conv2d(x!, filters!, optionsOf(each)),
    theirs: ([x, filters], { strides, dilations, padding }) => tf.conv2d(images(x!), images(filters!), list(strides), pad(padding), 'NHWC', list(dilations)),
    tolerance: exact,
  }),
  row({
    name: 'conv2d, NCHW',
    configs: fc.tuple(sliding(), channels).map(([each, { batch, inputs, outputs }]) => ({ operands: [operand([batch, inputs, ...each.image]), operand([...each.window, inputs, outputs])], options: each })),
    ours: ([x, filters], each) => u.conv2d(x!, filters!, { ...optionsOf(each), dataFormat: 'NCHW' }),
    theirs: ([x, filters], { strides, dilations, padding }) => {
      const last = tf.transpose(images(x!), [0, 2, 3, 1]);
      return tf.transpose(tf.conv2d(last, images(filters!), list(strides), pad(padding), 'NHWC', list(dilations)), [0, 3, 1, 2]);
    },
    tolerance: exact,
  }),
  row({
    name: 'conv2d in groups',
    configs: fc.tuple(sliding(), channels, from1to(3)).map(([each, { batch, inputs, outputs }, groups]) => ({
      operands: [operand([batch, ...each.image, inputs * groups]), operand([...each.window, inputs, outputs * groups])],
      options: { ...each, groups },
    })),
    ours: ([x, filters], { groups, ...each }) => u.conv2d(x!, filters!, { ...optionsOf(each), groups }),
    theirs: ([x, filters], { strides, dilations, padding, groups }) => {
      const parts = tf.split(images(x!), groups, 3);
      const weights = tf.split(images(filters!), groups, 3);
      return tf.concat(parts.map((part, i) => tf.conv2d(images(part), images(weights[i]!), list(strides), pad(padding), 'NHWC', list(dilations))), 3);
    },
    tolerance: exact,
  }),
  row({
    name: 'conv1d',
    configs: fc.tuple(sliding(), channels).filter(([{ padding }]) => typeof padding === 'string').map(([each, { batch, inputs, outputs }]) => ({ operands: [operand([batch, each.image[0], inputs]), operand([each.window[0], inputs, outputs])], options: each })),
    ours: ([x, filters], { strides, dilations, padding }) => u.conv1d(x!, filters!, { strides: strides[0], dilations: dilations[0], padding: padding as 'same' }),
    theirs: ([x, filters], { strides, dilations, padding }) => tf.conv1d(x! as tf.Tensor3D, filters! as tf.Tensor3D, strides[0], padding as 'same', 'NWC', dilations[0]),
    tolerance: exact,
  }),
  row({
    name: 'depthwiseConv2d',
    configs: fc.tuple(sliding(), channels).map(([each, { batch, inputs, outputs }]) => ({ operands: [operand([batch, ...each.image, inputs]), operand([...each.window, inputs, outputs])], options: each })),
    ours: ([x, filters], each) => u.depthwiseConv2d(x!, filters!, optionsOf(each)),
    theirs: ([x, filters], { strides, dilations, padding }) => tf.depthwiseConv2d(images(x!), images(filters!), list(strides), pad(padding), 'NHWC', list(dilations)),
    tolerance: exact,
  }),
  row({
    name: 'separableConv2d',
    configs: fc.tuple(sliding({ dilated: false }), channels).map(([each, { batch, inputs, outputs }]) => ({
      operands: [operand([batch, ...each.image, inputs]), operand([...each.window, inputs, 2]), operand([1, 1, inputs * 2, outputs])],
      options: each,
    })),
    ours: ([x, depthwise, pointwise], { strides, padding }) => u.separableConv2d(x!, depthwise!, pointwise!, { strides, padding }),
    theirs: ([x, depthwise, pointwise], { strides, padding }) => tf.separableConv2d(images(x!), images(depthwise!), images(pointwise!), list(strides), pad(padding)),
    tolerance: exact,
  }),
  row({
    name: 'conv2dTranspose',
    configs: fc.tuple(sliding({ dilated: false }), channels).map(([each, { batch, inputs, outputs }]) => ({
      operands: [operand([batch, ...placesOf(each), inputs]), operand([...each.window, outputs, inputs])],
      options: { ...each, shape: [batch, ...each.image, outputs] as [number, number, number, number] },
    })),
    ours: ([x, filters], { strides, padding, shape }) => u.conv2dTranspose(x!, filters!, { strides, padding, outputShape: shape }),
    theirs: ([x, filters], { strides, padding, shape }) => tf.conv2dTranspose(images(x!), images(filters!), shape, list(strides), pad(padding)),
    tolerance: exact,
  }),
  pool('maxPool2d', u.maxPool2d, tf.maxPool, 0),
  // The sum is exact: one division here (or a reciprocal and a product), one there.
  pool('avgPool2d', u.avgPool2d, tf.avgPool, 6),
  row({
    name: 'maxPool2d, dilated',
    configs: fc.tuple(sliding().filter(({ padding, dilations }) => padding === 'valid' && dilations[0] * dilations[1] > 1), channels).map(([each, { batch, inputs }]) => ({ operands: [operand([batch, ...each.image, inputs])], options: each })),
    ours: ([x], { window, dilations }) => u.maxPool2d(x!, { window, dilations, strides: 1 }),
    theirs: ([x], { window, dilations }) => tf.pool(images(x!), list(window), 'max', 'valid', list(dilations), [1, 1]),
    tolerance: exact,
  }),
  row({
    name: 'im2col',
    configs: fc.tuple(sliding(), channels).map(([each, { batch, inputs }]) => ({ operands: [operand([batch, ...each.image, inputs])], options: { ...each, inputs } })),
    ours: ([x], { window, ...each }) => u.im2col(x!, { window, ...optionsOf({ window, ...each }) }),
    theirs: ([x], { window, strides, dilations, padding, inputs }) => tf.conv2d(images(x!), pickers(window, inputs), list(strides), pad(padding), 'NHWC', list(dilations)),
    tolerance: exact,
  }),
  row({
    name: 'col2im',
    configs: fc.tuple(sliding({ dilated: false }), channels).map(([each, { batch, inputs }]) => ({
      operands: [operand([batch, ...placesOf(each), each.window[0] * each.window[1] * inputs])],
      options: { ...each, inputs, batch },
    })),
    ours: ([x], { window, image, ...each }) => u.col2im(x!, { window, inputShape: image, ...optionsOf({ window, image, ...each }) }),
    theirs: ([x], { window, strides, padding, image, inputs, batch }) => tf.conv2dTranspose(images(x!), pickers(window, inputs), [batch, ...image, inputs], list(strides), pad(padding)),
    tolerance: exact,
  }),
  row({ name: 'globalMaxPool2d', configs: pooled, ours: ([x]) => u.globalMaxPool2d(x!), theirs: ([x]) => tf.max(x!, [1, 2]), tolerance: exact }),
  row({ name: 'globalAvgPool2d', configs: pooled, ours: ([x]) => u.globalAvgPool2d(x!), theirs: ([x]) => tf.div(tf.sum(x!, [1, 2]), x!.shape[1]! * x!.shape[2]!), tolerance: { roundings: 6 } }),
  // Values up to 4, weights and their products round: about 16 roundings of sums up to 8.
  row({ name: 'resizeBilinear', configs: resizing, ours: ([x], { to, ...flags }) => u.resizeBilinear(x!, to, flags), theirs: ([x], { to, alignCorners, halfPixelCenters }) => tf.image.resizeBilinear(images(x!), list(to), alignCorners, halfPixelCenters), tolerance: { roundings: 0, absolute: 16 * 2 ** -24 * 8 } }),
  row({ name: 'resizeNearest', configs: resizing, ours: ([x], { to, ...flags }) => u.resizeNearest(x!, to, flags), theirs: ([x], { to, alignCorners, halfPixelCenters }) => tf.image.resizeNearestNeighbor(images(x!), list(to), alignCorners, halfPixelCenters), tolerance: exact }),
  row({
    name: 'localResponseNormalization',
    configs: fc.record({ batch: from1to(2), image: pair(from1to(3)), channel: from1to(9), depthRadius: upTo(4), beta: fc.constantFrom(0.5, 0.75, 1) }).map(({ batch, image, channel, ...options }) => ({ operands: [operand([batch, ...image, channel])], options })),
    ours: ([x], { depthRadius, beta }) => u.localResponseNormalization(x!, { depthRadius, bias: 1, alpha: 0.5, beta }),
    theirs: ([x], { depthRadius, beta }) => tf.localResponseNormalization(images(x!), depthRadius, 1, 0.5, beta),
    // A power of up to 73 with an exponent up to 1: 4 + 2 log(73) ulps, and a division.
    tolerance: { roundings: 40 },
  }),
];
