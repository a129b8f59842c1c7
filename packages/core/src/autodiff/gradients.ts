import type { Attrs } from '../expr/attrs.js';
import type { Gradient, OpDef } from '../expr/op-def.js';
import { addGradient, addOp } from '../ops/elementwise/add.js';
import { mulGradient, mulOp } from '../ops/elementwise/mul.js';
import { avgPool2dGradient, avgPool2dOp } from '../ops/image/avg-pool2d.js';
import { avgPool2dGradientGradient, avgPool2dGradientOp } from '../ops/image/avg-pool2d-gradient.js';
import { col2imGradient, col2imOp } from '../ops/image/col2im.js';
import { conv2dGradient, conv2dOp } from '../ops/image/conv2d.js';
import { conv2dBackpropFilterGradient, conv2dBackpropFilterOp } from '../ops/image/conv2d-backprop-filter.js';
import { conv2dTransposeGradient, conv2dTransposeOp } from '../ops/image/conv2d-transpose.js';
import { im2colGradient, im2colOp } from '../ops/image/im2col.js';
import { maxPool2dGradient, maxPool2dOp } from '../ops/image/max-pool2d.js';
import { matmulGradient, matmulOp } from '../ops/linalg/matmul.js';
import { reduceSumGradient, reduceSumOp } from '../ops/reduce/sum.js';
import { broadcastGradient, broadcastOp } from '../ops/shape/broadcast.js';
import { concatGradient, concatOp } from '../ops/shape/concat.js';
import { gatherGradient, gatherOp } from '../ops/shape/gather.js';
import { padGradient, padOp } from '../ops/shape/pad.js';
import { reshapeGradient, reshapeOp } from '../ops/shape/reshape.js';
import { reverseGradient, reverseOp } from '../ops/shape/reverse.js';
import { scatterAddGradient, scatterAddOp } from '../ops/shape/scatter-add.js';
import { sliceGradient, sliceOp } from '../ops/shape/slice.js';
import { transposeGradient, transposeOp } from '../ops/shape/transpose.js';

const pair = <A extends Attrs>(op: OpDef<A>, gradient: Gradient<A>): readonly [OpDef, Gradient] => [op as OpDef, gradient as Gradient];

const makeTable = (): ReadonlyMap<OpDef, Gradient> =>
  new Map([
    pair(addOp, addGradient),
    pair(mulOp, mulGradient),
    pair(avgPool2dOp, avgPool2dGradient),
    pair(avgPool2dGradientOp, avgPool2dGradientGradient),
    pair(col2imOp, col2imGradient),
    pair(conv2dOp, conv2dGradient),
    pair(conv2dBackpropFilterOp, conv2dBackpropFilterGradient),
    pair(conv2dTransposeOp, conv2dTransposeGradient),
    pair(im2colOp, im2colGradient),
    pair(maxPool2dOp, maxPool2dGradient),
    pair(matmulOp, matmulGradient),
    pair(reduceSumOp, reduceSumGradient),
    pair(broadcastOp, broadcastGradient),
    pair(concatOp, concatGradient),
    pair(gatherOp, gatherGradient),
    pair(padOp, padGradient),
    pair(reshapeOp, reshapeGradient),
    pair(reverseOp, reverseGradient),
    pair(scatterAddOp, scatterAddGradient),
    pair(sliceOp, sliceGradient),
    pair(transposeOp, transposeGradient),
  ]);

let table: ReadonlyMap<OpDef, Gradient> | null = null;

/**
 * The gradient of an op: its own, or that of a built-in op, which stands beside it in its file and not in it, so that a program
 * that differentiates nothing does not carry gradients. Null where the definition in simpler ops is differentiated instead.
 */
export function gradientOf(op: OpDef): Gradient | null {
  table ??= makeTable();
  return op.gradient ?? table.get(op) ?? null;
}
