/** The definitions of the built-in ops, by name: for tools that go through all of them, such as the conformance kit. */
import type { OpDef } from './expr/op-def.js';
import { addOp } from './ops/elementwise/add.js';
import { castOp } from './ops/elementwise/cast.js';
import { cosOp } from './ops/elementwise/cos.js';
import { divOp } from './ops/elementwise/div.js';
import { equalOp } from './ops/elementwise/equal.js';
import { expOp } from './ops/elementwise/exp.js';
import { floorOp } from './ops/elementwise/floor.js';
import { isNaNOp } from './ops/elementwise/is-nan.js';
import { lessOp } from './ops/elementwise/less.js';
import { logOp } from './ops/elementwise/log.js';
import { maxOp } from './ops/elementwise/maximum.js';
import { minOp } from './ops/elementwise/minimum.js';
import { modOp } from './ops/elementwise/mod.js';
import { mulOp } from './ops/elementwise/mul.js';
import { negOp } from './ops/elementwise/neg.js';
import { powOp } from './ops/elementwise/pow.js';
import { sinOp } from './ops/elementwise/sin.js';
import { sqrtOp } from './ops/elementwise/sqrt.js';
import { subOp } from './ops/elementwise/sub.js';
import { tanhOp } from './ops/elementwise/tanh.js';
import { whereOp } from './ops/elementwise/where.js';
import { argMaxOp } from './ops/reduce/arg-max.js';
import { reduceMaxOp } from './ops/reduce/max.js';
import { reduceProdOp } from './ops/reduce/prod.js';
import { reduceSumOp } from './ops/reduce/sum.js';
import { broadcastOp } from './ops/shape/broadcast.js';
import { concatOp } from './ops/shape/concat.js';
import { gatherOp } from './ops/shape/gather.js';
import { padOp } from './ops/shape/pad.js';
import { reshapeOp } from './ops/shape/reshape.js';
import { reverseOp } from './ops/shape/reverse.js';
import { scatterAddOp } from './ops/shape/scatter-add.js';
import { sliceOp } from './ops/shape/slice.js';
import { transposeOp } from './ops/shape/transpose.js';
import { matmulOp } from './ops/linalg/matmul.js';
import { col2imOp } from './ops/image/col2im.js';
import { conv2dOp } from './ops/image/conv2d.js';
import { im2colOp } from './ops/image/im2col.js';
import { convMatmulOp } from './ops/fused/conv-matmul.js';
import { fusedElementwiseOp } from './ops/fused/fused-elementwise.js';
import { matmulEpilogueOp } from './ops/fused/matmul-epilogue.js';

const all = [
  addOp, subOp, mulOp, divOp, modOp, powOp, maxOp, minOp, lessOp, equalOp, whereOp,
  negOp, expOp, logOp, sqrtOp, sinOp, cosOp, tanhOp, floorOp, isNaNOp, castOp,
  reduceSumOp, reduceMaxOp, reduceProdOp, argMaxOp,
  broadcastOp, concatOp, gatherOp, padOp, reshapeOp, reverseOp, scatterAddOp, sliceOp, transposeOp,
  matmulOp,
  col2imOp, conv2dOp, im2colOp,
  convMatmulOp, fusedElementwiseOp, matmulEpilogueOp,
] as readonly OpDef<never>[] as readonly OpDef[];

export const builtInOps: ReadonlyMap<string, OpDef> = /* @__PURE__ */ new Map(all.map((op) => [op.name, op]));
