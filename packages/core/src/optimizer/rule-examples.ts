import type { RuleExample } from './example.js';
import { scaleIntoWeightsExample, scaleThroughShiftExample, mergeShiftsExample } from './rules/batch-norm.js';
import { constantToTheRightExample, readBeforeBroadcastExample, broadcastLastExample } from './rules/canonical.js';
import { foldPadIntoConvExample, fuseIm2colIntoMatmulExample } from './rules/convolution.js';
import { decomposeUnsupportedExample, lowerConvolutionExample } from './rules/decompose.js';
import { foldElementwiseExample, foldReshapeExample, foldMovementExample } from './rules/fold-constants.js';
import { fuseElementwiseExample } from './rules/fuse-elementwise.js';
import { fuseEpilogueExample, fuseBodyIntoEpilogueExample } from './rules/fuse-epilogue.js';
import {
  addNothingExample,
  timesOneExample,
  doubleNegationExample,
  doubleNotExample,
  addNegatedExample,
  multiplyNegatedExample,
  evenOfNegatedExample,
  oneOfTwoEqualExample,
  idempotentExample,
  castChainExample,
  knownChoiceExample,
} from './rules/identities.js';
import { shareEqualExample } from './rules/share.js';
import { transposeLastExample, reduceBeforeTransposeExample, transposeIntoMatmulExample } from './rules/transposes.js';
import {
  reshapeOfReshapeExample,
  reshapeToItselfExample,
  transposeOfTransposeExample,
  transposeIsReshapeExample,
  sliceOfSliceExample,
  sliceOfAllExample,
  reverseOfReverseExample,
  reverseOfOneExample,
  broadcastOfBroadcastExample,
  broadcastIsReshapeExample,
  padOfNothingExample,
  padOfPadExample,
  concatOfOneExample,
} from './rules/views.js';

/**
 * A family of graphs for every rule of the pipeline, on which it fires. Named one by one: a list made from whole modules would
 * keep the examples in every bundle that uses the rules.
 */
export const ruleExamples: readonly RuleExample[] = [
  scaleIntoWeightsExample,
  scaleThroughShiftExample,
  mergeShiftsExample,
  constantToTheRightExample,
  readBeforeBroadcastExample,
  broadcastLastExample,
  foldPadIntoConvExample,
  fuseIm2colIntoMatmulExample,
  decomposeUnsupportedExample,
  lowerConvolutionExample,
  foldElementwiseExample,
  foldReshapeExample,
  foldMovementExample,
  fuseElementwiseExample,
  fuseEpilogueExample,
  fuseBodyIntoEpilogueExample,
  addNothingExample,
  timesOneExample,
  doubleNegationExample,
  doubleNotExample,
  addNegatedExample,
  multiplyNegatedExample,
  evenOfNegatedExample,
  oneOfTwoEqualExample,
  idempotentExample,
  castChainExample,
  knownChoiceExample,
  shareEqualExample,
  transposeLastExample,
  reduceBeforeTransposeExample,
  transposeIntoMatmulExample,
  reshapeOfReshapeExample,
  reshapeToItselfExample,
  transposeOfTransposeExample,
  transposeIsReshapeExample,
  sliceOfSliceExample,
  sliceOfAllExample,
  reverseOfReverseExample,
  reverseOfOneExample,
  broadcastOfBroadcastExample,
  broadcastIsReshapeExample,
  padOfNothingExample,
  padOfPadExample,
  concatOfOneExample,
];
