import type { Step } from '@unfoldjs/core';
import { beyond, kept, operand, output, type Call, type Lowered } from '../plan/lowered.js';
import { packedSize, product } from '../products/product.js';
import { chooseRows } from '../products/tilings.js';
import type { Settings } from '../settings.js';
import { imagesOf, isFloatConvolution, packCalls, paddedFrame, windowOf } from './convolution.js';
import { withEpilogue } from './epilogue.js';
import { framed } from './frame.js';

/** `convMatmul` in groups of channels that see nothing of each other: a product a group, on its part of every pixel. */
export function grouped(step: Step, { fma }: Settings): Lowered | null {
  if (!isFloatConvolution(step, 'convMatmul')) return null;
  const description = windowOf(step);
  const { window, strides, dilations, groups } = description;
  if (groups === 1) return null;
  const images = imagesOf(step.inputs[0]!.type.shape);
  const channels = images[3];
  const [batch, rows, columns, outputs] = imagesOf(step.type.shape);
  const epilogue = withEpilogue(step, outputs);
  if (!epilogue) return null;
  const [depth, each] = [channels / groups, outputs / groups];
  const { place, frame, calls: framing, bytes } = framed(images, paddedFrame(images, description), null);
  const { place: result, scratchBytes } = epilogue.product(output(), bytes);
  const rowBytes = 4 * frame.width * channels;
  const multiply = product({
    outer: { count: batch, aStep: frame.height * rowBytes, bStep: 0, cStep: 4 * rows * columns * outputs },
    inner: { count: rows, aStep: strides[0] * rowBytes, bStep: 0, cStep: 4 * columns * outputs },
    rows: columns,
    rowStep: 4 * strides[1] * channels,
    resultStep: 4 * outputs,
    walk: {
      levels: [
        { count: window[0], step: dilations[0] * rowBytes },
        { count: window[1], step: 4 * dilations[1] * channels },
      ].filter(({ count }) => count > 1),
      length: depth,
      kStep: 4,
    },
    columns: each,
    ...epilogue.fused,
    tileRows: chooseRows(columns, each, fma),
    fma,
  });
  const rowsOfFilters = window[0] * window[1] * depth;
  const panelBytes = 4 * packedSize(rowsOfFilters, each);
  const packing = { matrices: 1, matrixStep: 0, depth: [rowsOfFilters], depthSteps: [outputs], columns: each, columnStep: 1 };
  const all = Array.from({ length: groups }, (_, group) => group);
  return {
    kernel: `implicit product, ${groups} groups`,
    reason: `${epilogue.reason}; each group reads its channels where they lie`,
    calls: [
      ...framing,
      ...all.map((group): Call => ({
        ...multiply,
        places: [beyond(place, 4 * group * depth), kept(0, group * panelBytes), beyond(result, 4 * group * each), ...epilogue.extras(0, 4 * group * each)],
      })),
      ...epilogue.calls(result),
    ],
    scratchBytes,
    kept: [{ operand: 1, bytes: groups * panelBytes, calls: all.flatMap((group) => packCalls(packing, operand(1, 4 * group * each), kept(0, group * panelBytes))) }],
  };
}
