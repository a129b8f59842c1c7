import { constantOps } from './constant.js';
import { convOps } from './conv.js';
import { elementwiseOps } from './elementwise.js';
import { gatherOps } from './gather.js';
import { linearOps } from './linear.js';
import { normOps } from './norm.js';
import type { OnnxOp } from './onnx-op.js';
import { poolOps } from './pool.js';
import { reduceOps } from './reduce.js';
import { resizeOps } from './resize.js';
import { shapeOps } from './shape.js';

/** Every operator of ONNX's own domain that is read. */
export const onnxOps: ReadonlyMap<string, OnnxOp> = new Map(
  Object.entries({ ...constantOps, ...convOps, ...elementwiseOps, ...gatherOps, ...linearOps, ...normOps, ...poolOps, ...reduceOps, ...resizeOps, ...shapeOps }),
);
