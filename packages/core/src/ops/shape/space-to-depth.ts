import { refuseShape } from '../../errors/refuse.js';
import { toTensor, type TensorLike } from '../../tensor/operand.js';
import type { Tensor } from '../../tensor/tensor.js';
import { checkInteger } from '../check.js';
import { checked, checkOneOf, checkOptions } from '../checked.js';
import type { DataFormat } from '../geometry.js';
import { channelsLast, imageAxes, spatialSize } from '../image/channels.js';
import { checkImage } from '../image/im2col.js';
import { reshape } from './reshape.js';
import { transpose } from './transpose.js';

export interface SpaceToDepthOptions {
  /** The order of the axes of `x` and of the result. Default 'NHWC'. */
  readonly dataFormat?: DataFormat | undefined;
}

/**
 * Blocks of `blockSize` x `blockSize` pixels as channels: `[N, H, W, C] -> [N, H / b, W / b, b * b * C]`, new channels in the order
 * (row in the block, column in the block, channel).
 *
 * @throws {UnfoldError} SHAPE_MISMATCH for a wrong rank or a height or width that is no multiple of `blockSize`; INVALID_ARGUMENT.
 * @source https://www.tensorflow.org/api_docs/python/tf/nn/space_to_depth
 */
export function spaceToDepth(x: TensorLike, blockSize: number, options: SpaceToDepthOptions = {}): Tensor {
  checkOptions('spaceToDepth', options, ['dataFormat']);
  const { dataFormat = 'NHWC' } = options;
  checkOneOf('spaceToDepth', 'dataFormat', dataFormat, ['NHWC', 'NCHW']);
  checkInteger('spaceToDepth', 'blockSize', blockSize, 1);
  const tensor = toTensor(x, 'spaceToDepth', 'x');
  return checked('spaceToDepth', { x: tensor }, () => {
    checkImage('x', tensor.type, imageAxes(dataFormat));
    const [height, width] = spatialSize(tensor.shape, dataFormat);
    if (height % blockSize !== 0 || width % blockSize !== 0) {
      throw refuseShape('x', `${height} x ${width} pixels do not divide into blocks of ${blockSize} x ${blockSize}.`, 'pad or slice `x` first, or use another `blockSize`.');
    }
    return channelsLast(tensor, dataFormat, (nhwc) => {
      const [n, h, w, c] = nhwc.shape as readonly [number, number, number, number];
      const blocks = reshape(nhwc, [n, h / blockSize, blockSize, w / blockSize, blockSize, c]);
      return reshape(transpose(blocks, [0, 1, 3, 2, 4, 5]), [n, h / blockSize, w / blockSize, blockSize * blockSize * c]);
    });
  });
}
