import { sizeOf, stridesOf, type Step } from '@unfoldjs/core';
import { strided } from '../elementwise/strided.js';
import { output, type Lowered } from '../plan/lowered.js';
import { imagesOf, paddedFrame, windowOf } from './convolution.js';
import { framed } from './frame.js';

/** The matrix of patches, for those who ask for it: `[N, OH, OW, KH * KW * C]`. Frames are of elements of four bytes; nobody has images of bool. */
export function im2col(step: Step): Lowered | null {
  if (step.op.name !== 'im2col' || step.type.dtype === 'bool' || sizeOf(step.type.shape) === 0 || sizeOf(step.inputs[0]!.type.shape) === 0) return null;
  const description = windowOf(step);
  const { window, strides, dilations } = description;
  const images = imagesOf(step.inputs[0]!.type.shape);
  const [batch, rows, columns] = imagesOf(step.type.shape);
  const channels = images[3];
  const { place, frame, calls, bytes } = framed(images, paddedFrame(images, description), null);
  const row = frame.width * channels;
  const shape = [batch, rows, columns, window[0], window[1], channels];
  const copy = strided({
    shape,
    inputs: [{ dtype: 'float32', strides: [frame.height * row, strides[0] * row, strides[1] * channels, dilations[0] * row, dilations[1] * channels, 1] }],
    output: { dtype: 'float32', strides: stridesOf(shape) },
    body: [],
  });
  return { kernel: 'copy, v128', reason: 'patches as rows of a matrix', calls: [...calls, { ...copy, places: [place, output()] }], scratchBytes: bytes, kept: [] };
}
