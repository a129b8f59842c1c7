import { bytesOf, unfoldError, type BackendBuffer, type TensorType } from '@unfoldjs/core';
import type { Heap } from './heap.js';

export interface WasmBuffer extends BackendBuffer {
  /** Null once it was freed. */
  pointer: number | null;
  readonly owner: Buffers;
}

/** The buffers of one backend. */
export class Buffers {
  #count = 0;
  #isOpen = true;

  constructor(
    private readonly heap: Heap,
    private readonly name: string,
  ) {}

  get count(): number {
    return this.#count;
  }

  get isOpen(): boolean {
    return this.#isOpen;
  }

  /** @throws {UnfoldError} OUT_OF_MEMORY */
  make(type: TensorType): WasmBuffer {
    const pointer = this.heap.take(bytesOf(type));
    this.#count++;
    return { type, pointer, owner: this };
  }

  /** @throws {UnfoldError} DISPOSED for one that was freed, MIXED_BACKENDS for one of another backend. */
  pointerOf(buffer: BackendBuffer, op: string): number {
    this.assertOpen(op);
    const { pointer, owner } = buffer as WasmBuffer;
    const isOwn = owner === this;
    if (isOwn && pointer !== null) return pointer;
    throw unfoldError({
      code: isOwn ? 'DISPOSED' : 'MIXED_BACKENDS',
      op,
      problem: isOwn ? 'the buffer was freed.' : `the buffer does not belong to ${this.name}.`,
      fix: isOwn ? 'keep it until its last use.' : 'upload it to this backend.',
      operands: [{ name: 'buffer', type: buffer.type }],
    });
  }

  free(buffer: BackendBuffer): void {
    const held = buffer as WasmBuffer;
    if (!this.#isOpen || held.owner !== this || held.pointer === null) return;
    this.heap.give(held.pointer);
    held.pointer = null;
    this.#count--;
  }

  close(): void {
    this.#isOpen = false;
    this.#count = 0;
  }

  assertOpen(op: string): void {
    if (!this.#isOpen) throw unfoldError({ code: 'DISPOSED', op, problem: `the backend ${this.name} was disposed of.`, fix: 'keep it until its last use, or open another one.' });
  }
}
