import { add, conv2d, conv2dTranspose, pad, reshape, slice, type Tensor } from '@unfoldjs/core';
import type { Call } from '../run/call.js';
import type { OnnxOps } from './onnx-op.js';
import { slideOf, windowsOf } from './windows.js';

/** Filters of ONNX, [O, C / groups, ...spatial], as [...spatial, C / groups, O]; those of transposed convolutions likewise. */
export const filterPerm = (rank: number): readonly number[] => [...Array.from({ length: rank - 2 }, (_, axis) => axis + 2), 1, 0];

/** Images of one spatial axis as rows of one pixel; `back` undoes it. */
function asImages(call: Call, x: Tensor, filters: Tensor): { x: Tensor; filters: Tensor; back: (y: Tensor) => Tensor } {
  if (x.rank === 4) return { x, filters, back: (y) => y };
  if (x.rank !== 3) return call.refuse(`it has ${x.rank - 2} spatial axes`, 'only convolutions over one or two axes are read');
  const [n, c, w] = x.shape as readonly [number, number, number];
  return { x: reshape(x, [n, c, 1, w]), filters: reshape(filters, [1, ...filters.shape]), back: (y) => reshape(y, [y.shape[0]!, y.shape[1]!, y.shape[3]!]) };
}

/** [C] against [N, C, ...spatial]. */
export const perChannel = (x: Tensor, rank: number): Tensor => reshape(x, [x.size, ...new Array<number>(rank - 2).fill(1)]);

const withBias = (call: Call, y: Tensor): Tensor => (call.has(2) ? add(y, perChannel(call.tensor(2), y.rank)) : y);

function conv(call: Call): Tensor {
  const image = call.tensor(0);
  const images = asImages(call, image, call.laidOut(1, filterPerm(image.rank)));
  const { strides, dilations, padding } = slideOf(windowsOf(call, image.shape.slice(2), call.attrs.ints('kernel_shape', null) ?? call.value(1).shape.slice(2)));
  return withBias(call, images.back(conv2d(images.x, images.filters, { strides, dilations, padding, groups: call.attrs.int('group', 1), dataFormat: 'NCHW' })));
}

/**
 * Padding of a transposed convolution cuts its result; where the size of the result is given, that says how much is cut. Negative amounts
 * add zeros.
 *
 * @source https://github.com/onnx/onnx/blob/main/docs/Operators.md#convtranspose
 */
function convTranspose(call: Call): Tensor {
  const { attrs } = call;
  const image = call.tensor(0);
  const sizes = image.shape.slice(2);
  const windows = windowsOf(call, sizes, attrs.ints('kernel_shape', null) ?? call.value(1).shape.slice(2));
  const more = attrs.ints('output_padding', null) ?? sizes.map(() => 0);
  const asked = attrs.ints('output_shape', null)?.slice(-sizes.length);
  const auto = attrs.text('auto_pad', 'NOTSET');
  const isSame = auto.startsWith('SAME');
  const cuts = windows.map(({ kernel, stride, dilation, pads }, axis): readonly [number, number] => {
    const wanted = asked?.[axis] ?? (isSame ? sizes[axis]! * stride : null);
    if (wanted === null) return pads;
    const total = (sizes[axis]! - 1) * stride + (kernel - 1) * dilation + 1 + more[axis]! - wanted;
    // As ONNX Runtime reads it: what the result is too short of comes at its end.
    if (total < 0) return [0, total];
    const half = Math.floor(total / 2);
    return auto === 'SAME_UPPER' ? [half, total - half] : [total - half, half];
  });
  const images = asImages(call, image, call.laidOut(1, filterPerm(image.rank)));
  const { strides, dilations } = slideOf(windows);
  const options = { strides, dilations, groups: attrs.int('group', 1), dataFormat: 'NCHW' } as const;
  const fits = cuts.flat().every((cut) => cut >= 0) && more.every((size, axis) => size < windows[axis]!.stride);
  if (fits) {
    const [padding, outputPadding] = sizes.length === 1 ? [[[0, 0], cuts[0]!], [0, more[0]!]] : [cuts, more];
    return withBias(call, images.back(conv2dTranspose(images.x, images.filters, { ...options, padding: padding as never, outputPadding: outputPadding as never })));
  }
  const whole = images.back(conv2dTranspose(images.x, images.filters, { ...options, padding: 'valid' }));
  const ends = cuts.map(([, end], axis) => more[axis]! - end);
  const padded = pad(whole, [[0, 0], [0, 0], ...cuts.map(([begin], axis) => [Math.max(0, -begin), Math.max(0, ends[axis]!)] as const)]);
  const begin = [0, 0, ...cuts.map(([first]) => Math.max(0, first))];
  return withBias(call, slice(padded, begin, padded.shape.map((size, axis) => size - begin[axis]! - (axis < 2 ? 0 : Math.max(0, -ends[axis - 2]!)))));
}

const attributes = ['auto_pad', 'dilations', 'group', 'kernel_shape', 'pads', 'strides'];

export const convOps: OnnxOps = {
  Conv: { attributes, run: conv },
  ConvTranspose: { attributes: [...attributes, 'output_padding', 'output_shape'], run: convTranspose },
};
