import { list, section, text, unsigned } from './encode.js';
import { FunctionBuilder, typeCode } from './function-builder.js';

/** A function that the module has at most once: two with the same key have the same code. */
export interface FunctionSpec {
  /** Says everything that the code depends on. */
  readonly key: string;
  /** How many i32 parameters it takes. */
  readonly params: number;
  write(code: FunctionBuilder, module: ModuleBuilder): void;
}

/** A growing module of functions over one imported memory, `env.memory`. */
export class ModuleBuilder {
  readonly #functions: FunctionBuilder[] = [];
  readonly #known = new Map<string, number>();

  /** The index of a function, which is written at the first request. */
  indexOf({ key, params, write }: FunctionSpec): number {
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const code = new FunctionBuilder(params);
    write(code, this);
    const index = this.#functions.push(code) - 1;
    this.#known.set(key, index);
    return index;
  }

  /** The bytes; every function is exported under its index. `pages`: the most that the memory can have where it is shared. */
  encode(pages: number | null): Uint8Array {
    const functions = this.#functions;
    const counts = [...new Set(functions.map(({ params }) => params.length))];
    const types = counts.map((count) => [0x60, ...list(new Array(count).fill([typeCode.i32])), 0]);
    const limits = pages === null ? [0, 1] : [3, 1, ...unsigned(pages)];
    const bodies = functions.flatMap((one) => one.encode());
    const size = bodies.reduce((sum, { length }) => sum + length, 0);
    const count = unsigned(functions.length);
    const head = [
      ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
      ...section(1, list(types)),
      ...section(2, list([[...text('env'), ...text('memory'), 2, ...limits]])),
      ...section(3, list(functions.map(({ params }) => unsigned(counts.indexOf(params.length))))),
      ...section(7, list(functions.map((_, at) => [...text(String(at)), 0, ...unsigned(at)]))),
      ...[10, ...unsigned(count.length + size), ...count],
    ];
    const module = new Uint8Array(head.length + size);
    let at = 0;
    for (const part of [head, ...bodies]) {
      module.set(part, at);
      at += part.length;
    }
    return module;
  }
}
