import { steps } from './measure.js';
import type { RuleNotes } from './notes.js';
import type { Rule, RuleReason } from './rule.js';
import { scaleIntoWeightsNotes, scaleThroughShiftNotes, mergeShiftsNotes } from './rules/batch-norm.js';
import { constantToTheRightNotes, readBeforeBroadcastNotes, broadcastLastNotes } from './rules/canonical.js';
import {
  foldPadIntoConvNotes,
  fuseGroupedConvolutionNotes,
  fuseIm2colIntoMatmulNotes,
  fuseIm2colIntoTransposedMatmulNotes,
  fuseMatmulIntoCol2imNotes,
} from './rules/convolution.js';
import { decomposeUnsupportedNotes, lowerConvolutionNotes } from './rules/decompose.js';
import { foldElementwiseNotes, foldReshapeNotes, foldMovementNotes } from './rules/fold-constants.js';
import { fuseElementwiseNotes } from './rules/fuse-elementwise.js';
import { fuseEpilogueNotes, fuseBodyIntoEpilogueNotes, fuseOperandIntoEpilogueNotes } from './rules/fuse-epilogue.js';
import {
  addNothingNotes,
  timesOneNotes,
  doubleNegationNotes,
  doubleNotNotes,
  addNegatedNotes,
  multiplyNegatedNotes,
  evenOfNegatedNotes,
  oneOfTwoEqualNotes,
  idempotentNotes,
  castChainNotes,
  knownChoiceNotes,
} from './rules/identities.js';
import { concatBeforeTransposeNotes, elementwiseBeforeTransposeNotes, flattenIntoWeightsNotes, moveBeforeTransposeNotes, unitAxesInPlaceNotes } from './rules/layouts.js';
import { shareEqualNotes } from './rules/share.js';
import { transposeLastNotes, reduceBeforeTransposeNotes, transposeIntoMatmulNotes } from './rules/transposes.js';
import {
  reshapeOfReshapeNotes,
  reshapeToItselfNotes,
  transposeOfTransposeNotes,
  transposeIsReshapeNotes,
  sliceOfSliceNotes,
  sliceOfAllNotes,
  reverseOfReverseNotes,
  reverseOfOneNotes,
  broadcastOfBroadcastNotes,
  broadcastIsReshapeNotes,
  padOfNothingNotes,
  padOfPadNotes,
  concatOfOneNotes,
} from './rules/views.js';

/**
 * The notes of every rule of the pipeline. Named one by one: a list made from whole modules would keep the notes in every bundle
 * that uses the rules.
 */
export const ruleNotes: readonly RuleNotes[] = [
  scaleIntoWeightsNotes,
  scaleThroughShiftNotes,
  mergeShiftsNotes,
  constantToTheRightNotes,
  readBeforeBroadcastNotes,
  broadcastLastNotes,
  foldPadIntoConvNotes,
  fuseGroupedConvolutionNotes,
  fuseIm2colIntoMatmulNotes,
  fuseIm2colIntoTransposedMatmulNotes,
  fuseMatmulIntoCol2imNotes,
  decomposeUnsupportedNotes,
  lowerConvolutionNotes,
  foldElementwiseNotes,
  foldReshapeNotes,
  foldMovementNotes,
  fuseElementwiseNotes,
  fuseEpilogueNotes,
  fuseBodyIntoEpilogueNotes,
  fuseOperandIntoEpilogueNotes,
  addNothingNotes,
  timesOneNotes,
  doubleNegationNotes,
  doubleNotNotes,
  addNegatedNotes,
  multiplyNegatedNotes,
  evenOfNegatedNotes,
  oneOfTwoEqualNotes,
  idempotentNotes,
  castChainNotes,
  knownChoiceNotes,
  shareEqualNotes,
  moveBeforeTransposeNotes,
  concatBeforeTransposeNotes,
  elementwiseBeforeTransposeNotes,
  flattenIntoWeightsNotes,
  unitAxesInPlaceNotes,
  transposeLastNotes,
  reduceBeforeTransposeNotes,
  transposeIntoMatmulNotes,
  reshapeOfReshapeNotes,
  reshapeToItselfNotes,
  transposeOfTransposeNotes,
  transposeIsReshapeNotes,
  sliceOfSliceNotes,
  sliceOfAllNotes,
  reverseOfReverseNotes,
  reverseOfOneNotes,
  broadcastOfBroadcastNotes,
  broadcastIsReshapeNotes,
  padOfNothingNotes,
  padOfPadNotes,
  concatOfOneNotes,
];

/** Why a rule is right and what it saves: what it says itself, or its notes. */
export function reasonOf(rule: Rule): RuleReason {
  const { because, saves } = rule;
  return because !== undefined && saves !== undefined ? { because, saves } : (ruleNotes.find((notes) => notes.rule === rule) ?? { because: '', saves: steps });
}
