import type { OpDef } from '../../expr/op-def.js';
import type { GraphNode } from '../../graph/graph.js';
import { convMatmulOp } from '../../ops/fused/conv-matmul.js';
import type { Pair, Pairs, WindowAttrs } from '../../ops/geometry.js';
import { conv2d, conv2dOp } from '../../ops/image/conv2d.js';
import { im2col, im2colOp } from '../../ops/image/im2col.js';
import { matmul, matmulOp, type MatmulAttrs } from '../../ops/linalg/matmul.js';
import { pad, padOp, type PadAttrs } from '../../ops/shape/pad.js';
import { reshape, reshapeOp } from '../../ops/shape/reshape.js';
import { transposeOp } from '../../ops/shape/transpose.js';
import { sameShape, sizeOf } from '../../types/shape.js';
import type { RuleNotes } from '../notes.js';
import type { Measure } from '../measure.js';
import { any, op, type GraphReader } from '../pattern.js';
import { defineRule } from '../rule.js';

// --- padding ---

/** Ops on [N, H, W, C] images that pad rows and columns with zeros themselves, as their attribute `padding` says. */
const paddingOps = (): OpDef[] => [conv2dOp as OpDef, im2colOp as OpDef];

const isSpatialZeroPad = ({ op, attrs, type }: GraphNode): boolean => {
  if (op !== (padOp as OpDef) || type.shape.length !== 4) return false;
  const { paddings, value } = attrs as PadAttrs;
  return Object.is(value, 0) && [0, 3].every((axis) => paddings[axis]![0] === 0 && paddings[axis]![1] === 0);
};

const padsRead: Measure = {
  unit: 'padded copies read',
  of: ({ op, inputs }, graph) => (paddingOps().includes(op) && isSpatialZeroPad(graph.node(inputs[0]!)) ? 1 : 0),
};

export const foldPadIntoConv = defineRule({
  name: 'fold-pad-into-conv',
  match: () => op(paddingOps()),
  when: ({ root }, graph) => isSpatialZeroPad(graph.node(root.inputs[0]!)),
  rewrite: ({ root }, graph) => {
    const [padded, ...rest] = root.inputs.map((id) => graph.node(id)) as [GraphNode, ...GraphNode[]];
    const { paddings } = padded.attrs as PadAttrs;
    const own = root.attrs.padding as Pairs;
    const padding = own.map(([before, after], i): Pair => [before + paddings[i + 1]![0], after + paddings[i + 1]![1]]);
    return graph.op(root.op, [graph.node(padded.inputs[0]!), ...rest], { ...root.attrs, padding });
  },
});

export const foldPadIntoConvNotes: RuleNotes = {
  rule: foldPadIntoConv,
  because: 'a convolution reads zeros outside of its image anyway, so the padded copy need not exist',
  saves: padsRead,
  build: (draw) => {
    const c = draw.integer(1, 2);
    const x = pad(draw.input([draw.integer(1, 2), draw.integer(3, 5), draw.integer(3, 5), c]), [
      [0, 0],
      [draw.integer(0, 2), 1],
      [draw.integer(0, 2), draw.integer(0, 2)],
      [0, 0],
    ]);
    const options = { strides: draw.integer(1, 2), padding: draw.pick(['valid', 'same', 1] as const) };
    return draw.pick([
      () => conv2d(x, draw.input([2, 2, c, draw.integer(1, 3)]), options),
      () => im2col(x, { window: 2, ...options }),
    ])();
  },
};

// --- patches ---

/** The im2col behind a node, perhaps under a shape that keeps its last axis; null where there is none. */
function patchesUnder(node: GraphNode, graph: Pick<GraphReader, 'node'>): GraphNode | null {
  const patches = node.op === (reshapeOp as OpDef) ? graph.node(node.inputs[0]!) : node;
  const keepsColumns = node.type.shape[node.type.shape.length - 1] === patches.type.shape[3];
  return patches.op === (im2colOp as OpDef) && keepsColumns ? patches : null;
}

const productsOfPatches: Measure = {
  unit: 'products of patches',
  of: ({ op, inputs }, graph) => (op === (matmulOp as OpDef) && patchesUnder(graph.node(inputs[0]!), graph) ? 1 : 0),
};

export const fuseIm2colIntoMatmul = defineRule({
  name: 'fuse-im2col-into-matmul',
  match: () => op(matmulOp, any('rows'), any('columns')),
  when: ({ root, rows, columns }, graph) => {
    const { shape } = columns.type;
    const isMatrix = shape.slice(0, -2).every((dim) => dim === 1);
    return isMatrix && !(root.attrs as MatmulAttrs).transposeA && patchesUnder(rows, graph) !== null;
  },
  rewrite: ({ root, rows, columns }, graph) => {
    const patches = patchesUnder(rows, graph)!;
    const matrix = columns.type.shape.slice(-2);
    let filters = sameShape(columns.type.shape, matrix) ? columns : graph.op(reshapeOp, [columns], { shape: matrix });
    if ((root.attrs as MatmulAttrs).transposeB) filters = graph.op(transposeOp, [filters], { perm: [1, 0] });
    const fused = graph.ifSupported(convMatmulOp, [graph.node(patches.inputs[0]!), filters], {
      ...(patches.attrs as WindowAttrs),
      epilogue: [],
    });
    if (!fused || sameShape(fused.type.shape, root.type.shape)) return fused;
    return graph.op(reshapeOp, [fused], { shape: root.type.shape });
  },
});

export const fuseIm2colIntoMatmulNotes: RuleNotes = {
  rule: fuseIm2colIntoMatmul,
  because: 'the matrix of patches repeats every pixel up to KH * KW times; read straight from the image, it is never built',
  saves: productsOfPatches,
  build: (draw) => {
    const [c, o] = [draw.integer(1, 3), draw.integer(1, 3)];
    const x = draw.input([draw.integer(1, 2), draw.integer(2, 5), draw.integer(2, 5), c]);
    const patches = im2col(x, {
      window: [2, draw.integer(1, 2)],
      strides: draw.integer(1, 2),
      padding: draw.pick(['valid', 'same', 1] as const),
    });
    const k = patches.shape[3]!;
    const places = sizeOf(patches.shape.slice(0, 3));
    return draw.pick([
      () => matmul(patches, draw.input([k, o])),
      () => matmul(reshape(patches, [places, k]), draw.input([k, o])),
      () => matmul(reshape(patches, [places, k]), draw.input([o, k]), { transposeB: true }),
      () => reshape(matmul(reshape(patches, [places, k]), draw.input([k, o])), [...patches.shape.slice(0, 3), o]),
    ])();
  },
};
