import { refuseShape } from '../../errors/refuse.js';
import { toTensor, type TensorLike } from '../../tensor/operand.js';
import type { Tensor } from '../../tensor/tensor.js';
import { formatShape, sizeOf, type Shape } from '../../types/shape.js';
import { checkInteger } from '../check.js';
import { checked, checkOneOf, checkOptions } from '../checked.js';
import { add } from '../elementwise/add.js';
import { cast } from '../elementwise/cast.js';
import { mul } from '../elementwise/mul.js';
import { reshape } from '../shape/reshape.js';
import { checkEpsilon, parameter } from './families.js';
import { layerNorm } from './layer-norm.js';

export interface InstanceNormOptions {
  /** One factor a channel after normalisation. Default: 1. */
  readonly scale?: TensorLike | undefined;
  /** One number a channel added at the end. Default: 0. */
  readonly offset?: TensorLike | undefined;
  /** Added to the variance. Default: 0.001. */
  readonly epsilon?: number | undefined;
  /** Channels on the last axis (NHWC) or on axis 1 (NCHW), whatever the rank. Default: NHWC. */
  readonly dataFormat?: 'NHWC' | 'NCHW' | undefined;
}

export interface GroupNormOptions extends InstanceNormOptions {
  /** How many groups of neighbouring channels. Must divide their number. */
  readonly groups: number;
}

/**
 * Normalises each example over groups of channels and all positions: `[N, ..., C]` (or `[N, C, ...]`) of rank 2 or more; float32.
 *
 * @throws {UnfoldError} SHAPE_MISMATCH where `groups` does not divide the channels, or `scale` or `offset` is not [C];
 * INVALID_ARGUMENT for anything else that is wrong with the options.
 * @source Wu and He, Group normalization (2018), arXiv:1803.08494
 * @example
 * import { setBackend, groupNorm } from '@unfoldjs/core';
 * import { cpu } from '@unfoldjs/backend-cpu';
 * await setBackend(cpu());
 * await groupNorm([[[1, 5], [3, 9]]], { groups: 2, epsilon: 0 }).array(); // => [[[-1, -1], [1, 1]]]
 */
export function groupNorm(x: TensorLike, options: GroupNormOptions): Tensor {
  return normalised('groupNorm', x, options, ['groups'], () => options.groups);
}

/**
 * Normalises each channel of each example over all positions: `groupNorm` with one channel a group.
 *
 * @throws {UnfoldError} as `groupNorm`.
 * @source Ulyanov, Vedaldi and Lempitsky, Instance normalization (2016), arXiv:1607.08022
 */
export function instanceNorm(x: TensorLike, options: InstanceNormOptions = {}): Tensor {
  return normalised('instanceNorm', x, options, [], (channels) => Math.max(1, channels));
}

function normalised(op: string, x: TensorLike, options: InstanceNormOptions, more: readonly string[], groupsOf: (channels: number) => number): Tensor {
  checkOptions(op, options, ['scale', 'offset', 'epsilon', 'dataFormat', ...more]);
  const tensor = cast(toTensor(x, op, 'x'), 'float32');
  const { epsilon = 1e-3, dataFormat = 'NHWC' } = options;
  checkOneOf(op, 'dataFormat', dataFormat, ['NHWC', 'NCHW'] as const);
  const { shape, rank } = tensor;
  const channelAxis = dataFormat === 'NHWC' ? rank - 1 : 1;
  const channels = shape[channelAxis] ?? 0;
  const groups = groupsOf(channels);
  checkInteger(op, 'groups', groups, 1);
  checked(op, { x: tensor }, () => {
    checkEpsilon(op, epsilon);
    if (rank < 2) throw refuseShape('x', `it has rank ${rank}.`, 'pass [N, ..., C], or [N, C, ...] as NCHW.');
    if (channels % groups !== 0) throw refuseShape('groups', `${groups} groups do not divide ${channels} channels.`, 'use a divisor of the number of channels.');
  });

  const [examples, positions, width] = [shape[0]!, sizeOf(shape) / Math.max(1, shape[0]! * channels), channels / groups];
  const isLast = dataFormat === 'NHWC';
  const grouped: Shape = isLast ? [examples, positions, groups, width] : [examples, groups, width * positions];
  const normal = reshape(layerNorm(reshape(tensor, grouped), { axes: isLast ? [1, 3] : 2, epsilon }), shape);
  const perChannel = shape.map((_, axis) => (axis === channelAxis ? channels : 1));
  const spread = (name: 'scale' | 'offset'): Tensor | null => {
    if (options[name] === undefined) return null;
    const given = parameter(op, name, options[name], 0);
    checked(op, { x: tensor, [name]: given }, () => {
      if (given.rank !== 1 || given.size !== channels) throw refuseShape(name, `${formatShape(given.shape)} is not [${channels}].`, 'pass one number a channel.');
    });
    return reshape(given, perChannel);
  };
  const [scale, offset] = [spread('scale'), spread('offset')];
  const scaled = scale ? mul(normal, scale) : normal;
  return offset ? add(scaled, offset) : scaled;
}
