import { list, signed, unsigned } from './encode.js';

export type ValueType = 'i32' | 'v128';

/** The byte of each type in the binary format. */
export const typeCode: Readonly<Record<ValueType, number>> = { i32: 0x7f, v128: 0x7b };

/** A local variable of a function. */
export interface Local {
  readonly index: number;
  readonly type: ValueType;
}

/**
 * The body of one function, an instruction a call, on WebAssembly's stack: `code.get(p).i32(4).add().set(p)` is `p = p + 4`. All
 * parameters are i32, nothing is returned: kernels read and write memory.
 */
export class FunctionBuilder {
  readonly #locals: ValueType[] = [];
  readonly #bytes: number[] = [];
  readonly params: readonly Local[];

  constructor(
    readonly name: string,
    paramCount: number,
  ) {
    this.params = Array.from({ length: paramCount }, (_, index) => ({ index, type: 'i32' }));
  }

  local(type: ValueType): Local {
    return { index: this.params.length + this.#locals.push(type) - 1, type };
  }

  get = ({ index }: Local): this => this.#emit(0x20, ...unsigned(index));
  set = ({ index }: Local): this => this.#emit(0x21, ...unsigned(index));
  i32 = (value: number): this => this.#emit(0x41, ...signed(value));
  add = (): this => this.#emit(0x6a);
  sub = (): this => this.#emit(0x6b);
  mul = (): this => this.#emit(0x6c);
  isLess = (): this => this.#emit(0x48);
  isNotLess = (): this => this.#emit(0x4e);

  /** Zeros in all four lanes. */
  zeros = (): this => this.#simd(12, ...new Array<number>(16).fill(0));
  /** Four floats from the address on the stack. */
  load = (offset = 0): this => this.#simd(0, 2, ...unsigned(offset));
  /** One float from the address on the stack, in all four lanes. */
  loadSplat = (offset = 0): this => this.#simd(9, 2, ...unsigned(offset));
  /** Stores four floats: address and value are on the stack. */
  store = (offset = 0): this => this.#simd(11, 2, ...unsigned(offset));
  addLanes = (): this => this.#simd(228);
  mulLanes = (): this => this.#simd(230);

  call = (target: number): this => this.#emit(0x10, ...unsigned(target));

  /** `p = p + what is on the stack`, for a counter or a pointer. */
  advance(pointer: Local, by: Local | number): this {
    this.get(pointer);
    return (typeof by === 'number' ? this.i32(by) : this.get(by)).add().set(pointer);
  }

  /** Runs `body` again and again while `isMore` leaves something other than 0; `isMore` is asked after each round, so there is at least one. */
  repeat(body: () => void, isMore: () => void): this {
    this.#emit(0x03, 0x40);
    body();
    isMore();
    return this.#emit(0x0d, 0, 0x0b);
  }

  /** Runs `body` while `isMore` leaves something other than 0, perhaps never. */
  loop(isMore: () => void, body: () => void): this {
    this.when(isMore, () => this.repeat(body, isMore));
    return this;
  }

  /** Runs `body` where `test` leaves something other than 0. */
  when(test: () => void, body: () => void): this {
    test();
    this.#emit(0x04, 0x40);
    body();
    return this.#emit(0x0b);
  }

  /** The function as the code section has it. */
  encode(): number[] {
    const locals = list(this.#locals.map((type) => [1, typeCode[type]]));
    const body = [...locals, ...this.#bytes, 0x0b];
    return [...unsigned(body.length), ...body];
  }

  #emit(...bytes: readonly number[]): this {
    for (const byte of bytes) this.#bytes.push(byte);
    return this;
  }

  #simd(opcode: number, ...immediates: readonly number[]): this {
    return this.#emit(0xfd, ...unsigned(opcode), ...immediates);
  }
}
