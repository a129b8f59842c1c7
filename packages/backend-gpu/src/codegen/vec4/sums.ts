import { writeEpilogue } from '../epilogue.js';
import { lanes } from '../four.js';
import { affine, gridOf } from '../index-math.js';
import { Bindings, type KernelSource, type SourceCall } from '../kernel-source.js';
import { divided, pick } from './pack.js';

/** Adds to the four sums the products of `v`, which was read, and the four quadruples of `right` from row `k` on. */
export const sixteenProducts = (right: string, column: string): string[] => [
  ...lanes.map((lane) => `const w${lane} = ${right}[k${lane === 0 ? '' : ` + ${lane}`}][${column}];`),
  ...lanes.map((lane) => `s${lane} += v[0] * w0[${lane}] + v[1] * w1[${lane}] + v[2] * w2[${lane}] + v[3] * w3[${lane}];`),
  'k += 4;',
];

/** The pixels of an image, of which `kernel` has made the channels as quadruples, `[N, H, W * wide]`: one thread an element, which applies the epilogue. */
export function pixelsOf(call: SourceCall, kernel: number, wide: number): KernelSource {
  const grid = gridOf(call.output.shape, call.facts);
  const bindings = new Bindings(call);
  const sums = bindings.kernel(kernel);
  const [n, y, x, channel] = grid.axes as [string, string, string, string];
  const epilogue = writeEpilogue(call, bindings, grid.axes);
  return {
    name: `results${epilogue.name}`,
    reason: 'quadruples taken apart',
    source: bindings.functionOf([
      ...grid.lines,
      ...divided('quad', 'lane', channel === '0' ? '0.0' : channel, 4),
      `const v = ${sums}[${n}][${y}][${affine([[x, wide], ['quad', 1]])}];`,
      `const sum = ${pick('lane')};`,
      ...epilogue.lines,
      `return ${epilogue.result};`,
    ]),
    output: grid.output,
    arguments: bindings.list,
  };
}
