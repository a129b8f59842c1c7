import { bright, channelOf, contactSheet, hues, plain, signed, type Image } from './render.js';
import { emboss, gaborBank, gaussian, gaussianColumn, laplacian, orientations, sharpen, sobelX, sobelY, transposed, type Kernel } from './kernels.js';
import type { DerivedResults, LinearResults } from './filter-bank.js';

export type ResultName = keyof LinearResults | keyof DerivedResults;

/** Elements that were read back. */
export interface Elements {
  readonly data: ArrayLike<number>;
  /** [1, H, W, C] */
  readonly shape: readonly number[];
}

export type Results = Readonly<Record<ResultName, Elements>>;

/** How one filter is shown. */
export interface Filter {
  /** Also the name of its files. */
  readonly id: string;
  readonly title: string;
  readonly note: string;
  /** What the graph does, as the source has it. */
  readonly code: string;
  readonly kernels: readonly Kernel[];
  /** The results whose deviation is told under the images. */
  readonly results: readonly ResultName[];
  /** True for what takes a row of the page for itself. */
  readonly isWide?: boolean;
  draw(results: Results): Image;
}

const sizeOf = ({ shape }: Elements): { width: number; height: number } => ({ height: shape[1]!, width: shape[2]! });

/** Every filter in the order of the page. */
export const filters: readonly Filter[] = [
  {
    id: 'blur',
    title: 'Gaussian blur',
    note: 'Two convolutions, a column and a row of 17 weights, instead of one of 289.',
    code: 'conv2d(conv2d(rgb, column), row)',
    kernels: [gaussianColumn(2.5), transposed(gaussianColumn(2.5))],
    results: ['blur'],
    draw: ({ blur }) => plain(blur.data, sizeOf(blur)),
  },
  {
    id: 'sharpen',
    title: 'Sharpen',
    note: 'The picture minus its Laplacian. The clip is part of the kernel that computes the convolution.',
    code: 'clip(conv2d(rgb, sharpen), { min: 0, max: 1 })',
    kernels: [sharpen],
    results: ['sharpen'],
    draw: ({ sharpen }) => plain(sharpen.data, sizeOf(sharpen)),
  },
  {
    id: 'sobel-magnitude',
    title: 'Sobel magnitude',
    note: 'Slopes across columns and rows, two output channels of one convolution, and their length.',
    code: 'sqrt(add(square(gx), square(gy)))',
    kernels: [sobelX, sobelY],
    results: ['sobel', 'magnitude'],
    draw: ({ magnitude }) => bright(magnitude.data, sizeOf(magnitude)),
  },
  {
    id: 'sobel-direction',
    title: 'Sobel direction',
    note: 'The direction in which the picture gets brighter, as a hue; its strength as brightness.',
    code: 'atan2(gy, gx)',
    kernels: [sobelX, sobelY],
    results: ['direction'],
    draw: ({ direction, magnitude }) => hues(direction.data, 2 * Math.PI, magnitude.data, sizeOf(direction)),
  },
  {
    id: 'laplacian',
    title: 'Laplacian',
    note: 'The second derivative: red in dark valleys, blue on bright ridges, white where nothing bends.',
    code: 'conv2d(grey, laplacian)',
    kernels: [laplacian],
    results: ['laplacian'],
    draw: ({ laplacian }) => signed(laplacian.data, sizeOf(laplacian)),
  },
  {
    id: 'emboss',
    title: 'Emboss',
    note: 'Light from the top left. Bias and clip run inside the convolution.',
    code: 'clip(add(conv2d(grey, emboss), 0.5), { min: 0, max: 1 })',
    kernels: [emboss],
    results: ['emboss'],
    draw: ({ emboss }) => plain(emboss.data, sizeOf(emboss)),
  },
  {
    id: 'gabor',
    title: 'Gabor bank',
    note: `${orientations} orientations of a 9 x 9 wave, ${orientations} channels of one convolution. The hue is the orientation that answers most.`,
    code: 'max(abs(conv2d(grey, gabor)), { axes: -1 }), argMax(...)',
    kernels: gaborBank,
    results: ['gabor', 'energy', 'orientation'],
    draw: ({ energy, orientation }) => hues(orientation.data, orientations, energy.data, sizeOf(energy)),
  },
  {
    id: 'half',
    title: 'Stride 2',
    note: 'A Gaussian at every second pixel: half the size without the jaggies.',
    code: 'conv2d(grey, gaussian, { strides: 2 })',
    kernels: [gaussian(1)],
    results: ['half'],
    draw: ({ half }) => plain(half.data, sizeOf(half)),
  },
  {
    id: 'atrous',
    title: 'Dilation 4',
    note: 'The Laplacian with holes: 9 weights that reach over 9 x 9 pixels and see coarser bends.',
    code: 'conv2d(grey, laplacian, { dilations: 4 })',
    kernels: [laplacian],
    results: ['atrous'],
    draw: ({ atrous }) => signed(atrous.data, sizeOf(atrous)),
  },
  {
    id: 'coarse',
    title: 'Stride 2 and dilation 3',
    note: 'Both at once, which other JavaScript libraries refuse: a coarse emboss at half the size.',
    code: 'conv2d(grey, emboss, { strides: 2, dilations: 3 })',
    kernels: [emboss],
    results: ['coarse'],
    draw: ({ coarse }) => signed(coarse.data, sizeOf(coarse)),
  },
  {
    id: 'gabor-channels',
    title: 'The channels of the Gabor bank',
    note: 'The answers to stripes at 0, 22.5, ... 157.5 degrees from the horizontal, at half their size.',
    code: 'conv2d(grey, gabor)',
    kernels: gaborBank,
    results: ['gabor'],
    isWide: true,
    draw: ({ gabor }) => contactSheet(Array.from({ length: orientations }, (_, i) => signed(channelOf(gabor.data, i, orientations), sizeOf(gabor))), 4),
  },
];
