import type { Pass } from '../pass.js';
import { mergeShifts, scaleIntoWeights, scaleThroughShift } from '../rules/batch-norm.js';
import * as canonical from '../rules/canonical.js';
import { foldPadIntoConv, fuseGroupedConvolution, fuseIm2colIntoMatmul, fuseIm2colIntoTransposedMatmul, fuseMatmulIntoCol2im } from '../rules/convolution.js';
import { decomposeUnsupported, lowerConvolution } from '../rules/decompose.js';
import { foldElementwise, foldMovement, foldReshape } from '../rules/fold-constants.js';
import { fuseElementwise } from '../rules/fuse-elementwise.js';
import { fuseBodyIntoEpilogue, fuseEpilogue, fuseOperandIntoEpilogue } from '../rules/fuse-epilogue.js';
import * as identities from '../rules/identities.js';
import { shareEqual } from '../rules/share.js';
import * as transposes from '../rules/transposes.js';
import * as views from '../rules/views.js';

/** How much is done: 0 what the target needs, 1 also what needs no fused op, 2 everything. */
export type Level = 0 | 1 | 2;

/** A pass of the pipeline, and from which level on it runs. */
export interface LevelledPass extends Pass {
  readonly level: Level;
}

let made: readonly LevelledPass[] | undefined;

/** The passes in the order in which they run. After them: dead nodes go, and the whole is checked. Made when first asked for. */
export const pipeline = (): readonly LevelledPass[] => (made ??= [
  {
    name: 'canonicalize',
    level: 1,
    rules: [canonical.constantToTheRight, canonical.readBeforeBroadcast, canonical.broadcastLast],
  },
  { name: 'decompose-unsupported', level: 0, rules: [decomposeUnsupported] },
  { name: 'fold-constants', level: 1, rules: [foldElementwise, foldReshape, foldMovement] },
  {
    name: 'simplify-algebra',
    level: 1,
    rules: [
      identities.addNothing,
      identities.timesOne,
      identities.doubleNegation,
      identities.doubleNot,
      identities.addNegated,
      identities.multiplyNegated,
      identities.evenOfNegated,
      identities.oneOfTwoEqual,
      identities.idempotent,
      identities.castChain,
      identities.knownChoice,
    ],
  },
  {
    name: 'fold-views',
    level: 1,
    rules: [
      views.reshapeOfReshape,
      views.reshapeToItself,
      views.transposeOfTranspose,
      views.transposeIsReshape,
      views.sliceOfSlice,
      views.sliceOfAll,
      views.reverseOfReverse,
      views.reverseOfOne,
      views.broadcastOfBroadcast,
      views.broadcastIsReshape,
      views.padOfNothing,
      views.padOfPad,
      views.concatOfOne,
      transposes.transposeLast,
      transposes.reduceBeforeTranspose,
      transposes.transposeIntoMatmul,
    ],
  },
  { name: 'fold-pad-into-conv', level: 1, rules: [foldPadIntoConv] },
  { name: 'fold-batchnorm', level: 1, rules: [scaleThroughShift, scaleIntoWeights, mergeShifts] },
  { name: 'cse', level: 1, rules: [shareEqual] },
  { name: 'fuse-grouped-conv', level: 2, rules: [fuseGroupedConvolution] },
  { name: 'lower-conv', level: 0, rules: [lowerConvolution, decomposeUnsupported] },
  { name: 'fuse-im2col-into-matmul', level: 2, rules: [fuseIm2colIntoMatmul, fuseIm2colIntoTransposedMatmul, fuseMatmulIntoCol2im, views.reshapeOfReshape, views.reshapeToItself] },
  { name: 'fuse-epilogue', level: 2, rules: [fuseEpilogue, views.reshapeOfReshape, views.reshapeToItself] },
  { name: 'fuse-elementwise', level: 2, startsAt: 'users', rules: [fuseElementwise, fuseBodyIntoEpilogue, fuseOperandIntoEpilogue] },
]);
