import type { Step } from '@unfoldjs/core';
import { beyond, kept, operand, output, type Call, type Lowered } from '../plan/lowered.js';
import { packedSize, product } from '../products/product.js';
import type { Packing } from '../products/pack.js';
import { chooseRows } from '../products/tilings.js';
import type { Settings } from '../settings.js';
import { imagesOf, isFloatConvolution, packCalls, paddedFrame, spreadFrame, windowOf, type Window } from './convolution.js';
import { withEpilogue } from './epilogue.js';
import { framed, type Frame } from './frame.js';

/** `convMatmul` in groups of channels that see nothing of each other: a product a group, on its part of every pixel. */
export function grouped(step: Step, settings: Settings): Lowered | null {
  if (!isGrouped(step, 'convMatmul')) return null;
  const description = windowOf(step);
  const [depth, outputs] = step.inputs[1]!.type.shape as [number, number];
  const each = outputs / description.groups;
  return slideGroups(step, {
    window: description,
    frame: paddedFrame(imagesOf(step.inputs[0]!.type.shape), description),
    packing: { matrices: [], matrixSteps: [], depth: [depth], depthSteps: [outputs], columns: each, columnStep: 1 },
    packFrom: (group) => group * each,
    settings,
  });
}

/** `convInputMatmul` in groups: the same over `dy`, spread by the strides, with the filters turned round, which must be finite. */
export function groupedInput(step: Step, settings: Settings): Lowered | null {
  if (!isGrouped(step, 'convInputMatmul')) return null;
  const description = windowOf(step);
  const taps = description.window[0] * description.window[1];
  const [rows, outputs] = step.inputs[1]!.type.shape as [number, number];
  const [channels, each] = [rows / taps, outputs / description.groups];
  const lowered = slideGroups(step, {
    window: { ...description, strides: [1, 1] },
    frame: spreadFrame(imagesOf(step.type.shape), description),
    packing: { matrices: [], matrixSteps: [], depth: [taps, each], depthSteps: [-channels * outputs, 1], columns: channels, columnStep: outputs },
    packFrom: (group) => (taps - 1) * channels * outputs + group * each,
    settings,
  });
  return lowered && { ...lowered, guard: { operands: [1], otherwise: null } };
}

const isGrouped = (step: Step, name: string): boolean => isFloatConvolution(step, name) && windowOf(step).groups > 1;

interface Groups {
  readonly window: Window;
  readonly frame: Frame;
  /** The filters of a group, and the first element of them. */
  readonly packing: Packing;
  readonly packFrom: (group: number) => number;
  readonly settings: Settings;
}

function slideGroups(step: Step, { window: { window, strides, dilations, groups }, frame: wanted, packing, packFrom, settings: { fma } }: Groups): Lowered | null {
  const images = imagesOf(step.inputs[0]!.type.shape);
  const channels = images[3];
  const [batch, rows, columns, outputs] = imagesOf(step.type.shape);
  const epilogue = withEpilogue(step, outputs);
  if (!epilogue) return null;
  const [depth, each] = [channels / groups, outputs / groups];
  const { place, frame, calls: framing, bytes } = framed(images, wanted, null);
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
  const panelBytes = 4 * packedSize(window[0] * window[1] * depth, each);
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
    kept: [{ operand: 1, bytes: groups * panelBytes, calls: all.flatMap((group) => packCalls(packing, operand(1, 4 * packFrom(group)), kept(0, group * panelBytes))) }],
  };
}
