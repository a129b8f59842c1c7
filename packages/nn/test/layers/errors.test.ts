import { expect } from 'chai';
import { UnfoldError, type ErrorCode, type Shape } from '@unfoldjs/core';
import * as nn from '@unfoldjs/nn';
import { onCpu, refusal } from '../helper.js';

/** Options that a layer must refuse when it is made: what, the argument at fault. */
const options: readonly (readonly [string, () => unknown, string])[] = [
  ['conv2d without filters', () => nn.conv2d({ kernelSize: 3 } as never), 'filters'],
  ['conv2d without a kernel size', () => nn.conv2d({ filters: 3 } as never), 'kernelSize'],
  ['conv2d with half a filter', () => nn.conv2d({ filters: 1.5, kernelSize: 3 }), 'filters'],
  ['conv2d with a kernel of three sides', () => nn.conv2d({ filters: 1, kernelSize: [3, 3, 3] as never }), 'kernelSize'],
  ['conv2d with strides of 0', () => nn.conv2d({ filters: 1, kernelSize: 3, strides: 0 }), 'strides'],
  ['conv2d with dilations of -1', () => nn.conv2d({ filters: 1, kernelSize: 3, dilationRate: -1 }), 'dilationRate'],
  ['conv2d with no groups', () => nn.conv2d({ filters: 1, kernelSize: 3, groups: 0 }), 'groups'],
  ['conv2d with an unknown activation', () => nn.conv2d({ filters: 1, kernelSize: 3, activation: 'ReLU' as never }), 'activation'],
  ['conv2d with a name of Python', () => nn.conv2d({ filters: 1, kernel_size: 3 } as never), 'kernel_size'],
  ['conv2d with an unknown padding', () => nn.conv2d({ filters: 1, kernelSize: 3, padding: 'some' as never }), 'padding'],
  ['conv2d with useBias 1', () => nn.conv2d({ filters: 1, kernelSize: 3, useBias: 1 as never }), 'useBias'],
  ['conv2d on options that are none', () => nn.conv2d(32 as never), 'options'],
  ['depthwiseConv2d with a multiplier of 0', () => nn.depthwiseConv2d({ kernelSize: 3, depthMultiplier: 0 }), 'depthMultiplier'],
  ['separableConv2d with an initializer that is none', () => nn.separableConv2d({ filters: 1, kernelSize: 3, pointwiseInitializer: 'he' as never }), 'pointwiseInitializer'],
  ['conv2dTranspose with negative output padding', () => nn.conv2dTranspose({ filters: 1, kernelSize: 3, outputPadding: -1 }), 'outputPadding'],
  ['dense without units', () => nn.dense({} as never), 'units'],
  ['maxPool2d with a window of 0', () => nn.maxPool2d({ poolSize: 0 }), 'poolSize'],
  ['avgPool2d with an option of the core', () => nn.avgPool2d({ window: 2 } as never), 'window'],
  ['globalAvgPool2d with keepDims 1', () => nn.globalAvgPool2d({ keepDims: 1 as never }), 'keepDims'],
  ['flatten with an argument', () => nn.flatten(2 as never), 'options'],
  ['reshape with two sizes open', () => nn.reshape([-1, -1]), 'targetShape'],
  ['reshape with the options of TensorFlow.js', () => nn.reshape({ targetShape: [2] } as never), 'targetShape'],
  ['activation without a name', () => nn.activation(undefined as never), 'activation'],
  ['dropout with a rate of 1', () => nn.dropout(1), 'rate'],
  ['dropout with a rate in percent', () => nn.dropout(50), 'rate'],
  ['dropout with the options of TensorFlow.js', () => nn.dropout({ rate: 0.5 } as never), 'rate'],
  ['dropout with a noise shape of sizes', () => nn.dropout(0.5, { noiseShape: [3] as never }), 'noiseShape'],
  ['batchNorm with a momentum of 2', () => nn.batchNorm({ momentum: 2 }), 'momentum'],
  ['batchNorm with a negative epsilon', () => nn.batchNorm({ epsilon: -1 }), 'epsilon'],
  ['layerNorm without axes', () => nn.layerNorm({ axis: [] }), 'axis'],
  ['zeroPadding2d with negative padding', () => nn.zeroPadding2d({ padding: -1 }), 'padding'],
  ['zeroPadding2d with three pairs', () => nn.zeroPadding2d({ padding: [[1, 1], [1, 1], [1, 1]] as never }), 'padding'],
  ['upSampling2d with an unknown interpolation', () => nn.upSampling2d({ interpolation: 'cubic' as never }), 'interpolation'],
  ['concat with half an axis', () => nn.concat({ axis: 0.5 }), 'axis'],
  ['prelu with a word for an axis', () => nn.prelu({ sharedAxes: ['h'] as never }), 'sharedAxes'],
];

/** Inputs that a layer must refuse. */
const inputs: readonly (readonly [string, nn.Layer, readonly Shape[], ErrorCode])[] = [
  ['conv2d on a line', nn.conv2d({ filters: 1, kernelSize: 3 }), [[64]], 'SHAPE_MISMATCH'],
  ['conv2d on images smaller than its window', nn.conv2d({ filters: 1, kernelSize: 5 }), [[3, 3, 1]], 'SHAPE_MISMATCH'],
  ['conv2d on channels that do not divide into its groups', nn.conv2d({ filters: 4, kernelSize: 1, groups: 2 }), [[3, 3, 3]], 'SHAPE_MISMATCH'],
  ['conv2d with groups that do not divide its filters', nn.conv2d({ filters: 3, kernelSize: 1, groups: 2 }), [[3, 3, 4]], 'INVALID_ARGUMENT'],
  ['separableConv2d on a line', nn.separableConv2d({ filters: 1, kernelSize: 3 }), [[64]], 'SHAPE_MISMATCH'],
  ['dense on a single number', nn.dense({ units: 1 }), [[]], 'SHAPE_MISMATCH'],
  ['maxPool2d on images smaller than its window', nn.maxPool2d({ poolSize: 4 }), [[3, 3, 1]], 'SHAPE_MISMATCH'],
  ['globalAvgPool2d on a line', nn.globalAvgPool2d(), [[8]], 'SHAPE_MISMATCH'],
  ['reshape to another size', nn.reshape([3, 3]), [[8]], 'SHAPE_MISMATCH'],
  ['dropout with a noise shape of another rank', nn.dropout(0.5, { noiseShape: [1] }), [[3, 3, 1]], 'SHAPE_MISMATCH'],
  ['batchNorm along the batch', nn.batchNorm({ axis: 0 }), [[3]], 'SHAPE_MISMATCH'],
  ['layerNorm along an axis that is not there', nn.layerNorm({ axis: 3 }), [[3]], 'SHAPE_MISMATCH'],
  ['add on different shapes', nn.add(), [[3], [4]], 'SHAPE_MISMATCH'],
  ['add on different ranks', nn.add(), [[3], [3, 3]], 'SHAPE_MISMATCH'],
  ['add on one branch', nn.add(), [[3]], 'INVALID_ARGUMENT'],
  ['concat on different sides', nn.concat(), [[3, 3, 1], [4, 3, 1]], 'SHAPE_MISMATCH'],
  ['concat along the batch', nn.concat({ axis: 0 }), [[3], [3]], 'SHAPE_MISMATCH'],
  ['flatten on two inputs', nn.flatten(), [[3], [3]], 'INVALID_ARGUMENT'],
];

describe('a layer refuses, with a typed error that ends with the fix,', () => {
  onCpu();

  for (const [what, make, argument] of options) {
    it(what, () => {
      const error = refusal(make, 'INVALID_ARGUMENT');
      expect(error.argument).to.equal(argument);
    });
  }

  for (const [what, layer, shapes, code] of inputs) {
    it(what, () => {
      const error = refusal(() => layer.init(shapes, 1), code);
      expect(error.op).to.contain(layer.kind);
      expect(error).to.be.instanceOf(UnfoldError);
    });
  }
});
