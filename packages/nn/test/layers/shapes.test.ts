import { expect } from 'chai';
import { sizeOf, zeros, type Shape } from '@unfoldjs/core';
import * as nn from '@unfoldjs/nn';
import { namedParameters, type Layer } from '@unfoldjs/nn';
import { inference, onCpu } from '../helper.js';

interface Case {
  readonly what: string;
  readonly layer: Layer;
  readonly inputs: readonly Shape[];
  readonly output: Shape;
  /** Trained, and all with moving statistics: what `count_params()` of Keras 3 gives. */
  readonly trainable: number;
  readonly all?: number;
}

const cases: readonly Case[] = [
  { what: 'Conv2D(32, 3)', layer: nn.conv2d({ filters: 32, kernelSize: 3 }), inputs: [[28, 28, 1]], output: [26, 26, 32], trainable: 320 },
  { what: 'Conv2D(64, (3, 5), strides=2, padding="same")', layer: nn.conv2d({ filters: 64, kernelSize: [3, 5], strides: 2, padding: 'same' }), inputs: [[27, 28, 3]], output: [14, 14, 64], trainable: 2944 },
  { what: 'Conv2D(8, 3, use_bias=False, dilation_rate=2)', layer: nn.conv2d({ filters: 8, kernelSize: 3, useBias: false, dilationRate: 2 }), inputs: [[9, 9, 4]], output: [5, 5, 8], trainable: 288 },
  { what: 'Conv2D(8, 3, groups=4)', layer: nn.conv2d({ filters: 8, kernelSize: 3, groups: 4 }), inputs: [[9, 9, 4]], output: [7, 7, 8], trainable: 80 },
  { what: 'DepthwiseConv2D(3)', layer: nn.depthwiseConv2d({ kernelSize: 3 }), inputs: [[28, 28, 8]], output: [26, 26, 8], trainable: 80 },
  { what: 'DepthwiseConv2D(3, depth_multiplier=2, padding="same")', layer: nn.depthwiseConv2d({ kernelSize: 3, depthMultiplier: 2, padding: 'same' }), inputs: [[7, 7, 8]], output: [7, 7, 16], trainable: 160 },
  { what: 'SeparableConv2D(32, 3)', layer: nn.separableConv2d({ filters: 32, kernelSize: 3 }), inputs: [[28, 28, 8]], output: [26, 26, 32], trainable: 360 },
  { what: 'SeparableConv2D(16, 3, depth_multiplier=2, use_bias=False)', layer: nn.separableConv2d({ filters: 16, kernelSize: 3, depthMultiplier: 2, useBias: false }), inputs: [[9, 9, 3]], output: [7, 7, 16], trainable: 150 },
  { what: 'Conv2DTranspose(8, 3, strides=2, padding="same")', layer: nn.conv2dTranspose({ filters: 8, kernelSize: 3, strides: 2, padding: 'same' }), inputs: [[7, 7, 16]], output: [14, 14, 8], trainable: 1160 },
  { what: 'Conv2DTranspose(8, 3, strides=2)', layer: nn.conv2dTranspose({ filters: 8, kernelSize: 3, strides: 2 }), inputs: [[7, 7, 16]], output: [15, 15, 8], trainable: 1160 },
  { what: 'Conv2DTranspose(4, 2, strides=3)', layer: nn.conv2dTranspose({ filters: 4, kernelSize: 2, strides: 3 }), inputs: [[5, 5, 2]], output: [15, 15, 4], trainable: 36 },
  { what: 'Dense(10)', layer: nn.dense({ units: 10 }), inputs: [[64]], output: [10], trainable: 650 },
  { what: 'Dense(10) along the last axis', layer: nn.dense({ units: 10, useBias: false }), inputs: [[5, 7, 64]], output: [5, 7, 10], trainable: 640 },
  { what: 'MaxPooling2D()', layer: nn.maxPool2d(), inputs: [[7, 7, 3]], output: [3, 3, 3], trainable: 0 },
  { what: 'MaxPooling2D(3, strides=2, padding="same")', layer: nn.maxPool2d({ poolSize: 3, strides: 2, padding: 'same' }), inputs: [[7, 8, 3]], output: [4, 4, 3], trainable: 0 },
  { what: 'AveragePooling2D((2, 3))', layer: nn.avgPool2d({ poolSize: [2, 3] }), inputs: [[8, 9, 2]], output: [4, 3, 2], trainable: 0 },
  { what: 'GlobalAveragePooling2D()', layer: nn.globalAvgPool2d(), inputs: [[7, 7, 64]], output: [64], trainable: 0 },
  { what: 'GlobalMaxPooling2D(keepdims=True)', layer: nn.globalMaxPool2d({ keepDims: true }), inputs: [[7, 7, 64]], output: [1, 1, 64], trainable: 0 },
  { what: 'Flatten()', layer: nn.flatten(), inputs: [[7, 7, 32]], output: [1568], trainable: 0 },
  { what: 'Reshape((7, 7, -1))', layer: nn.reshape([7, 7, -1]), inputs: [[784]], output: [7, 7, 16], trainable: 0 },
  { what: 'Activation("softmax")', layer: nn.activation('softmax'), inputs: [[10]], output: [10], trainable: 0 },
  { what: 'Dropout(0.5)', layer: nn.dropout(0.5), inputs: [[4, 4, 2]], output: [4, 4, 2], trainable: 0 },
  { what: 'BatchNormalization()', layer: nn.batchNorm(), inputs: [[28, 28, 32]], output: [28, 28, 32], trainable: 64, all: 128 },
  { what: 'BatchNormalization(scale=False)', layer: nn.batchNorm({ scale: false }), inputs: [[16]], output: [16], trainable: 16, all: 48 },
  { what: 'BatchNormalization(axis=1)', layer: nn.batchNorm({ axis: 1 }), inputs: [[3, 5, 7]], output: [3, 5, 7], trainable: 6, all: 12 },
  { what: 'LayerNormalization()', layer: nn.layerNorm(), inputs: [[5, 16]], output: [5, 16], trainable: 32 },
  { what: 'LayerNormalization(axis=[1, 2])', layer: nn.layerNorm({ axis: [1, 2] }), inputs: [[5, 16]], output: [5, 16], trainable: 160 },
  { what: 'ZeroPadding2D()', layer: nn.zeroPadding2d(), inputs: [[4, 5, 1]], output: [6, 7, 1], trainable: 0 },
  { what: 'ZeroPadding2D(((0, 1), (2, 3)))', layer: nn.zeroPadding2d({ padding: [[0, 1], [2, 3]] }), inputs: [[4, 4, 1]], output: [5, 9, 1], trainable: 0 },
  { what: 'UpSampling2D((2, 3))', layer: nn.upSampling2d({ size: [2, 3] }), inputs: [[7, 7, 8]], output: [14, 21, 8], trainable: 0 },
  { what: 'PReLU(shared_axes=[1, 2])', layer: nn.prelu({ sharedAxes: [1, 2] }), inputs: [[7, 7, 8]], output: [7, 7, 8], trainable: 8 },
  { what: 'PReLU()', layer: nn.prelu(), inputs: [[7, 7, 8]], output: [7, 7, 8], trainable: 392 },
  { what: 'Add()', layer: nn.add(), inputs: [[4, 4, 2], [4, 4, 2], [4, 4, 2]], output: [4, 4, 2], trainable: 0 },
  { what: 'Multiply() of a gate', layer: nn.multiply(), inputs: [[4, 4, 2], [1, 1, 2]], output: [4, 4, 2], trainable: 0 },
  { what: 'Concatenate()', layer: nn.concat(), inputs: [[4, 4, 2], [4, 4, 3]], output: [4, 4, 5], trainable: 0 },
  { what: 'Concatenate(axis=1)', layer: nn.concat({ axis: 1 }), inputs: [[3, 4], [2, 4]], output: [5, 4], trainable: 0 },
];

describe('a layer has the output shape and as many parameters as in Keras:', () => {
  onCpu();

  for (const { what, layer, inputs, output, trainable, all = trainable } of cases) {
    it(what, () => {
      const made = layer.init(inputs, 1);
      const count = (tree: nn.Params) => namedParameters(tree).reduce((sum, { tensor }) => sum + sizeOf(tensor.shape), 0);
      expect(made.output).to.deep.equal(output);
      expect(layer.outputShape?.(inputs)).to.deep.equal(output);
      expect(count(made.params)).to.equal(trainable);
      expect(count(made.params) + count(made.state)).to.equal(all);
      const batch = inputs.map((shape) => zeros([3, ...shape]));
      expect(layer.apply(made.params, batch, inference, made.state).output.shape).to.deep.equal([3, ...output]);
    });
  }
});
