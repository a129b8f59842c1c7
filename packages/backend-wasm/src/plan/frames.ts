import { sameShape, type Program, type ValueId } from '@unfoldjs/core';
import { wantedFrame } from '../kernels/convolution.js';
import { commonFrame, dense, type Frame } from '../kernels/frame.js';
import type { Lowerer } from '../kernels/index.js';
import type { Settings } from '../settings.js';

/**
 * The intermediate values that lie in frames of zeros: those that only convolutions read, each as its images, and whose step can
 * write them there. No padded copy is made of these.
 */
export function chooseFrames(program: Program, settings: Settings, lower: Lowerer): ReadonlyMap<ValueId, Frame> {
  const refused = new Set<ValueId>(program.outputs);
  const made = new Set(program.steps.map(({ output }) => output));
  const wishes = new Map<ValueId, Frame[]>();
  for (const step of program.steps) {
    step.inputs.forEach(({ value, type }, at) => {
      if (!made.has(value)) return;
      const frame = at === 0 && sameShape(type.shape, program.values[value]!.shape) ? wantedFrame(step, settings) : null;
      if (frame && lower(step, dense)) wishes.set(value, [...(wishes.get(value) ?? []), frame]);
      else refused.add(value);
    });
  }
  const frames = new Map<ValueId, Frame>();
  for (const step of program.steps) {
    const wanted = wishes.get(step.output);
    if (!wanted || refused.has(step.output)) continue;
    const frame = commonFrame(wanted);
    const [, height, width] = step.type.shape as readonly [number, number, number, number];
    const isRoom = frame.height > height || frame.width > width;
    if (isRoom && lower(step, { ...dense, output: frame })?.writesFrame) frames.set(step.output, frame);
  }
  return frames;
}
