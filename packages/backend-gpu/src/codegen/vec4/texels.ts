import { lanes } from '../four.js';
import type { NativeFunction, SourceCall } from '../kernel-source.js';

/** Width and height of a texture of quadruples; gpu.js 2.24.1 keeps a grid of two dimensions as it is, and folds a single row. */
export type Sides = readonly [width: number, height: number];

/** Textures of this size are had everywhere; larger ones would be folded. */
const largestSide = 4096;
export const fitTextures = (...textures: readonly Sides[]): boolean => textures.every(([width, height]) => width <= largestSide && height <= largestSide && height > 1);

/** Reads a texel of an argument in the language of the mode. Left to itself, gpu.js folds each index into the texture by a division. */
export const texel = ({ facts }: SourceCall, argument: 'a0' | 'a1', [width, height]: Sides, x: string, y: string): string =>
  facts.native === 'glsl300' ? `texelFetch(user_${argument}, ivec2(${x}, ${y}), 0)` : `texture2D(user_${argument}, (vec2(${x}, ${y}) + 0.5) / vec2(${width}.0, ${height}.0))`;

/** `int name = value / divisor` and its rest: WebGL 1 has no exact division of integers. */
export const apart = (name: string, rest: string, value: string, divisor: number): string[] =>
  divisor === 1 ? [`int ${name} = ${value};`, `int ${rest} = 0;`] : [`int ${name} = int((float(${value}) + 0.5) / ${divisor}.0);`, `int ${rest} = ${value} - ${name} * ${divisor};`];

/** Adds sixteen products to `sum`: those of `v`, which was read, and of the four quadruples of `a1` in column `x` from row `k` on. */
export const sixteenProducts = (call: SourceCall, sides: Sides, x: string): string[] => [
  `sum += ${lanes.map((lane) => `v[${lane}] * ${texel(call, 'a1', sides, x, lane === 0 ? 'k' : `k + ${lane}`)}`).join(' + ')};`,
  'k += 4;',
];

/** A function of GLSL that gives a quadruple to the thread at `x`, `y`. Its arguments are textures under the names that gpu.js 2.24.1 gives, `user_<argument>`. */
export const quadFunction = (lines: readonly string[]): NativeFunction => ({
  name: 'quad',
  argumentTypes: { x: 'Integer', y: 'Integer' },
  returnType: 'Array(4)',
  source: `vec4 quad(int x, int y) {\n  ${lines.join('\n  ')}\n}`,
});

/** The kernel around it. */
export const quadCaller = 'function (a0, a1) {\n  return quad(this.thread.x, this.thread.y);\n}';
