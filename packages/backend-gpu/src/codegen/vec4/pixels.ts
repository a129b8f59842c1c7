import { quads } from '../four.js';
import { writeEpilogue } from '../epilogue.js';
import { affine, gridOf } from '../index-math.js';
import { Bindings, type KernelSource, type SourceCall, type SourceOperand } from '../kernel-source.js';
import { divided, packQuads, pick } from './pack.js';
import type { Sides } from './texels.js';

type Shape4 = readonly [number, number, number, number];

/** Images with their channels as quadruples: a texture of `[W * quads, N * H]`. */
export const imageSides = ([batch, height, width, channels]: Shape4): Sides => [width * quads(channels), height * batch];

/**
 * Packs images so, of which `seen` rows and columns are made, those before the first `before` and behind the last are zeros.
 */
export function packImages(operand: SourceOperand, [batch, height, width, channels]: Shape4, seen: readonly [number, number] = [height, width], before: readonly [number, number] = [0, 0]): KernelSource {
  const outside = (name: string, size: number, count: number, shift: number): string[] => [...(shift > 0 ? [`${name} < -0.5`] : []), ...(count - shift > size ? [`${name} > ${size - 1}.5`] : [])];
  const tests = [...outside('iy', height, seen[0], before[0]), ...outside('ix', width, seen[1], before[1])];
  return packQuads(operand, imageSides([batch, seen[0], seen[1], channels]), {
    size: channels,
    step: 1,
    lines: [
      ...divided('px', 'c', 'this.thread.x', quads(channels)),
      ...divided('n', 'py', 'this.thread.y', seen[0]),
      `const ix = ${affine([['px', 1]], -before[1])};`,
      `const iy = ${affine([['py', 1]], -before[0])};`,
      ...(tests.length === 0 ? [] : [`if (${tests.join(' || ')}) { return [0.0, 0.0, 0.0, 0.0]; }`]),
    ],
    address: affine([['n', height * width * channels], ['iy', width * channels], ['ix', channels], ['c', 4]]),
    position: 'c * 4',
  });
}

/** The images of which `kernel` has made such quadruples: one thread an element, which applies the epilogue. */
export function pixelsOf(call: SourceCall, kernel: number): KernelSource {
  const { output, facts } = call;
  const [, height, , channels] = output.shape as Shape4;
  const grid = gridOf(output.shape, facts);
  const bindings = new Bindings(call);
  const sums = bindings.kernel(kernel);
  const [n, y, x, channel] = grid.axes as [string, string, string, string];
  const epilogue = writeEpilogue(call, bindings, grid.axes);
  return {
    name: `results${epilogue.name}`,
    reason: 'quadruples taken apart',
    source: bindings.functionOf([
      ...grid.lines,
      ...divided('four', 'lane', channel === '0' ? '0.0' : channel, 4),
      `const v = ${sums}[${affine([[n, height], [y, 1]])}][${affine([[x, quads(channels)], ['four', 1]])}];`,
      `const sum = ${pick('lane')};`,
      ...epilogue.lines,
      `return ${epilogue.result};`,
    ]),
    output: grid.output,
    arguments: bindings.list,
  };
}
