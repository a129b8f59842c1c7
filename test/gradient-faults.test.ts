import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { cpu } from '@unfoldjs/backend-cpu';
import * as u from '@unfoldjs/core';
import { tensor, type Shape, type Tensor } from '@unfoldjs/core';
import { grad } from '@unfoldjs/core/autodiff';
import { expect } from 'chai';
import { gradientFault, type Fill } from './gradients/differences.js';
import { registerTfjsGradients } from './support/tfjs-gradients.js';

interface Fault {
  readonly what: string;
  readonly shapes: readonly Shape[];
  readonly ours: (inputs: readonly Tensor[]) => Tensor;
  readonly theirs: (inputs: readonly tf.Tensor[]) => tf.Tensor;
}

const images = (x: tf.Tensor | undefined): tf.Tensor4D => x as tf.Tensor4D;

const faults: readonly Fault[] = [
  {
    what: 'the average of a window at the edge goes to the pixels that are there, by their number',
    shapes: [[1, 3, 3, 1]],
    ours: ([x]) => u.avgPool2d(x!, { window: 2, strides: 1, padding: 'same' }),
    theirs: ([x]) => tf.avgPool(images(x), 2, 1, 'same'),
  },
  {
    what: 'what mirroring repeats is added up',
    shapes: [[3]],
    ours: ([x]) => u.pad(x!, [[2, 1]], { mode: 'reflect' }),
    theirs: ([x]) => tf.mirrorPad(x!, [[2, 1]], 'reflect'),
  },
  { what: 'the larger of operands that broadcast', shapes: [[2, 3], [3]], ours: ([a, b]) => u.maximum(a!, b!), theirs: ([a, b]) => tf.maximum(a!, b!) },
  { what: 'the smaller of operands that broadcast', shapes: [[3], [2, 3]], ours: ([a, b]) => u.minimum(a!, b!), theirs: ([a, b]) => tf.minimum(a!, b!) },
  { what: 'the squared difference of operands that broadcast', shapes: [[2, 3], [3]], ours: ([a, b]) => u.squaredDifference(a!, b!), theirs: ([a, b]) => tf.squaredDifference(a!, b!) },
  { what: 'prelu of a scalar by several slopes', shapes: [[], [3]], ours: ([a, b]) => u.prelu(a!, b!), theirs: ([a, b]) => tf.prelu(a!, b!) },
  { what: 'products along a negative axis', shapes: [[2, 3]], ours: ([x]) => u.prod(x!, { axes: -1 }), theirs: ([x]) => tf.prod(x!, -1) },
  { what: 'running sums along the first of two axes', shapes: [[2, 3]], ours: ([x]) => u.cumsum(x!, { axis: 0 }), theirs: ([x]) => tf.cumsum(x!, 0) },
  { what: 'matrices that are repeated for a batch', shapes: [[2, 2], [3, 2, 2]], ours: ([a, b]) => u.matmul(a!, b!), theirs: ([a, b]) => tf.matMul(a!, b!) },
  {
    what: 'dilated convolutions (tensorflow/tfjs#7906)',
    shapes: [[1, 4, 4, 1], [2, 2, 1, 1]],
    ours: ([x, w]) => u.conv2d(x!, w!, { dilations: 2 }),
    theirs: ([x, w]) => tf.conv2d(images(x), images(w), 1, 'valid', 'NHWC', 2),
  },
  {
    what: 'dilated depthwise convolutions',
    shapes: [[1, 4, 4, 2], [2, 2, 2, 1]],
    ours: ([x, w]) => u.depthwiseConv2d(x!, w!, { dilations: 2 }),
    theirs: ([x, w]) => tf.depthwiseConv2d(images(x), images(w), 1, 'valid', 'NHWC', 2),
  },
  { what: 'a picture that is not square, made larger', shapes: [[1, 2, 3, 1]], ours: ([x]) => u.resizeBilinear(x!, [4, 4]), theirs: ([x]) => tf.image.resizeBilinear(images(x), [4, 4]) },
  {
    what: 'half pixels',
    shapes: [[1, 4, 4, 1]],
    ours: ([x]) => u.resizeBilinear(x!, [2, 2], { halfPixelCenters: true }),
    theirs: ([x]) => tf.image.resizeBilinear(images(x), [2, 2], false, true),
  },
  { what: 'the second picture of a batch', shapes: [[2, 1, 1, 1]], ours: ([x]) => u.resizeNearest(x!, [1, 2]), theirs: ([x]) => tf.image.resizeNearestNeighbor(images(x), [1, 2]) },
  { what: 'a batch normalisation without a scale', shapes: [[2, 2], [2], [2]], ours: ([x, m, v]) => u.batchNorm(x!, m!, v!), theirs: ([x, m, v]) => tf.batchNorm(x!, m as tf.Tensor1D, v as tf.Tensor1D, undefined, undefined, 1e-3) },
  { what: 'division that gives 0 by 0', shapes: [[2], [2]], ours: ([a, b]) => u.divNoNan(a!, b!), theirs: ([a, b]) => tf.divNoNan(a!, b!) },
  { what: 'the largest elements', shapes: [[4]], ours: ([x]) => u.topk(x!, { k: 2 }).values, theirs: ([x]) => tf.topk(x!, 2).values },
  { what: 'strided slices', shapes: [[5]], ours: ([x]) => u.stridedSlice(x!, [0], [5], [2]), theirs: ([x]) => tf.stridedSlice(x!, [0], [5], [2]) },
  { what: 'depth to space', shapes: [[1, 1, 1, 4]], ours: ([x]) => u.depthToSpace(x!, 2), theirs: ([x]) => tf.depthToSpace(images(x), 2) },
];

/** Positive numbers, no two alike. */
const ascending: Fill = (random, size) => Array.from({ length: size }, (_, i) => 0.5 + ((i * 5) % 16) / 8 + random.real(0, 1 / 16));
const weights = (size: number): number[] => Array.from({ length: size }, (_, i) => i + 1);

// Each test says by central differences in doubles that ours is right; where TensorFlow.js is mended, it fails, and the case belongs
// among the rows of test/differential/gradients.ts.
describe('where gradients of TensorFlow.js 4.22.0 are wrong or missing, ours are right:', () => {
  before(async () => {
    await tf.setBackend('cpu');
    await registerTfjsGradients();
    await u.setBackend(cpu({ precision: 'float64' }));
  });

  for (const { what, shapes, ours, theirs } of faults) {
    it(what, async () => {
      // The second operand lies between elements of the first.
      const operands = shapes.map((shape, i) => ({ shape, fill: (random, size) => ascending(random, size).map((value) => value + i * 0.07) }) satisfies { shape: Shape; fill: Fill });
      expect(await gradientFault({ name: what, operands, call: ours }, 7)).to.equal(null);

      const data = shapes.map((shape, i) => Float32Array.from(weights(u.sizeOf(shape)), (value) => value / 4 + i / 16));
      const loss = (all: readonly Tensor[]): Tensor => {
        const y = ours(all);
        return u.sum(u.mul(y, tensor(weights(y.size), y.shape)));
      };
      const right = await Promise.all(grad(loss)(data.map((each, i) => tensor(each, shapes[i]!))).map((each) => each.data()));
      let wrong: readonly ArrayLike<number>[] | string;
      try {
        wrong = tf.tidy(() =>
          tf
            .grads((...all: tf.Tensor[]) => {
              const y = theirs(all);
              return tf.sum(tf.mul(y, tf.tensor(weights(y.size), y.shape)));
            })(data.map((each, i) => tf.tensor(each, [...shapes[i]!])))
            .map((each) => each.dataSync()),
        );
      } catch (error) {
        wrong = (error as Error).message;
      }
      const agrees = typeof wrong !== 'string' && right.every((each, i) => each.every((value, k) => Math.abs(value - wrong[i]![k]!) < 1e-3));
      expect(agrees, 'TensorFlow.js is right now').to.equal(false);
    });
  }
});
