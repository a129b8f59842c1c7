import { unfoldError } from '@unfoldjs/core';
import { panelWidth, productModule, type Rows, type Walk } from './kernels/product-module.js';

const pageBytes = 65_536;
/** WebAssembly addresses 4 GiB: 65,536 pages. */
const mostPages = 65_536;

/** A run of floats in the engine's memory. A view dies when the memory grows, so all regions of a kernel are taken at once. */
export interface Region {
  readonly pointer: number;
  readonly view: Float32Array;
}

/** Rows of a product: where they lie on the left, how far apart (bytes), which elements each sum runs over, and where results go. */
export interface RowsCall {
  readonly a: number;
  readonly aStep: number;
  readonly walk: Walk;
  readonly b: number;
  readonly c: number;
  /** Results of a row in memory: a multiple of `panelWidth` floats. */
  readonly columns: number;
  readonly count: number;
}

/** The module with its memory, which is scratch: what a kernel puts there is dead when it returns. */
export class Engine {
  readonly #memory: WebAssembly.Memory;
  readonly #rows: Rows;

  constructor() {
    this.#memory = new WebAssembly.Memory({ initial: 1, maximum: mostPages });
    const { exports } = new WebAssembly.Instance(new WebAssembly.Module(productModule()), { env: { memory: this.#memory } });
    this.#rows = exports['rows'] as Rows;
  }

  /** Bytes of the memory, which never shrinks. */
  get bytes(): number {
    return this.#memory.buffer.byteLength;
  }

  /**
   * Regions of so many floats each, aligned to 16 bytes. What they hold is arbitrary.
   * @throws {UnfoldError} OUT_OF_MEMORY where they do not fit in 4 GiB.
   */
  take<const Sizes extends readonly number[]>(sizes: Sizes): { [K in keyof Sizes]: Region } {
    const pointers: number[] = [];
    let end = 0;
    for (const size of sizes) {
      pointers.push(end);
      end += Math.ceil(size / 4) * 16;
    }
    this.#fit(end);
    return sizes.map((size, i) => ({ pointer: pointers[i]!, view: new Float32Array(this.#memory.buffer, pointers[i]!, size) })) as { [K in keyof Sizes]: Region };
  }

  rows({ a, aStep, walk, b, c, columns, count }: RowsCall): void {
    const depth = walk.outer * walk.inner * walk.length;
    const { outer, outerStep, inner, innerStep, length, kStep } = walk;
    this.#rows(a, aStep, outer, outerStep, inner, innerStep, length, kStep, b, c, 4 * columns, count, columns / panelWidth, 4 * depth * panelWidth);
  }

  #fit(bytes: number): void {
    const missing = Math.ceil((bytes - this.bytes) / pageBytes);
    if (missing <= 0) return;
    try {
      this.#memory.grow(missing);
    } catch (cause) {
      throw unfoldError({ code: 'OUT_OF_MEMORY', op: 'wasm', problem: `a kernel needs ${bytes} bytes of WebAssembly memory, which could not be had.`, fix: 'use a smaller batch.', cause });
    }
  }
}
