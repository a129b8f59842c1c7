import { abs, add, argMax, atan2, cast, clip, conv2d, div, max, pad, reshape, slice, sqrt, square, type Conv2dOptions, type Tensor } from '@unfoldjs/core';
import { colourFilters, emboss, gaborBank, gaussian, gaussianColumn, greyFilters, laplacian, luminance, magnitudes, sharpen, sobelX, sobelY, transposed, type Kernel } from './kernels.js';

/** A value that depends on the pixels linearly, up to a clip. */
export interface Linear {
  /** [1, H, W, C] */
  readonly tensor: Tensor;
  /** The most float32 roundings that stand between a pixel and the value: what its error bound is made of. */
  readonly roundings: number;
}

/** The results that are convolutions, with at most a bias and a clip behind them. */
export interface LinearResults {
  readonly blur: Linear;
  readonly sharpen: Linear;
  /** Two channels: across columns, across rows. */
  readonly sobel: Linear;
  readonly laplacian: Linear;
  readonly emboss: Linear;
  /** A channel for each orientation. */
  readonly gabor: Linear;
  readonly half: Linear;
  readonly atrous: Linear;
  readonly coarse: Linear;
}

/** What is made of them. */
export interface DerivedResults {
  /** Length of the gradient. */
  readonly magnitude: Tensor;
  /** Direction of the gradient, radians from -pi to pi. */
  readonly direction: Tensor;
  /** The strongest answer of the Gabor bank, whichever its sign. */
  readonly energy: Tensor;
  /** The orientation that gave it, int32. */
  readonly orientation: Tensor;
}

/** Roundings of pixel / 255: one where division is correctly rounded; WGSL allows 2.5 units in the last place. */
const divisionRoundings = 3;

/**
 * The linear part of the bank over pixels `[H, W, 3]` int32 from 0 to 255: nothing is computed yet. With `absolute`, the same ops
 * on absolute weights and without the clips: what error bounds are multiples of.
 */
export function linearResults(pixels: Tensor, { absolute = false } = {}): LinearResults {
  const weigh = (kernel: Kernel): Kernel => (absolute ? magnitudes(kernel) : kernel);
  const limit = (x: Linear): Linear => (absolute ? x : { ...x, tensor: clip(x.tensor, { min: 0, max: 1 }) });

  const rgb: Linear = { tensor: div(cast(reshape(pixels, [1, ...pixels.shape]), 'float32'), 255), roundings: divisionRoundings };
  const grey = convolve(rgb, luminance());
  const onGrey = (kernels: readonly Kernel[], options?: Conv2dOptions): Linear => convolve(grey, greyFilters(kernels.map(weigh)), options);
  const onColour = (x: Linear, kernel: Kernel): Linear => convolve(x, colourFilters(weigh(kernel)));

  const column = gaussianColumn(2.5);
  return {
    blur: onColour(onColour(rgb, column), transposed(column)),
    sharpen: limit(onColour(rgb, sharpen)),
    sobel: onGrey([sobelX, sobelY]),
    laplacian: onGrey([laplacian]),
    emboss: limit(plus(onGrey([emboss]), 0.5)),
    gabor: onGrey(gaborBank),
    half: onGrey([gaussian(1)], { strides: 2 }),
    atrous: onGrey([laplacian], { dilations: 4 }),
    coarse: onGrey([emboss], { strides: 2, dilations: 3 }),
  };
}

/** The part of the bank that is not linear. */
export function derivedResults({ sobel, gabor }: LinearResults): DerivedResults {
  const [, height, width] = sobel.tensor.shape as [number, number, number, number];
  const component = (channel: number): Tensor => slice(sobel.tensor, [0, 0, 0, channel], [1, height, width, 1]);
  const [gx, gy] = [component(0), component(1)];
  const answers = abs(gabor.tensor);
  return {
    magnitude: sqrt(add(square(gx), square(gy))),
    direction: atan2(gy, gx),
    energy: max(answers, { axes: -1, keepDims: true }),
    orientation: argMax(answers, { axis: -1, keepDims: true }),
  };
}

/** A convolution whose windows see the nearest pixel where they reach over the edge, so that edges of the picture make no edges. */
function convolve({ tensor, roundings }: Linear, filters: Tensor, options: Conv2dOptions = {}): Linear {
  const [kh, kw, channels] = filters.shape as [number, number, number, number];
  const reach = (size: number): number => ((size - 1) / 2) * ((options.dilations as number | undefined) ?? 1);
  const framed = pad(tensor, [[0, 0], [reach(kh), reach(kh)], [reach(kw), reach(kw)], [0, 0]], { mode: 'edge' });
  return { tensor: conv2d(framed, filters, options), roundings: roundings + kh * kw * channels };
}

const plus = ({ tensor, roundings }: Linear, bias: number): Linear => ({ tensor: add(tensor, bias), roundings: roundings + 1 });
