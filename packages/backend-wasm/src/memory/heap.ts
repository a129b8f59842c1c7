import { unfoldError } from '@unfoldjs/core';

const pageBytes = 65_536;
/** WebAssembly addresses 4 GiB: 65,536 pages. */
export const mostPages = 65_536;

/** Blocks begin and end at multiples of this: a cache line, so that no two threads write to the same one. */
const alignment = 64;

/** Kernels may load a vector that begins in a block and ends behind it; the last block needs room for that too. */
const slack = 64;

const roundUp = (bytes: number): number => Math.ceil(Math.max(bytes, 1) / alignment) * alignment;

/** What blocks are in. */
export interface Space {
  bytes(): number;
  /** @throws {RangeError} where there is no more. */
  grow(pages: number): void;
}

export const spaceOf = (memory: WebAssembly.Memory): Space => ({ bytes: () => memory.buffer.byteLength, grow: (pages) => void memory.grow(pages) });

/** A memory elsewhere, that will be as large as blocks need. */
export class PromisedSpace implements Space {
  pages = 1;

  bytes(): number {
    return this.pages * pageBytes;
  }

  grow(pages: number): void {
    if (this.pages + pages > mostPages) throw new RangeError('WebAssembly addresses 4 GiB');
    this.pages += pages;
  }
}

interface Gap {
  readonly start: number;
  readonly end: number;
}

/**
 * Blocks in one WebAssembly memory, each taken from the smallest gap that fits. The memory grows and never shrinks; what is counted
 * is what the blocks hold.
 */
export class Heap {
  readonly #sizes = new Map<number, number>();
  /** By address; no two touch. */
  #gaps: Gap[] = [];
  #end: number;
  #live = 0;
  #peak = 0;

  /** `reserved`: bytes at the start of the memory that are not given away. */
  constructor(
    private readonly space: Space,
    reserved: number,
  ) {
    this.#end = roundUp(reserved);
  }

  get live(): number {
    return this.#live;
  }

  get peak(): number {
    return this.#peak;
  }

  resetPeak(): void {
    this.#peak = this.#live;
  }

  /**
   * The address of a block, aligned to 64 bytes, whose contents are arbitrary.
   * @throws {UnfoldError} OUT_OF_MEMORY where it does not fit in what WebAssembly can address.
   */
  take(bytes: number): number {
    const size = roundUp(bytes);
    let best = -1;
    for (let i = 0; i < this.#gaps.length; i++) {
      const fits = sizeOfGap(this.#gaps[i]!) >= size;
      if (fits && (best < 0 || sizeOfGap(this.#gaps[i]!) < sizeOfGap(this.#gaps[best]!))) best = i;
    }
    const start = best < 0 ? this.#append(size) : this.#carve(best, size);
    this.#sizes.set(start, size);
    this.#live += size;
    this.#peak = Math.max(this.#peak, this.#live);
    return start;
  }

  /** Gives a block back. */
  give(start: number): void {
    const size = this.#sizes.get(start);
    if (size === undefined) throw new Error(`no block at ${start}`);
    this.#sizes.delete(start);
    this.#live -= size;
    let at = lowerBound(this.#gaps, start);
    let gap = { start, end: start + size };
    if (this.#gaps[at]?.start === gap.end) gap = { start, end: this.#gaps.splice(at, 1)[0]!.end };
    if (this.#gaps[at - 1]?.end === start) gap = { start: this.#gaps.splice(--at, 1)[0]!.start, end: gap.end };
    if (gap.end === this.#end) this.#end = gap.start;
    else this.#gaps.splice(at, 0, gap);
  }

  /** That so many bytes more cannot be had. */
  noRoom(bytes: number, cause?: unknown): Error {
    return unfoldError({
      code: 'OUT_OF_MEMORY',
      op: 'wasm',
      problem: `${bytes} bytes more than the ${this.#live} that are in use could not be had.`,
      fix: 'use a smaller batch, or dispose of tensors that are not needed.',
      cause,
    });
  }

  #carve(at: number, size: number): number {
    const { start, end } = this.#gaps[at]!;
    if (end - start === size) this.#gaps.splice(at, 1);
    else this.#gaps[at] = { start: start + size, end };
    return start;
  }

  #append(size: number): number {
    const start = this.#end;
    const missing = Math.ceil((start + size + slack - this.space.bytes()) / pageBytes);
    if (missing > 0) {
      try {
        this.space.grow(missing);
      } catch (cause) {
        throw this.noRoom(size, cause);
      }
    }
    this.#end += size;
    return start;
  }
}

const sizeOfGap = ({ start, end }: Gap): number => end - start;

/** The first gap that does not begin before `start`. */
function lowerBound(gaps: readonly Gap[], start: number): number {
  let [low, high] = [0, gaps.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (gaps[middle]!.start < start) low = middle + 1;
    else high = middle;
  }
  return low;
}
