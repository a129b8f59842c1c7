// The layers.
export { activation } from './activation.js';
export type { Activation, ActivationFunction, ActivationName, ActivationOptions } from './activations.js';
export { batchNorm, type BatchNormOptions } from './batch-norm.js';
export type { LayerOptions, OutputOptions, WindowOptions } from './common.js';
export { conv2d, type Conv2dOptions } from './conv2d.js';
export { conv2dTranspose, type Conv2dTransposeOptions } from './conv2d-transpose.js';
export { dense, type DenseOptions } from './dense.js';
export { depthwiseConv2d, type DepthwiseConv2dOptions } from './depthwise-conv2d.js';
export { dropout, type DropoutOptions } from './dropout.js';
export { flatten } from './flatten.js';
export { layerNorm, type LayerNormOptions } from './layer-norm.js';
export { add, concat, multiply, type ConcatOptions } from './merge.js';
export { avgPool2d, globalAvgPool2d, globalMaxPool2d, maxPool2d, type GlobalPool2dOptions, type Pool2dOptions } from './pooling.js';
export { prelu, type PreluOptions } from './prelu.js';
export { reshape } from './reshape.js';
export { separableConv2d, type SeparableConv2dOptions } from './separable-conv2d.js';
export { upSampling2d, type UpSampling2dOptions } from './up-sampling2d.js';
export { zeroPadding2d, type ZeroPadding2dOptions } from './zero-padding2d.js';
