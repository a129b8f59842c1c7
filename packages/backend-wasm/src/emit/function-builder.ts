import { list, signed, unsigned } from './encode.js';
import { instructions, type LaneMemoryInstruction, type MemoryInstruction, type PlainInstruction } from './instructions.js';

export type ValueType = 'i32' | 'v128';

/** The byte of each type in the binary format. */
export const typeCode: Readonly<Record<ValueType, number>> = { i32: 0x7f, v128: 0x7b };

/** A local variable of a function. */
export interface Local {
  readonly index: number;
  readonly type: ValueType;
}

/** Something that leaves one value on the stack. */
export type Push = () => unknown;

/**
 * The body of one function, an instruction a call, on WebAssembly's stack: `code.get(p).i32(4).op('i32.add').set(p)` is `p = p + 4`.
 * All parameters are i32, nothing is returned: kernels read and write memory.
 */
export class FunctionBuilder {
  readonly #locals: ValueType[] = [];
  readonly #bytes: number[] = [];
  /** Blocks that are open here. */
  #depth = 0;
  readonly params: readonly Local[];

  constructor(paramCount: number) {
    this.params = Array.from({ length: paramCount }, (_, index) => ({ index, type: 'i32' }));
  }

  local(type: ValueType): Local {
    return { index: this.params.length + this.#locals.push(type) - 1, type };
  }

  locals(type: ValueType, count: number): Local[] {
    return Array.from({ length: count }, () => this.local(type));
  }

  get = ({ index }: Local): this => this.#emit(0x20, ...unsigned(index));
  set = ({ index }: Local): this => this.#emit(0x21, ...unsigned(index));
  tee = ({ index }: Local): this => this.#emit(0x22, ...unsigned(index));
  i32 = (value: number): this => this.#emit(0x41, ...signed(value));
  call = (target: number): this => this.#emit(0x10, ...unsigned(target));

  op(name: PlainInstruction): this {
    if (name in instructions.lanes) return this.#simd(instructions.lanes[name as keyof typeof instructions.lanes]);
    return this.#emit(...instructions.plain[name as keyof typeof instructions.plain]);
  }

  /** A load from the address on the stack, or a store of the value above it; `offset` in bytes. */
  memory(name: MemoryInstruction, offset = 0): this {
    if (name in instructions.memory) {
      const [code, alignment] = instructions.memory[name as keyof typeof instructions.memory];
      return this.#simd(code, alignment, ...unsigned(offset));
    }
    const [code, alignment] = instructions.scalarMemory[name as keyof typeof instructions.scalarMemory];
    return this.#emit(code, alignment, ...unsigned(offset));
  }

  laneMemory(name: LaneMemoryInstruction, lane: number, offset = 0): this {
    const [code, alignment] = instructions.laneMemory[name];
    return this.#simd(code, alignment, ...unsigned(offset), lane);
  }

  /** The same float in all four lanes. */
  floats(value: number): this {
    return this.#simd(12, ...bytesOf(Float32Array.of(value, value, value, value)));
  }

  /** The same double in both halves. */
  doubles(value: number): this {
    return this.#simd(12, ...bytesOf(Float64Array.of(value, value)));
  }

  /** The same integer in all four lanes. */
  integers(value: number): this {
    return this.#simd(12, ...bytesOf(Int32Array.of(value, value, value, value)));
  }

  /** Four of the eight lanes of the two vectors on the stack: 0-3 are those of the first. */
  shuffle(...picked: readonly [number, number, number, number]): this {
    return this.#simd(13, ...picked.flatMap((lane) => [4 * lane, 4 * lane + 1, 4 * lane + 2, 4 * lane + 3]));
  }

  /** `p = p + what is on the stack`, for a counter or a pointer. */
  advance(pointer: Local, by: Local | number): this {
    this.get(pointer);
    return (typeof by === 'number' ? this.i32(by) : this.get(by)).op('i32.add').set(pointer);
  }

  /** Runs `body` again and again while `isMore` leaves something other than 0; `isMore` is asked after each round, so there is at least one. */
  repeat(body: () => void, isMore: Push): this {
    this.#emit(0x03, 0x40);
    this.#depth++;
    body();
    isMore();
    this.#depth--;
    return this.#emit(0x0d, 0, 0x0b);
  }

  /** Runs `body` while `isMore` leaves something other than 0, perhaps never. */
  loop(isMore: Push, body: () => void): this {
    return this.when(isMore, () => this.repeat(body, isMore));
  }

  /** Runs `body` `times` times, a number known here; a counter is kept only where there is more than one round. */
  times(times: number, body: () => void): this {
    if (times < 1) return this;
    if (times === 1) {
      body();
      return this;
    }
    const left = this.local('i32');
    this.i32(times).set(left);
    return this.repeat(body, () => this.get(left).i32(1).op('i32.sub').tee(left));
  }

  /** Runs `body` where `test` leaves something other than 0. */
  when(test: Push, body: () => void, otherwise?: () => void): this {
    test();
    this.#emit(0x04, 0x40);
    this.#depth++;
    body();
    if (otherwise) {
      this.#emit(0x05);
      otherwise();
    }
    this.#depth--;
    return this.#emit(0x0b);
  }

  /** A block that `leaveIf(label)` inside of `body` ends at once, from any depth. */
  block(body: (label: number) => void): this {
    this.#emit(0x02, 0x40);
    body(++this.#depth);
    this.#depth--;
    return this.#emit(0x0b);
  }

  /** Goes to the end of a block where what is on the stack is not 0. */
  leaveIf = (label: number): this => this.#emit(0x0d, ...unsigned(this.#depth - label));

  /** The function as the code section has it, in two parts: its size and locals, its instructions. */
  encode(): readonly [head: readonly number[], instructions: readonly number[]] {
    const locals = list(this.#locals.map((type) => [1, typeCode[type]]));
    const instructions = [...this.#bytes, 0x0b];
    return [[...unsigned(locals.length + instructions.length), ...locals], instructions];
  }

  #emit(...bytes: readonly number[]): this {
    for (const byte of bytes) this.#bytes.push(byte);
    return this;
  }

  #simd(opcode: number, ...immediates: readonly number[]): this {
    return this.#emit(0xfd, ...unsigned(opcode), ...immediates);
  }
}

const bytesOf = (lanes: Float32Array | Float64Array | Int32Array): Uint8Array => new Uint8Array(lanes.buffer);
