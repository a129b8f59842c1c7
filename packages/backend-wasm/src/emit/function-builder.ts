import { list, pushSigned, pushUnsigned, unsigned } from './encode.js';
import { instructions, type LaneMemoryInstruction, type MemoryInstruction, type PlainInstruction } from './instructions.js';

export type ValueType = 'i32' | 'v128';

const end = [0x0b];

/** One lane of a constant. */
const lane = /* @__PURE__ */ new DataView(/* @__PURE__ */ new ArrayBuffer(8));

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

  get = ({ index }: Local): this => this.#numbered(0x20, index);
  set = ({ index }: Local): this => this.#numbered(0x21, index);
  tee = ({ index }: Local): this => this.#numbered(0x22, index);
  call = (target: number): this => this.#numbered(0x10, target);

  i32(value: number): this {
    this.#bytes.push(0x41);
    pushSigned(this.#bytes, value);
    return this;
  }

  op(name: PlainInstruction): this {
    const vector = instructions.lanes[name as keyof typeof instructions.lanes] as number | undefined;
    if (vector !== undefined) return this.#simd(vector);
    for (const byte of instructions.plain[name as keyof typeof instructions.plain]) this.#bytes.push(byte);
    return this;
  }

  /** A load from the address on the stack, or a store of the value above it; `offset` in bytes. */
  memory(name: MemoryInstruction, offset = 0): this {
    const vector = instructions.memory[name as keyof typeof instructions.memory] as readonly [number, number] | undefined;
    if (vector) return this.#simd(vector[0]).#numbered(vector[1], offset);
    const [code, alignment] = instructions.scalarMemory[name as keyof typeof instructions.scalarMemory];
    this.#bytes.push(code);
    return this.#numbered(alignment, offset);
  }

  laneMemory(name: LaneMemoryInstruction, index: number, offset = 0): this {
    const [code, alignment] = instructions.laneMemory[name];
    this.#simd(code).#numbered(alignment, offset);
    this.#bytes.push(index);
    return this;
  }

  /** The same float in all four lanes. */
  floats(value: number): this {
    lane.setFloat32(0, value, true);
    return this.#constant(4);
  }

  /** The same double in both halves. */
  doubles(value: number): this {
    lane.setFloat64(0, value, true);
    return this.#constant(8);
  }

  /** The same integer in all four lanes. */
  integers(value: number): this {
    lane.setInt32(0, value, true);
    return this.#constant(4);
  }

  /** Four of the eight lanes of the two vectors on the stack: 0-3 are those of the first. */
  shuffle(...picked: readonly [number, number, number, number]): this {
    this.#simd(13);
    for (const from of picked) this.#bytes.push(4 * from, 4 * from + 1, 4 * from + 2, 4 * from + 3);
    return this;
  }

  /** `p = p + what is on the stack`, for a counter or a pointer. */
  advance(pointer: Local, by: Local | number): this {
    this.get(pointer);
    return (typeof by === 'number' ? this.i32(by) : this.get(by)).op('i32.add').set(pointer);
  }

  /** Runs `body` again and again while `isMore` leaves something other than 0; `isMore` is asked after each round, so there is at least one. */
  repeat(body: () => void, isMore: Push): this {
    this.#bytes.push(0x03, 0x40);
    this.#depth++;
    body();
    isMore();
    this.#depth--;
    this.#bytes.push(0x0d, 0, 0x0b);
    return this;
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
    this.#bytes.push(0x04, 0x40);
    this.#depth++;
    body();
    if (otherwise) {
      this.#bytes.push(0x05);
      otherwise();
    }
    this.#depth--;
    this.#bytes.push(0x0b);
    return this;
  }

  /** A block that `leaveIf(label)` inside of `body` ends at once, from any depth. */
  block(body: (label: number) => void): this {
    this.#bytes.push(0x02, 0x40);
    body(++this.#depth);
    this.#depth--;
    this.#bytes.push(0x0b);
    return this;
  }

  /** Goes to the end of a block where what is on the stack is not 0. */
  leaveIf = (label: number): this => this.#numbered(0x0d, this.#depth - label);

  /** The function as the code section has it, in three parts: its size and locals, its instructions, its end. */
  encode(): readonly (readonly number[])[] {
    const locals = list(this.#locals.map((type) => [1, typeCode[type]]));
    return [[...unsigned(locals.length + this.#bytes.length + end.length), ...locals], this.#bytes, end];
  }

  /** A byte, and a number of any size. */
  #numbered(byte: number, value: number): this {
    this.#bytes.push(byte);
    pushUnsigned(this.#bytes, value);
    return this;
  }

  #simd(opcode: number): this {
    return this.#numbered(0xfd, opcode);
  }

  /** What is in `lane`, of so many bytes, in all lanes. */
  #constant(bytes: 4 | 8): this {
    this.#simd(12);
    for (let i = 0; i < 16; i++) this.#bytes.push(lane.getUint8(i % bytes));
    return this;
  }
}
