import * as fc from 'fast-check';
import type { DType } from '@unfoldjs/core';
import type { Draw } from './data.js';
import { input, type Plan } from './plan.js';

/** A window that slides over images: every field as the ops take it, `[height, width]`. */
export interface Sliding {
  readonly window: readonly [number, number];
  readonly strides: readonly [number, number];
  readonly dilations: readonly [number, number];
  readonly padding: readonly [readonly [number, number], readonly [number, number]];
}

export interface SlidingCase {
  readonly sliding: Sliding;
  readonly batch: number;
  readonly input: readonly [number, number];
  readonly output: readonly [number, number];
  readonly channels: number;
}

interface Axis {
  readonly window: number;
  readonly stride: number;
  readonly dilation: number;
  readonly padding: readonly [number, number];
  readonly input: number;
}

/** Awkward on purpose: strides beyond the window, padding on one side only, windows as large as the padded image. */
const axis: fc.Arbitrary<Axis> = fc.record({
  window: fc.integer({ min: 1, max: 4 }),
  stride: fc.integer({ min: 1, max: 5 }),
  dilation: fc.integer({ min: 1, max: 3 }),
  padding: fc.tuple(fc.integer({ min: 0, max: 3 }), fc.integer({ min: 0, max: 3 })),
  input: fc.constantFrom(1, 2, 3, 5, 7, 8, 11),
});

const extent = ({ window, dilation }: Axis): number => (window - 1) * dilation + 1;
const outputs = (each: Axis): number => Math.floor((each.input + each.padding[0] + each.padding[1] - extent(each)) / each.stride) + 1;

/** Windows that fit into the padded image at least once. */
export const slidingCase: fc.Arbitrary<SlidingCase> = fc
  .record({ height: axis, width: axis, batch: fc.constantFrom(1, 2, 3, 0), channels: fc.constantFrom(1, 2, 3, 5) })
  .filter(({ height, width }) => outputs(height) >= 1 && outputs(width) >= 1)
  .map(({ height, width, batch, channels }) => ({
    sliding: {
      window: [height.window, width.window],
      strides: [height.stride, width.stride],
      dilations: [height.dilation, width.dilation],
      padding: [height.padding, width.padding],
    },
    batch,
    input: [height.input, width.input],
    output: [outputs(height), outputs(width)],
    channels,
  }));

const attrsOf = ({ window, strides, dilations, padding }: Sliding) => ({ window, strides, dilations, padding });

export const im2col = (dtype: DType): fc.Arbitrary<Plan> =>
  slidingCase.map((each) => ({ attrs: attrsOf(each.sliding), inputs: [input(dtype, [each.batch, ...each.input, each.channels])] }));

/** A pool as its public function takes it. */
export const poolPlan: fc.Arbitrary<Plan> = slidingCase.map(({ sliding, batch, input: image, channels }) => ({
  attrs: attrsOf(sliding),
  inputs: [input('float32', [batch, ...image, channels])],
}));

const few: Draw = (random) => random.integer(-4, 4);

/** Few values, so that pixels are equal to the result of their window, and often several of them. */
export const maxPoolGradient: fc.Arbitrary<Plan> = slidingCase.map(({ sliding, batch, input: image, output, channels }) => ({
  attrs: { ...attrsOf(sliding), ceilMode: false },
  inputs: [input('float32', [batch, ...image, channels], few), input('float32', [batch, ...output, channels], few), input('float32', [batch, ...output, channels])],
}));

export const avgPoolGradient: fc.Arbitrary<Plan> = fc.tuple(slidingCase, fc.boolean()).map(([{ sliding, batch, input: inputShape, output, channels }, countIncludePad]) => ({
  attrs: { ...attrsOf(sliding), ceilMode: false, countIncludePad, inputShape },
  inputs: [input('float32', [batch, ...output, channels])],
}));

export const col2im = (dtype: DType): fc.Arbitrary<Plan> =>
  slidingCase.map(({ sliding, batch, input: inputShape, output, channels }) => ({
    attrs: { ...attrsOf(sliding), inputShape },
    inputs: [input(dtype, [batch, ...output, sliding.window[0] * sliding.window[1] * channels])],
  }));
