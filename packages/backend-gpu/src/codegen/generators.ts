import { argMax, reduce } from './reduce.js';
import { convFilterMatmul, convInputMatmul } from './conv-gradients.js';
import { convMatmul } from './conv-matmul.js';
import { elementwise } from './elementwise.js';
import type { Generator } from './kernel-source.js';
import { matmul } from './matmul.js';
import { concat, move, scatterAdd } from './movement.js';
import { col2im, im2col } from './patches.js';
import { avgPool2dGradient, maxPool2dGradient } from './pool-gradients.js';
import { avgPool2d, maxPool2d } from './pools.js';

/** The code generator of every op that is not elementwise. */
const generators: Readonly<Record<string, Generator>> = {
  fusedElementwise: elementwise,
  reduceSum: reduce,
  reduceMax: reduce,
  reduceProd: reduce,
  argMax,
  matmul,
  matmulEpilogue: matmul,
  convMatmul,
  convFilterMatmul,
  convInputMatmul,
  maxPool2d,
  avgPool2d,
  maxPool2dGradient,
  avgPool2dGradient,
  im2col,
  col2im,
  pad: move,
  slice: move,
  transpose: move,
  broadcast: move,
  concat,
  reverse: move,
  gather: move,
  scatterAdd,
};

/** What writes the kernels of an op, or null where it has none. Elementwise ops are asked for by their expression instead. */
export const generatorOf = (op: { readonly name: string; readonly isElementwise: boolean }): Generator | null =>
  Object.hasOwn(generators, op.name) ? generators[op.name]! : op.isElementwise ? elementwise : null;
