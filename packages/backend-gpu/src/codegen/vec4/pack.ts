import { quads } from '../four.js';
import { affine } from '../index-math.js';
import type { KernelSource, SourceOperand } from '../kernel-source.js';
import type { Sides } from './texels.js';

/**
 * Elements of an operand four by four along one of its axes, `[z, y, x]` of such quadruples; those beyond the axis are 0.
 *
 * @param size - of the axis along which four elements are one.
 * @param step - from one of them to the next.
 * @param address - of the first of the four, of `this.thread.x` and so on.
 * @param position - of the first along the axis, where that does not end with a quadruple.
 */
export function packQuads({ source }: SourceOperand, output: readonly number[], { size, step, lines, address, position }: { readonly size: number; readonly step: number; readonly lines: readonly string[]; readonly address: string; readonly position: string }): KernelSource {
  const read = (lane: number): string => `a0[p${lane === 0 ? '' : ` + ${lane * step}`}]`;
  const whole = `return [${[0, 1, 2, 3].map(read).join(', ')}];`;
  const body =
    size % 4 === 0
      ? [whole]
      : [
          'let v1 = 0.0;',
          'let v2 = 0.0;',
          'let v3 = 0.0;',
          `const rest = ${size} - (${position});`,
          ...[1, 2, 3].map((lane) => `if (rest > ${lane}.5) { v${lane} = ${read(lane)}; }`),
          `return [${read(0)}, v1, v2, v3];`,
        ];
  return {
    name: 'quadruples',
    reason: 'four elements a texel',
    source: `function (a0) {\n  ${[...lines, `const p = ${address};`, ...body].join('\n  ')}\n}`,
    output,
    components: 4,
    arguments: [source!],
  };
}

interface Matrices {
  readonly count: number;
  readonly rows: number;
  readonly columns: number;
  /** From one matrix, row and column to the next. */
  readonly steps: readonly [matrix: number, row: number, column: number];
}

/** Matrices one below the other, four columns a texel, with rows of zeros up to a multiple of four. */
export function packMatrices(operand: SourceOperand, { count, rows, columns, steps: [matrix, row, column] }: Matrices): { readonly texture: Sides; readonly kernel: KernelSource } {
  const tall = quads(rows) * 4;
  const texture: Sides = [quads(columns), count * tall];
  const kernel = packQuads(operand, texture, {
    size: columns,
    step: column,
    lines: [...divided('z', 'row', 'this.thread.y', tall), ...(tall === rows ? [] : [`if (row > ${rows - 1}.5) { return [0.0, 0.0, 0.0, 0.0]; }`])],
    address: affine([['z', matrix], ['row', row], ['this.thread.x', 4 * column]]),
    position: 'this.thread.x * 4',
  });
  return { texture, kernel };
}

/** `o = 4 * quad + lane` of a quadruple that was read into `v`. */
export const pick = (lane: string): string => `(${lane} < 0.5 ? v[0] : (${lane} < 1.5 ? v[1] : (${lane} < 2.5 ? v[2] : v[3])))`;

/** `name = floor(value / divisor)` and its rest. */
export const divided = (name: string, rest: string, value: string, divisor: number): string[] =>
  divisor === 1 ? [`const ${name} = ${value};`, `const ${rest} = 0.0;`] : [`const ${name} = Math.floor((${value} + 0.5) / ${divisor});`, `const ${rest} = ${affine([[value, 1], [name, -divisor]])};`];
