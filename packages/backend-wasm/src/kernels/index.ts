import type { Step } from '@unfoldjs/core';
import type { Lowered } from '../plan/lowered.js';
import type { Settings } from '../settings.js';
import { argMax } from './arg-max.js';
import { col2im } from './col2im.js';
import { convFilterMatmul, convInputMatmul, convMatmul } from './convolution.js';
import { cumsum } from './cumsum.js';
import { depthwise, depthwiseFilter, depthwiseInput } from './depthwise.js';
import type { Layout } from './frame.js';
import { elementwise } from './elementwise.js';
import { gather } from './gather.js';
import { grouped, groupedInput } from './grouped.js';
import { im2col } from './im2col.js';
import { matmul } from './matmul.js';
import { movement } from './movement.js';
import { pool } from './pool.js';
import { poolGradient } from './pool-gradient.js';
import { reduce } from './reduce.js';
import { scatterAdd } from './scatter-add.js';
import { softmaxLines } from './softmax-lines.js';
import { softmax } from './softmax.js';

/** Makes calls of a step, or says null where it has no code for it. */
export type Lower = (step: Step, settings: Settings, layout: Layout) => Lowered | null;

/** In the order in which they are asked. */
const lowerings: readonly Lower[] = [elementwise, movement, im2col, col2im, matmul, depthwise, depthwiseInput, depthwiseFilter, grouped, groupedInput, convMatmul, convInputMatmul, convFilterMatmul, pool, poolGradient, reduce, softmax, softmaxLines, argMax, cumsum, gather, scatterAdd];

/** `lower` for the steps of one program. */
export type Lowerer = (step: Step, layout: Layout) => Lowered | null;

/** Lowers a step without frames once, however often it is asked for. */
export function lowererOf(settings: Settings): Lowerer {
  const known = new Map<Step, Lowered | null>();
  return (step, layout) => {
    if (layout.input || layout.output) return lower(step, settings, layout);
    const found = known.get(step);
    if (found !== undefined) return found;
    const lowered = lower(step, settings, layout);
    known.set(step, lowered);
    return lowered;
  };
}

/** A step as calls of functions in WebAssembly; null where the reference loops run it. */
function lower(step: Step, settings: Settings, layout: Layout): Lowered | null {
  for (const attempt of lowerings) {
    const lowered = attempt(step, settings, layout);
    if (lowered) return lowered;
  }
  return null;
}
