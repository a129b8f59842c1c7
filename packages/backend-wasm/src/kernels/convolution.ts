import { sizeOf, type Step } from '@unfoldjs/core';
import { kept, operand, output, scratch, beyond, type Call, type Lowered, type Place } from '../plan/lowered.js';
import { packSpec, type Packing } from '../products/pack.js';
import { packedSize, product } from '../products/product.js';
import type { Level, Walk } from '../products/tile.js';
import { chooseRows } from '../products/tilings.js';
import type { Settings } from '../settings.js';
import { isQuicker, tiledFrame, winograd } from '../winograd/convolution.js';
import { withEpilogue } from './epilogue.js';
import { framed, nameOfTarget, target, type Frame, type Images, type Layout } from './frame.js';

type Pair = readonly [number, number];

/** What the core's convolutions say of themselves. */
export interface Window {
  readonly window: Pair;
  readonly strides: Pair;
  readonly dilations: Pair;
  readonly padding: readonly [Pair, Pair];
  readonly groups: number;
}

export const windowOf = ({ attrs }: Step): Window => attrs as unknown as Window;
export const imagesOf = (shape: readonly number[]): Images => shape as unknown as Images;

/** True where a step is a float32 op of this name with elements everywhere. */
export function isFloatConvolution({ op, inputs, type }: Step, name: string): boolean {
  return op.name === name && inputs[0]!.type.dtype === 'float32' && sizeOf(type.shape) > 0 && inputs.every((input) => sizeOf(input.type.shape) > 0);
}

const isConvolution = (step: Step, name: string): boolean => isFloatConvolution(step, name) && step.attrs.groups === 1;

/** The frame in which no window reaches beyond the images. */
export function paddedFrame([, height, width]: Images, { padding: [[top, bottom], [left, right]] }: Window): Frame {
  return { height: height + top + bottom, width: width + left + right, top, left, rowStep: 1, columnStep: 1 };
}

/** The frame of `dy`, spread by the strides, over which the turned filters slide to give the gradient of images. */
export function spreadFrame([, height, width]: Images, { window, strides, dilations, padding }: Window): Frame {
  const reach = [(window[0] - 1) * dilations[0], (window[1] - 1) * dilations[1]] as const;
  return {
    height: height + reach[0],
    width: width + reach[1],
    top: reach[0] - padding[0][0],
    left: reach[1] - padding[1][0],
    rowStep: strides[0],
    columnStep: strides[1],
  };
}

/** What a patch reads in a frame: rows of the window without gaps are one run each, others one run a pixel. */
function patchWalk([rows, columns]: Pair, [down, across]: Pair, width: number, channels: number): Walk {
  const isDense = across === 1 || columns === 1;
  const levels: Level[] = [];
  if (rows > 1) levels.push({ count: rows, step: 4 * down * width * channels });
  if (!isDense) levels.push({ count: columns, step: 4 * across * channels });
  return { levels, length: isDense ? columns * channels : channels, kStep: 4 };
}

interface Sliding {
  readonly step: Step;
  readonly window: Pick<Window, 'window' | 'strides' | 'dilations'>;
  readonly frame: Frame;
  readonly packing: Packing;
  /** The first element of the filters in the packing, and how far apart the taps' matrices are. */
  readonly packFrom: number;
  readonly tapStep: number;
  readonly settings: Settings;
  readonly layout: Layout;
}

/** Taps and dilation where Winograd's algorithm applies and is quicker; null elsewhere. */
function winogradOf(images: Images, places: Images, { window, strides, dilations }: Sliding['window'], { rowStep, columnStep }: Frame, { precision }: Settings): { taps: 3 | 5; dilation: number } | null {
  const [taps, dilation] = [window[0], dilations[0]];
  if (precision === 'exact' || (taps !== 3 && taps !== 5) || window[1] !== taps || dilations[1] !== dilation) return null;
  if (strides[0] !== 1 || strides[1] !== 1 || rowStep !== 1 || columnStep !== 1) return null;
  return isQuicker(images, places, taps, dilation) ? { taps, dilation } : null;
}

/** The frame in which a step wants its first operand, so that whoever makes it may write it there; null where it has no such wish. */
export function wantedFrame(step: Step, settings: Settings): Frame | null {
  const isForward = isFloatConvolution(step, 'convMatmul');
  if (!isForward && !isConvolution(step, 'convFilterMatmul')) return null;
  const window = windowOf(step);
  const images = imagesOf(step.inputs[0]!.type.shape);
  const frame = paddedFrame(images, window);
  if (window.groups > 1) return window.groups === images[3] && step.type.shape[3] === images[3] ? frame : null;
  const places = imagesOf(step.type.shape);
  const algorithm = isForward ? winogradOf(images, places, window, frame, settings) : null;
  return algorithm ? tiledFrame(frame, places, algorithm.taps, algorithm.dilation) : frame;
}

/** Every patch of operand 0, in a frame, times operand 1 in panels. */
function slide({ step, window: { window, strides, dilations }, frame: wanted, packing, packFrom, tapStep, settings, layout }: Sliding): Lowered | null {
  const images = imagesOf(step.inputs[0]!.type.shape);
  const channels = images[3];
  const places = imagesOf(step.type.shape);
  const algorithm = winogradOf(images, places, { window, strides, dilations }, wanted, settings);
  if (algorithm) {
    const exact = slide({ step, window: { window, strides, dilations }, frame: wanted, packing, packFrom, tapStep, settings: { ...settings, precision: 'exact' }, layout });
    const filters = { from: packFrom, tapStep, depthStep: packing.depthSteps.at(-1)!, columnStep: packing.columnStep };
    const fast = winograd({ step, images, places, ...algorithm, frame: wanted, filters, fma: settings.fma, layout });
    return fast && { ...fast, guard: { operands: [0, 1], otherwise: exact } };
  }
  const [batch, rows, columns, outputs] = places;
  const epilogue = withEpilogue(step, outputs);
  if (!epilogue) return null;
  const { place, frame, calls: framing, bytes } = framed(images, wanted, layout.input);
  const writesFrame = layout.output !== null && epilogue.canFrame;
  const into = target(places, writesFrame ? layout.output : null);
  const depth = window[0] * window[1] * channels;
  const { place: result, scratchBytes } = epilogue.product(into.place, bytes);
  const tileRows = chooseRows(columns, outputs, settings.fma);
  const multiply = product({
    outer: { count: batch, aStep: 4 * frame.height * frame.width * channels, bStep: 0, cStep: into.image },
    inner: { count: rows, aStep: 4 * strides[0] * frame.width * channels, bStep: 0, cStep: into.row },
    rows: columns,
    rowStep: 4 * strides[1] * channels,
    resultStep: 4 * outputs,
    walk: patchWalk(window, dilations, frame.width, channels),
    columns: outputs,
    ...epilogue.fused,
    tileRows,
    fma: settings.fma,
  });
  return {
    kernel: `implicit product, tiles of ${tileRows}x8${nameOfTarget(writesFrame)}`,
    reason: `${epilogue.reason}; patches are read where they lie${framing.length > 0 ? ', in a padded copy' : ''}`,
    writesFrame,
    calls: [...framing, ...into.calls, { ...multiply, places: [place, kept(0), result, ...epilogue.extras(0)] }, ...epilogue.calls(result)],
    scratchBytes,
    kept: [{ operand: 1, bytes: 4 * packedSize(depth, outputs), calls: packCalls(packing, operand(1, 4 * packFrom), kept(0)) }],
  };
}

export const packCalls = (packing: Packing, from: Place, to: Place): Call[] =>
  packSpec(packing).map(({ from: first, to: start, ...copy }) => ({ ...copy, places: [beyond(from, 4 * first), beyond(to, 4 * start)] }));

export function convMatmul(step: Step, settings: Settings, layout: Layout): Lowered | null {
  if (!isConvolution(step, 'convMatmul')) return null;
  const window = windowOf(step);
  const images = imagesOf(step.inputs[0]!.type.shape);
  const channels = images[3];
  const [depth, outputs] = step.inputs[1]!.type.shape as Pair;
  const packing = { matrices: [], matrixSteps: [], depth: [depth], depthSteps: [outputs], columns: outputs, columnStep: 1 };
  return slide({ step, window, frame: paddedFrame(images, window), packing, packFrom: 0, tapStep: channels * outputs, settings, layout });
}

/**
 * The gradient with respect to the images: a convolution of stride 1 over `dy`, spread by the strides, with the filters turned round.
 * Zeros between and around its elements meet the filters, which must therefore be finite: 0 times infinity is NaN where the
 * definition has no product at all.
 */
export function convInputMatmul(step: Step, settings: Settings, layout: Layout): Lowered | null {
  if (!isConvolution(step, 'convInputMatmul')) return null;
  const { window, dilations } = windowOf(step);
  const channels = imagesOf(step.type.shape)[3];
  const outputs = imagesOf(step.inputs[0]!.type.shape)[3];
  const frame = spreadFrame(imagesOf(step.type.shape), windowOf(step));
  const taps = window[0] * window[1];
  // Row (tap, output) of the product is element [last tap - tap, channel, output] of the filters.
  const packing = { matrices: [], matrixSteps: [], depth: [taps, outputs], depthSteps: [-channels * outputs, 1], columns: channels, columnStep: outputs };
  const lowered = slide({ step, window: { window, strides: [1, 1], dilations }, frame, packing, packFrom: (taps - 1) * channels * outputs, tapStep: -channels * outputs, settings, layout });
  return lowered && { ...lowered, guard: { operands: lowered.guard?.operands ?? [1], otherwise: null } };
}

/**
 * The gradient with respect to the filters, `[KH * KW * C / groups, O]`: pixels of a channel times `dy`, summed over all places; a product a
 * group, all through the same panels.
 */
export function convFilterMatmul(step: Step, settings: Settings, layout: Layout): Lowered | null {
  if (!isFloatConvolution(step, 'convFilterMatmul')) return null;
  const description = windowOf(step);
  const { window, strides, dilations, groups } = description;
  const images = imagesOf(step.inputs[0]!.type.shape);
  const [batch, , , channels] = images;
  const [, rows, columns, outputs] = imagesOf(step.inputs[1]!.type.shape);
  const epilogue = withEpilogue(step, outputs);
  if (!epilogue) return null;
  const [depth, each] = [channels / groups, outputs / groups];
  const { place, frame, calls: framing, bytes } = framed(images, paddedFrame(images, description), layout.input);
  const places = batch * rows * columns;
  const panels = scratch(bytes);
  const { place: result, scratchBytes } = epilogue.product(output(), bytes + 4 * packedSize(places, each));
  const levels: Level[] = [
    { count: batch, step: 4 * frame.height * frame.width * channels },
    { count: rows, step: 4 * strides[0] * frame.width * channels },
  ];
  // Taps without a gap between them are one line of rows.
  const isDense = dilations[1] === 1 && groups === 1;
  const lineRows = isDense ? window[1] * channels : depth;
  const tileRows = chooseRows(lineRows, each, settings.fma);
  const multiply = product({
    outer: { count: window[0], aStep: 4 * dilations[0] * frame.width * channels, bStep: 0, cStep: 4 * window[1] * depth * outputs },
    inner: { count: isDense ? 1 : window[1], aStep: 4 * dilations[1] * channels, bStep: 0, cStep: 4 * depth * outputs },
    rows: lineRows,
    rowStep: 4,
    resultStep: 4 * outputs,
    walk: { levels: levels.filter(({ count }) => count > 1), length: columns, kStep: 4 * strides[1] * channels },
    columns: each,
    ...epilogue.fused,
    tileRows,
    fma: settings.fma,
  });
  const packing = { matrices: [], matrixSteps: [], depth: [places], depthSteps: [outputs], columns: each, columnStep: 1 };
  const inGroup = (group: number): Call[] => [
    ...packCalls(packing, operand(1, 4 * group * each), panels),
    { ...multiply, places: [beyond(place, 4 * group * depth), panels, beyond(result, 4 * group * each), ...epilogue.extras(0, 4 * group * each)] },
  ];
  return {
    kernel: `implicit product, ${groups === 1 ? `tiles of ${tileRows}x8` : `${groups} groups`}`,
    reason: `${epilogue.reason}; pixels are read where they lie${framing.length > 0 ? ', in a padded copy' : ''}`,
    calls: [...framing, ...Array.from({ length: groups }, (_, group) => inGroup(group)).flat(), ...epilogue.calls(result)],
    scratchBytes,
    kept: [],
  };
}
