import { tensor, type Tensor } from '@unfoldjs/core';

/** Rows of weights. */
export type Kernel = readonly (readonly number[])[];

export const sobelX: Kernel = [
  [-1 / 8, 0, 1 / 8],
  [-2 / 8, 0, 2 / 8],
  [-1 / 8, 0, 1 / 8],
];
export const sobelY: Kernel = transposed(sobelX);
export const laplacian: Kernel = [
  [0, 1, 0],
  [1, -4, 1],
  [0, 1, 0],
];
export const sharpen: Kernel = [
  [0, -1, 0],
  [-1, 5, -1],
  [0, -1, 0],
];
export const emboss: Kernel = [
  [-1, -0.5, 0],
  [-0.5, 0, 0.5],
  [0, 0.5, 1],
];

/** One column of a Gaussian that sums to 1, cut at three standard deviations. */
export function gaussianColumn(sigma: number): Kernel {
  const reach = Math.ceil(3 * sigma);
  const weights = Array.from({ length: 2 * reach + 1 }, (_, i) => Math.exp(-((i - reach) ** 2) / (2 * sigma ** 2)));
  const sum = weights.reduce((a, b) => a + b);
  return weights.map((weight) => [weight / sum]);
}

/** The square Gaussian, as one kernel. */
export function gaussian(sigma: number): Kernel {
  const column = gaussianColumn(sigma).map(([weight]) => weight!);
  return column.map((a) => column.map((b) => a * b));
}

/** A wave under a Gaussian, across the direction `theta` (radians): answers to stripes of that direction. Sums to 0. */
export function gabor(theta: number, { size = 9, sigma = 2, wavelength = 4.5 } = {}): Kernel {
  const reach = (size - 1) / 2;
  const at = (y: number, x: number): { envelope: number; wave: number } => ({
    envelope: Math.exp(-(x * x + y * y) / (2 * sigma ** 2)),
    wave: Math.cos((2 * Math.PI * (y * Math.cos(theta) - x * Math.sin(theta))) / wavelength),
  });
  const places = Array.from({ length: size }, (_, row) => Array.from({ length: size }, (_, column) => at(row - reach, column - reach)));
  const all = places.flat();
  const total = all.reduce((sum, { envelope }) => sum + envelope, 0);
  const mean = all.reduce((sum, { envelope, wave }) => sum + envelope * wave, 0) / total;
  return places.map((row) => row.map(({ envelope, wave }) => (envelope * (wave - mean)) / total));
}

export const orientations = 8;

/** Kernels for stripes at 0, 22.5, ... 157.5 degrees from the horizontal. */
export const gaborBank: readonly Kernel[] = Array.from({ length: orientations }, (_, i) => gabor((i * Math.PI) / orientations));

export function transposed(kernel: Kernel): Kernel {
  return kernel[0]!.map((_, column) => kernel.map((row) => row[column]!));
}

export const magnitudes = (kernel: Kernel): Kernel => kernel.map((row) => row.map(Math.abs));

/** Filters [KH, KW, 1, O]: each kernel answers in a channel of its own. */
export function greyFilters(kernels: readonly Kernel[]): Tensor {
  const [first] = kernels;
  const values = first!.flatMap((row, i) => row.flatMap((_, j) => kernels.map((kernel) => kernel[i]![j]!)));
  return tensor(values, [first!.length, first![0]!.length, 1, kernels.length]);
}

/** Filters [KH, KW, 3, 3] that do the same to red, green and blue and mix nothing. */
export function colourFilters(kernel: Kernel): Tensor {
  const values = kernel.flatMap((row) => row.flatMap((weight) => [weight, 0, 0, 0, weight, 0, 0, 0, weight]));
  return tensor(values, [kernel.length, kernel[0]!.length, 3, 3]);
}

/** Filters [1, 1, 3, 1]: how bright red, green and blue look (ITU-R BT.709). */
export const luminance = (): Tensor => tensor([0.2126, 0.7152, 0.0722], [1, 1, 3, 1]);
