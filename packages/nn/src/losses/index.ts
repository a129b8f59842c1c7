export {
  binaryCrossentropy,
  hingeLoss,
  logLoss,
  sigmoidCrossEntropy,
  type BinaryCrossentropyOptions,
  type LogLossOptions,
  type SigmoidCrossEntropyOptions,
} from './binary.js';
export type { LossOptions, Reduction } from './reduction.js';
export { huberLoss, meanAbsoluteError, meanSquaredError, type HuberLossOptions } from './regression.js';
export { softmaxCrossEntropy, type SoftmaxCrossEntropyOptions } from './softmax-cross-entropy.js';
