/** How fast tiles of a product are on this machine, by how they are written: what the choice of `products/tilings.ts` was made from. */
import { ModuleBuilder } from './emit/module-builder.js';
import type { Local } from './emit/function-builder.js';
import { storeLanes } from './elementwise/lanes.js';
import { hasRelaxedSimd } from './features.js';
import { panelWidth, tileRegisters, writeTile } from './products/tile.js';

export interface TileOptions {
  /** Rows of the left operand in a tile, 1 to 8. */
  readonly rows: number;
  /** Vectors of four columns: 1 or 2. */
  readonly vectors: 1 | 2;
  /** Elements of a run in one round of the loop. */
  readonly unroll: number;
  /** Multiply and add with one rounding. Default false. */
  readonly fma?: boolean;
}

export interface Tile {
  /** Multiplications and additions of one product. */
  readonly flops: number;
  /** Computes the product so many times. */
  run(times: number): void;
}

/** Elements of a sum, and rows of the left operand: both operands fit in the first cache. */
const [depth, height] = [128, 48];

/**
 * A product of `[48, 128]` and `[128, 8]` by tiles of this form, on operands that stay in the first cache.
 *
 * @throws {Error} where `fma` is asked for and the runtime has none.
 * @example
 * import { makeTile } from '@unfoldjs/backend-wasm/tiles';
 * const { flops, run } = makeTile({ rows: 4, vectors: 2, unroll: 1 });
 * run(10);
 * flops; // => 98304
 */
export function makeTile({ rows, vectors, unroll, fma = false }: TileOptions): Tile {
  if (fma && !hasRelaxedSimd()) throw new Error('this runtime has no fused multiply-add in WebAssembly.');
  const module = new ModuleBuilder();
  const tiles = Math.floor(height / rows);
  const index = module.indexOf({
    key: 'tiles',
    params: 5,
    write(code) {
      const [a, b, c, from, to] = code.params as [Local, Local, Local, Local, Local];
      const row = code.local('i32');
      const registers = tileRegisters(code, rows, vectors);
      code.loop(() => code.get(from).get(to).op('i32.lt_s'), () => {
        code.get(a).set(row);
        code.times(tiles, () => {
          for (const sum of registers.sums) code.floats(0).set(sum);
          code.get(row).set(registers.a).get(b).set(registers.b);
          writeTile(code, registers, { rows, vectors, rowStep: 4 * depth, walk: { levels: [], length: depth, kStep: 4 }, unroll, fma });
          registers.sums.forEach((sum, i) => storeLanes(code, c, { local: sum, dtype: 'float32' }, 1, 4, 16 * i));
          code.advance(row, 4 * rows * depth);
        });
        code.advance(from, 1);
      });
    },
  });
  const memory = new WebAssembly.Memory({ initial: 2 });
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(module.encode(null)), { env: { memory } });
  const kernel = exports[String(index)] as (...args: number[]) => void;
  const [left, right] = [64, 64 + 4 * depth * height];
  const result = right + 4 * depth * panelWidth;
  new Float32Array(memory.buffer, left, (result - left) / 4).fill(0.5);
  return { flops: 2 * depth * tiles * rows * 4 * vectors, run: (times) => kernel(left, right, result, 0, times) };
}
