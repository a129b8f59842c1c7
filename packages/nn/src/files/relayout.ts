import { badArgument, unfoldError } from '@unfoldjs/core';
import type { HostTensor } from './host-tensor.js';

/**
 * A host tensor with its axes in another order, each named by a letter: kernels of PyTorch's Conv2d are 'OIHW' and those of Unfold
 * and TensorFlow 'HWIO'; those of Linear are 'OI' and ours 'IO'.
 *
 * @throws {UnfoldError} INVALID_ARGUMENT where `from` and `to` do not name the same axes; SHAPE_MISMATCH where the tensor has another
 * number of axes.
 * @example
 * import { relayout } from '@unfoldjs/nn';
 * const linear = { dtype: 'float32', shape: [2, 3], data: Float32Array.of(1, 2, 3, 4, 5, 6) } as const;
 * relayout(linear, 'OI', 'IO').data; // => Float32Array [1, 4, 2, 5, 3, 6]
 */
export function relayout(tensor: HostTensor, from: string, to: string): HostTensor {
  const axes = [...to].map((letter) => from.indexOf(letter));
  if (from.length !== to.length || new Set(from).size !== from.length || new Set(axes).size !== from.length || axes.includes(-1)) {
    throw badArgument('relayout', 'to', `'${from}' and '${to}' are not the same letters in two orders.`, "name each axis by one letter, as in 'OIHW' and 'HWIO'.");
  }
  const { shape, data } = tensor;
  if (shape.length !== from.length) {
    throw unfoldError({ code: 'SHAPE_MISMATCH', op: 'relayout', argument: 'tensor', problem: `[${shape.join(', ')}] has ${shape.length} axes, '${from}' names ${from.length}.`, fix: 'name every axis of the tensor.', operands: [{ name: 'tensor', type: tensor }] });
  }
  const strides = shape.map((_, axis) => shape.slice(axis + 1).reduce((product, dim) => product * dim, 1));
  const out = data.slice();
  const position = axes.map(() => 0);
  let source = 0;
  for (let i = 0; i < out.length; i++) {
    out[i] = data[source]!;
    // The next position of the result, and where it comes from.
    for (let axis = axes.length - 1; axis >= 0; axis--) {
      const stride = strides[axes[axis]!]!;
      source += stride;
      if (++position[axis]! < shape[axes[axis]!]!) break;
      source -= stride * shape[axes[axis]!]!;
      position[axis] = 0;
    }
  }
  return { dtype: tensor.dtype, shape: axes.map((axis) => shape[axis]!), data: out } as HostTensor;
}

/** A kernel of PyTorch's Conv2d [O, I, KH, KW] as [KH, KW, I, O]. @throws {UnfoldError} as `relayout`. */
export const oihwToHwio = (kernel: HostTensor): HostTensor => relayout(kernel, 'OIHW', 'HWIO');

/**
 * A weight of PyTorch's Linear behind a flatten, [O, C * H * W], as the kernel [H * W * C, O] of a dense layer behind a flatten here:
 * PyTorch flattens channels first, Unfold channels last.
 *
 * @param picture height, width and channels before the flatten.
 * @throws {UnfoldError} SHAPE_MISMATCH where the weight does not fit the picture.
 */
export function denseAfterFlatten(weight: HostTensor, picture: readonly [height: number, width: number, channels: number]): HostTensor {
  const [height, width, channels] = picture;
  const [outputs = 0, inputs] = weight.shape;
  if (weight.shape.length !== 2 || inputs !== height * width * channels) {
    throw unfoldError({ code: 'SHAPE_MISMATCH', op: 'denseAfterFlatten', argument: 'weight', problem: `its rows are not ${channels} x ${height} x ${width} numbers.`, fix: 'give the shape of the picture just before the flatten.', operands: [{ name: 'weight', type: weight }] });
  }
  const moved = relayout({ ...weight, shape: [outputs, channels, height, width] }, 'OCHW', 'HWCO');
  return { ...moved, shape: [inputs, outputs] };
}
