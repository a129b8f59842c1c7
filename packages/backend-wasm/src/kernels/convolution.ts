import type { KernelTensor } from '@unfoldjs/core/reference';
import type { Engine } from '../engine.js';
import type { WindowAttrs } from './attrs.js';
import { packPanels, paddedColumns, unpackRows } from './pack.js';
import { padImages, type Frame } from './padded-images.js';
import type { Walk } from './product-module.js';

type Shape4 = readonly [number, number, number, number];

const pixels = (x: KernelTensor): Float32Array => x.data as Float32Array;
const shape4 = ({ type }: KernelTensor): Shape4 => type.shape as unknown as Shape4;

/** What a patch reads in a frame of a given width: rows of the window without gaps are one run each, others one run a pixel. */
function patchWalk([rows, columns]: readonly [number, number], [down, across]: readonly [number, number], width: number, channels: number): Walk {
  const outerStep = 4 * down * width * channels;
  return across === 1 || columns === 1
    ? { outer: rows, outerStep, inner: 1, innerStep: 0, length: columns * channels, kStep: 4 }
    : { outer: rows, outerStep, inner: columns, innerStep: 4 * across * channels, length: channels, kStep: 4 };
}

type Sliding = Omit<WindowAttrs, 'padding'>;

/** Every patch of `x`, laid in `frame`, times a matrix that `pack` writes in panels: `[N, rows, columns, O]`. */
function slide(engine: Engine, { window, strides, dilations }: Sliding, x: KernelTensor, frame: Frame, output: KernelTensor, pack: (panels: Float32Array) => void): void {
  const [batch, , , channels] = shape4(x);
  const [, rows, columns, outputs] = shape4(output);
  const padded = paddedColumns(outputs);
  const depth = window[0] * window[1] * channels;
  const [images, panels, result] = engine.take([batch * frame.height * frame.width * channels, depth * padded, rows * columns * padded]);
  padImages(images.view, pixels(x), shape4(x), frame);
  pack(panels.view);
  const walk = patchWalk(window, dilations, frame.width, channels);
  const places = rows * columns;
  for (let n = 0; n < batch; n++) {
    for (let i = 0; i < rows; i++) {
      const a = images.pointer + 4 * (n * frame.height + i * strides[0]) * frame.width * channels;
      engine.rows({ a, aStep: 4 * strides[1] * channels, walk, b: panels.pointer, c: result.pointer + 4 * i * columns * padded, columns: padded, count: columns });
    }
    unpackRows(output.data as Float32Array, n * places * outputs, result.view, places, outputs, padded);
  }
}

/** Float32 images without zero sizes, one group; `output` has the product's shape. */
export function convMatmul(engine: Engine, { padding, ...sliding }: WindowAttrs, x: KernelTensor, filters: KernelTensor, output: KernelTensor): void {
  const [, height, width] = shape4(x);
  const [[top, bottom], [left, right]] = padding;
  const frame = { height: height + top + bottom, width: width + left + right, top, left, rowStep: 1, columnStep: 1 };
  const [depth, outputs] = filters.type.shape as readonly [number, number];
  slide(engine, sliding, x, frame, output, (panels) => packPanels(panels, filters.data, depth, outputs, (k) => k * outputs, 1));
}

/**
 * The gradient with respect to the images: a convolution of stride 1 over `dy`, spread by the strides, with the filters turned round.
 * Zeros between the elements of `dy` meet the filters, so these must be finite.
 */
export function convInputMatmul(engine: Engine, attrs: WindowAttrs, dy: KernelTensor, filters: KernelTensor, output: KernelTensor): void {
  const { window, strides, dilations, padding } = attrs;
  const [, height, width, channels] = shape4(output);
  const outputs = shape4(dy)[3];
  const reach = [(window[0] - 1) * dilations[0], (window[1] - 1) * dilations[1]] as const;
  const frame = {
    height: height + reach[0],
    width: width + reach[1],
    top: reach[0] - padding[0][0],
    left: reach[1] - padding[1][0],
    rowStep: strides[0],
    columnStep: strides[1],
  };
  const taps = window[0] * window[1];
  slide(engine, { window, strides: [1, 1], dilations }, dy, frame, output, (panels) =>
    packPanels(panels, filters.data, taps * outputs, channels, (k) => (taps - 1 - Math.floor(k / outputs)) * channels * outputs + (k % outputs), outputs),
  );
}

/** The gradient with respect to the filters, `[KH * KW * C, O]`: pixels of a channel times `dy`, summed over all places. */
export function convFilterMatmul(engine: Engine, { window, strides, dilations, padding }: WindowAttrs, x: KernelTensor, dy: KernelTensor, output: KernelTensor): void {
  const [batch, height, width, channels] = shape4(x);
  const [, rows, columns, outputs] = shape4(dy);
  const [[top, bottom], [left, right]] = padding;
  const frame = { height: height + top + bottom, width: width + left + right, top, left, rowStep: 1, columnStep: 1 };
  const padded = paddedColumns(outputs);
  const places = batch * rows * columns;
  const depth = window[0] * window[1] * channels;
  const [images, panels, result] = engine.take([batch * frame.height * frame.width * channels, places * padded, depth * padded]);
  padImages(images.view, pixels(x), shape4(x), frame);
  packPanels(panels.view, dy.data, places, outputs, (k) => k * outputs, 1);
  const walk = {
    outer: batch,
    outerStep: 4 * frame.height * frame.width * channels,
    inner: rows,
    innerStep: 4 * strides[0] * frame.width * channels,
    length: columns,
    kStep: 4 * strides[1] * channels,
  };
  // Taps without a gap between them are one stretch of rows.
  const [stretches, count] = dilations[1] === 1 ? [1, window[1] * channels] : [window[1], channels];
  for (let kh = 0; kh < window[0]; kh++) {
    for (let kw = 0; kw < stretches; kw++) {
      const a = images.pointer + 4 * (kh * dilations[0] * frame.width + kw * dilations[1]) * channels;
      const c = result.pointer + 4 * (kh * window[1] + kw) * channels * padded;
      engine.rows({ a, aStep: 4, walk, b: panels.pointer, c, columns: padded, count });
    }
  }
  unpackRows(output.data as Float32Array, 0, result.view, depth, outputs, padded);
}
