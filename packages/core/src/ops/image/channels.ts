import type { Tensor } from '../../tensor/tensor.js';
import type { Shape } from '../../types/shape.js';
import type { DataFormat, Pair } from '../geometry.js';
import { transpose } from '../shape/transpose.js';

/** Height and width of a batch of images. */
export const spatialSize = (shape: Shape, dataFormat: DataFormat): Pair => (dataFormat === 'NHWC' ? [shape[1]!, shape[2]!] : [shape[2]!, shape[3]!]);

/** Runs a function of channels-last images on images of either format. */
export const channelsLast = (x: Tensor, dataFormat: DataFormat, run: (nhwc: Tensor) => Tensor): Tensor =>
  dataFormat === 'NHWC' ? run(x) : transpose(run(transpose(x, [0, 2, 3, 1])), [0, 3, 1, 2]);

/** The axes of a batch of images, for messages. */
export const imageAxes = (dataFormat: DataFormat): string => (dataFormat === 'NHWC' ? '[N, H, W, C]' : '[N, C, H, W]');
