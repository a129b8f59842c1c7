import type { Call } from '../run/call.js';

/** Along one axis of an image. */
export interface AxisWindow {
  readonly kernel: number;
  readonly stride: number;
  readonly dilation: number;
  readonly pads: readonly [begin: number, end: number];
}

/**
 * How windows slide over the spatial axes of an input, with padding in pixels whatever form it was given in.
 *
 * @param sizes - of the spatial axes.
 * @source https://github.com/onnx/onnx/blob/main/docs/Operators.md#conv
 */
export function windowsOf(call: Call, sizes: readonly number[], kernel: readonly number[]): AxisWindow[] {
  const { attrs } = call;
  const rank = sizes.length;
  const [strides, dilations] = ['strides', 'dilations'].map((name) => attrs.ints(name, null) ?? new Array<number>(rank).fill(1)) as [readonly number[], readonly number[]];
  const pads = attrs.ints('pads', null) ?? new Array<number>(2 * rank).fill(0);
  const auto = attrs.text('auto_pad', 'NOTSET');
  if (kernel.length !== rank || strides.length !== rank || dilations.length !== rank || pads.length !== 2 * rank) {
    call.refuse(`its windows have ${kernel.length} axes, strides ${strides.length}, dilations ${dilations.length} and pads ${pads.length} numbers, for ${rank} spatial axes`, 'check the model with `onnx.checker`');
  }
  return sizes.map((size, axis) => {
    const [stride, dilation] = [strides[axis]!, dilations[axis]!];
    const extent = (kernel[axis]! - 1) * dilation + 1;
    return { kernel: kernel[axis]!, stride, dilation, pads: padsOf(call, auto, [pads[axis]!, pads[rank + axis]!], Math.max((Math.ceil(size / stride) - 1) * stride + extent - size, 0)) };
  });
}

function padsOf(call: Call, auto: string, given: readonly [number, number], needed: number): readonly [number, number] {
  switch (auto) {
    case 'NOTSET':
    case '':
      return given;
    case 'VALID':
      return [0, 0];
    case 'SAME_UPPER':
      return [Math.floor(needed / 2), Math.ceil(needed / 2)];
    case 'SAME_LOWER':
      return [Math.ceil(needed / 2), Math.floor(needed / 2)];
    default:
      return call.refuse(`\`auto_pad\` is ${JSON.stringify(auto)}`, 'use NOTSET, VALID, SAME_UPPER or SAME_LOWER');
  }
}

type Pair = readonly [number, number];

/** The options of an op on images. One spatial axis is rows of a single pixel. */
export function slideOf(windows: readonly AxisWindow[]): { strides: Pair; dilations: Pair; padding: readonly [Pair, Pair]; window: Pair } {
  const [rows, columns] = windows.length === 1 ? [{ kernel: 1, stride: 1, dilation: 1, pads: [0, 0] as const }, windows[0]!] : [windows[0]!, windows[1]!];
  return { strides: [rows.stride, columns.stride], dilations: [rows.dilation, columns.dilation], padding: [rows.pads, columns.pads], window: [rows.kernel, columns.kernel] };
}
