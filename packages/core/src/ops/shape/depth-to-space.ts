import { refuseShape } from '../../errors/refuse.js';
import { toTensor, type TensorLike } from '../../tensor/operand.js';
import type { Tensor } from '../../tensor/tensor.js';
import { checkInteger } from '../check.js';
import { checked, checkOneOf, checkOptions } from '../checked.js';
import type { DataFormat } from '../geometry.js';
import { channelsLast, imageAxes } from '../image/channels.js';
import { checkImage } from '../image/im2col.js';
import { reshape } from './reshape.js';
import { transpose } from './transpose.js';

export interface DepthToSpaceOptions {
  /** The order of the axes of `x` and of the result. Default 'NHWC'. */
  readonly dataFormat?: DataFormat | undefined;
  /**
   * How channels are read: 'DCR' (default, TensorFlow's) as (row, column, channel), the inverse of `spaceToDepth`; 'CRD' as
   * (channel, row, column), PyTorch's pixel shuffle.
   */
  readonly mode?: 'DCR' | 'CRD' | undefined;
}

/**
 * Channels as blocks of `blockSize` x `blockSize` pixels: `[N, H, W, b * b * C] -> [N, H * b, W * b, C]`.
 *
 * @throws {UnfoldError} SHAPE_MISMATCH for a wrong rank or a number of channels that is no multiple of `blockSize` squared;
 * INVALID_ARGUMENT.
 * @source https://www.tensorflow.org/api_docs/python/tf/nn/depth_to_space
 */
export function depthToSpace(x: TensorLike, blockSize: number, options: DepthToSpaceOptions = {}): Tensor {
  checkOptions('depthToSpace', options, ['dataFormat', 'mode']);
  const { dataFormat = 'NHWC', mode = 'DCR' } = options;
  checkOneOf('depthToSpace', 'dataFormat', dataFormat, ['NHWC', 'NCHW']);
  checkOneOf('depthToSpace', 'mode', mode, ['DCR', 'CRD']);
  checkInteger('depthToSpace', 'blockSize', blockSize, 1);
  const tensor = toTensor(x, 'depthToSpace', 'x');
  return checked('depthToSpace', { x: tensor }, () => {
    checkImage('x', tensor.type, imageAxes(dataFormat));
    const depth = tensor.shape[dataFormat === 'NHWC' ? 3 : 1]!;
    const block = blockSize * blockSize;
    if (depth % block !== 0) throw refuseShape('x', `${depth} channels do not divide into blocks of ${blockSize} x ${blockSize}.`, `use a number of channels that is a multiple of ${block}, or another \`blockSize\`.`);
    return channelsLast(tensor, dataFormat, (nhwc) => {
      const [n, h, w] = nhwc.shape as readonly [number, number, number, number];
      const c = depth / block;
      const apart = mode === 'DCR' ? reshape(nhwc, [n, h, w, blockSize, blockSize, c]) : reshape(nhwc, [n, h, w, c, blockSize, blockSize]);
      const inPlace = transpose(apart, mode === 'DCR' ? [0, 1, 3, 2, 4, 5] : [0, 1, 4, 2, 5, 3]);
      return reshape(inPlace, [n, h * blockSize, w * blockSize, c]);
    });
  });
}
