import type { OpDef } from '../../expr/op-def.js';
import type { GraphNode } from '../../graph/graph.js';
import { zeros } from '../../ops/create/zeros.js';
import { convFilterMatmulOp } from '../../ops/fused/conv-filter-matmul.js';
import { convInputMatmulOp } from '../../ops/fused/conv-input-matmul.js';
import { convMatmulOp } from '../../ops/fused/conv-matmul.js';
import type { Pair, Pairs, WindowAttrs } from '../../ops/geometry.js';
import { col2im, col2imOp, type Col2imAttrs } from '../../ops/image/col2im.js';
import { conv2dBackpropFilterOp, type Conv2dBackpropFilterAttrs } from '../../ops/image/conv2d-backprop-filter.js';
import { conv2dTransposeOp, type Conv2dTransposeAttrs } from '../../ops/image/conv2d-transpose.js';
import { conv2d, conv2dOp, type Conv2dAttrs } from '../../ops/image/conv2d.js';
import { im2col, im2colOp } from '../../ops/image/im2col.js';
import { matmul, matmulOp, type MatmulAttrs } from '../../ops/linalg/matmul.js';
import { pad, padOp, type PadAttrs } from '../../ops/shape/pad.js';
import { reshape, reshapeOp } from '../../ops/shape/reshape.js';
import { transposeOp } from '../../ops/shape/transpose.js';
import { apply } from '../../tensor/operand.js';
import { sameShape, sizeOf } from '../../types/shape.js';
import type { RuleNotes } from '../notes.js';
import { reads, type Measure } from '../measure.js';
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

export const foldPadIntoConv = /* @__PURE__ */ defineRule({
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

export const fuseIm2colIntoMatmul = /* @__PURE__ */ defineRule({
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
      groups: 1,
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

// --- gradients ---

/** True for a matrix whose rows are patches, that is transposed and multiplied with outputs. */
const multipliesPatches = ({ op, attrs, inputs }: GraphNode, graph: Pick<GraphReader, 'node'>): boolean => {
  if (op !== (matmulOp as OpDef)) return false;
  const { transposeA, transposeB } = attrs as MatmulAttrs;
  const [rows, outputs] = inputs.map((id) => graph.node(id)) as [GraphNode, GraphNode];
  return transposeA && !transposeB && outputs.type.shape.length === 2 && rows.type.shape.length === 2 && patchesUnder(rows, graph) !== null;
};

const productsOfTurnedPatches: Measure = {
  unit: 'products of transposed patches',
  of: (node, graph) => (multipliesPatches(node, graph) ? 1 : 0),
};

export const fuseIm2colIntoTransposedMatmul = /* @__PURE__ */ defineRule({
  name: 'fuse-im2col-into-transposed-matmul',
  match: () => op(matmulOp, any('rows'), any('outputs')),
  when: ({ root }, graph) => multipliesPatches(root, graph),
  rewrite: ({ rows, outputs }, graph) => {
    const patches = patchesUnder(rows, graph)!;
    const placed = graph.op(reshapeOp, [outputs], { shape: [...patches.type.shape.slice(0, 3), outputs.type.shape[1]!] });
    return graph.ifSupported(convFilterMatmulOp, [graph.node(patches.inputs[0]!), placed], { ...(patches.attrs as WindowAttrs), groups: 1, epilogue: [] });
  },
});

export const fuseIm2colIntoTransposedMatmulNotes: RuleNotes = {
  rule: fuseIm2colIntoTransposedMatmul,
  because: 'the gradient of the filters sums every pixel of every patch times an output; read straight from the image, no patch is built',
  saves: productsOfTurnedPatches,
  build: (draw) => {
    const x = draw.input([draw.integer(1, 2), draw.integer(3, 5), draw.integer(3, 5), draw.integer(1, 2)]);
    const patches = im2col(x, {
      window: [2, draw.integer(1, 2)],
      strides: draw.integer(1, 2),
      dilations: draw.integer(1, 2),
      padding: draw.pick(['valid', 'same', 1] as const),
    });
    const [places, depth, o] = [sizeOf(patches.shape.slice(0, 3)), patches.shape[3]!, draw.integer(1, 3)];
    const product = matmul(reshape(patches, [places, depth]), draw.input([places, o]), { transposeA: true });
    return draw.pick([() => product, () => reshape(product, [2, depth / 2, o])])();
  },
};

/** The product behind patches that are added up in images, perhaps under a shape that keeps its last axis; null where there is none, or others read it. */
function productUnder(patches: GraphNode, graph: GraphReader): GraphNode | null {
  const product = patches.op === (reshapeOp as OpDef) ? graph.node(patches.inputs[0]!) : patches;
  if (product.op !== (matmulOp as OpDef) || !graph.hasOneUser(product.id) || !graph.hasOneUser(patches.id)) return null;
  const { shape: columns } = graph.node(product.inputs[1]!).type;
  const keepsColumns = product.type.shape[product.type.shape.length - 1] === patches.type.shape[3];
  const isMatrix = columns.slice(0, -2).every((dim) => dim === 1);
  return keepsColumns && isMatrix && !(product.attrs as MatmulAttrs).transposeA ? product : null;
}

export const fuseMatmulIntoCol2im = /* @__PURE__ */ defineRule({
  name: 'fuse-matmul-into-col2im',
  match: () => op(col2imOp, any('patches')),
  when: ({ patches }, graph) => productUnder(patches, graph) !== null,
  rewrite: ({ root, patches }, graph) => {
    const product = productUnder(patches, graph)!;
    const [rows, columns] = product.inputs.map((id) => graph.node(id)) as [GraphNode, GraphNode];
    const matrix = columns.type.shape.slice(-2);
    let filters = sameShape(columns.type.shape, matrix) ? columns : graph.op(reshapeOp, [columns], { shape: matrix });
    if (!(product.attrs as MatmulAttrs).transposeB) filters = graph.op(transposeOp, [filters], { perm: [1, 0] });
    const shape = [...patches.type.shape.slice(0, 3), filters.type.shape[1]!];
    const dy = sameShape(rows.type.shape, shape) ? rows : graph.op(reshapeOp, [rows], { shape });
    return graph.ifSupported(convInputMatmulOp, [dy, filters], { ...(root.attrs as Col2imAttrs), groups: 1, epilogue: [] });
  },
});

export const fuseMatmulIntoCol2imNotes: RuleNotes = {
  rule: fuseMatmulIntoCol2im,
  because: 'the gradient of the images adds up patches that a product makes; each pixel can gather what it is given, so that no patch is built',
  saves: /* @__PURE__ */ reads(
    'patches added up',
    () => [col2imOp as OpDef],
    () => [matmulOp as OpDef, reshapeOp as OpDef],
  ),
  build: (draw) => {
    const [c, o] = [draw.integer(1, 2), draw.integer(1, 3)];
    const inputShape = [draw.integer(3, 5), draw.integer(3, 5)] as const;
    const options = {
      window: [2, draw.integer(1, 2)] as const,
      strides: draw.integer(1, 2),
      dilations: draw.integer(1, 2),
      padding: draw.pick(['valid', 'same', 1] as const),
    };
    const { shape } = im2col(zeros([draw.integer(1, 2), ...inputShape, c]), options);
    const [places, depth] = [shape.slice(0, 3), shape[3]!];
    const product = draw.pick([
      () => matmul(draw.input([...places, o]), draw.input([depth, o]), { transposeB: true }),
      () => reshape(matmul(draw.input([sizeOf(places), o]), draw.input([depth, o]), { transposeB: true }), shape),
      () => reshape(matmul(draw.input([sizeOf(places), o]), draw.input([1, o, depth])), shape),
    ])();
    return col2im(product, { ...options, inputShape });
  },
};

// --- groups ---

const groupedOps = (): OpDef[] => [conv2dOp as OpDef, conv2dTransposeOp as OpDef, conv2dBackpropFilterOp as OpDef];
const isGrouped = ({ op, attrs }: GraphNode): boolean => groupedOps().includes(op) && (attrs.groups as number) > 1;

export const fuseGroupedConvolution = /* @__PURE__ */ defineRule({
  name: 'fuse-grouped-convolution',
  match: () => op(groupedOps()),
  when: ({ root }, graph) => isGrouped(root) && graph.supports(root) !== true,
  rewrite: ({ root }, graph) => {
    const [first, second] = root.inputs.map((id) => graph.node(id)) as [GraphNode, GraphNode];
    if (root.op === (conv2dBackpropFilterOp as OpDef)) {
      const fused = graph.ifSupported(convFilterMatmulOp, [first, second], { ...(root.attrs as Conv2dBackpropFilterAttrs), epilogue: [] });
      return fused && graph.op(reshapeOp, [fused], { shape: root.type.shape });
    }
    const { shape } = second.type;
    const window: Pair = [shape[0]!, shape[1]!];
    const operands = [first, graph.op(reshapeOp, [second], { shape: [sizeOf(shape.slice(0, 3)), shape[3]!] })];
    if (root.op === (conv2dOp as OpDef)) return graph.ifSupported(convMatmulOp, operands, { window, ...(root.attrs as Conv2dAttrs), epilogue: [] });
    const { outputSize, ...slide } = root.attrs as Conv2dTransposeAttrs;
    return graph.ifSupported(convInputMatmulOp, operands, { window, ...slide, inputShape: outputSize, epilogue: [] });
  },
});

export const fuseGroupedConvolutionNotes: RuleNotes = {
  rule: fuseGroupedConvolution,
  because: 'as products of matrices there is one for each group, of patches that are moved twice; read straight from the image, nothing moves',
  saves: { unit: 'grouped convolutions to take apart', of: (node) => (isGrouped(node) ? 1 : 0) },
  build: (draw) => {
    const groups = draw.integer(2, 3);
    const [n, h, w, depth, each] = [draw.integer(1, 2), draw.integer(3, 5), draw.integer(3, 5), draw.integer(1, 2), draw.integer(1, 2)];
    const [x, filters] = [draw.input([n, h, w, groups * depth]), draw.input([draw.integer(1, 3), 2, depth, groups * each])];
    const options = { strides: draw.integer(1, 2), dilations: draw.integer(1, 2), padding: draw.pick(['same', 3] as const), groups };
    const y = conv2d(x, filters, options);
    const attrs = y.expr.attrs as Conv2dAttrs;
    return draw.pick([
      () => y,
      () => apply(conv2dTransposeOp, [draw.input(y.shape), filters], { ...attrs, outputSize: [h, w] }),
      () => apply(conv2dBackpropFilterOp, [x, draw.input(y.shape)], { ...attrs, window: [filters.shape[0]!, 2] }),
    ])();
  },
};
