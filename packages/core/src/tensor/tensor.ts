import { unfoldError } from '../errors/unfold-error.js';
import { makeLeaf, type Expr } from '../expr/expr.js';
import { dataOp } from '../expr/leaves.js';
import type { Backend } from '../backend/contract.js';
import { orOnNext } from '../runtime/backends.js';
import { compute } from '../runtime/evaluate.js';
import { move } from '../runtime/move.js';
import type { Storage } from '../runtime/storage.js';
import { sizeOf, type Shape } from '../types/shape.js';
import { formatType, type TensorType } from '../types/tensor-type.js';
import type { DType } from '../types/dtype.js';
import { nest, type NestedArray } from './nested.js';
import type { TensorMethods } from './methods.js';

/** What `data()` gives for each dtype. */
export type TensorData = Float32Array | Float64Array | Int32Array | Uint8Array;

/** The methods come from the table in methods.ts, which is installed on the prototype. */
export interface Tensor extends TensorMethods {}

/**
 * A lazy tensor: a handle to an expression. Its shape and dtype are known at once; its elements are computed when `data()`,
 * `array()`, `item()` or `evaluate` asks for them. Operations never change a tensor.
 */
export class Tensor {
  #expr: Expr;

  /** @internal Tensors are made by functions: `tensor`, `zeros`, operations. */
  constructor(expr: Expr) {
    this.#expr = expr;
  }

  get type(): TensorType {
    return this.#expr.type;
  }
  /** Sizes of the axes, outermost first; `[]` for a scalar. */
  get shape(): Shape {
    return this.#expr.type.shape;
  }
  get dtype(): DType {
    return this.#expr.type.dtype;
  }
  get rank(): number {
    return this.shape.length;
  }
  /** The number of elements. */
  get size(): number {
    return sizeOf(this.shape);
  }

  /** @internal The expression as it stands; after realisation a leaf. */
  get expr(): Expr {
    return this.#expr;
  }

  /** @internal Rebinds the handle to its result, so that everything it was computed from can be collected. */
  realise(storage: Storage): void {
    if (this.isRealised) return storage.dispose();
    const leaf = makeLeaf(dataOp, storage);
    // What stands on numbers and host data alone belongs to no backend: an equal expression may be computed on another.
    if (this.#expr.home !== null) this.#expr.realised = new WeakRef(leaf);
    this.#expr = leaf;
  }

  /** True once the elements exist, on the host or on a backend. */
  get isRealised(): boolean {
    // Where another tensor of an equal expression was realised its elements are shared, and each may dispose of its hold on them. Only
    // here, where somebody asks for them: a temporary that is built upon owns nothing.
    const result = this.#expr.realised?.deref();
    if (result?.storage?.state === 'live') this.#expr = makeLeaf(dataOp, result.storage.share());
    return this.#expr.storage !== null;
  }

  /**
   * The elements, flat and row-major: a copy that is yours. Computes them where needed and keeps nothing on the backend;
   * call `evaluate(t)` first where the tensor is used again.
   *
   * @throws {UnfoldError} DISPOSED after `dispose()`; TRACE_ONLY inside a function that is being compiled.
   * @example
   * import { setBackend, tensor } from '@unfoldjs/core';
   * import { cpu } from '@unfoldjs/backend-cpu';
   * await setBackend(cpu());
   * await tensor([[1, 2], [3, 4]]).add(1).data(); // Float32Array [2, 3, 4, 5]
   */
  async data(): Promise<TensorData> {
    const { storage } = this.expr;
    if (storage) return storage.read();
    return orOnNext(async () => {
      const [temporary] = await compute([this.expr], 'data');
      try {
        return await temporary!.read();
      } finally {
        temporary!.dispose();
      }
    });
  }

  /** The elements as nested arrays; a number or a boolean for a scalar. @throws {UnfoldError} as `data`. */
  async array(): Promise<NestedArray> {
    return nest(await this.data(), this.type);
  }

  /**
   * The only element, as a number or (bool) a boolean.
   *
   * @throws {UnfoldError} SHAPE_MISMATCH where there is not exactly one; and as `data`.
   */
  async item(): Promise<number | boolean> {
    if (this.size !== 1) {
      throw unfoldError({
        code: 'SHAPE_MISMATCH',
        op: 'item',
        problem: `the tensor has ${this.size} elements.`,
        fix: 'reduce it to one element first, or use `data()`.',
        operands: [{ name: 'tensor', type: this.type }],
      });
    }
    const [value] = await this.data();
    return this.dtype === 'bool' ? value !== 0 : value!;
  }

  /**
   * The same elements on another backend, realised there. The original stays where it is.
   *
   * @throws {UnfoldError} as `data`.
   */
  to(backend: Backend): Promise<Tensor> {
    return move(this, backend);
  }

  /** Frees the elements, on the host and on backends. An unrealised tensor owns none. A second call does nothing. */
  dispose(): void {
    this.expr.storage?.dispose();
  }

  [Symbol.dispose](): void {
    this.dispose();
  }

  /** `Tensor float32[2, 3] (lazy add)`: what it is, without its elements. */
  toString(): string {
    const { storage, op } = this.expr;
    return `Tensor ${formatType(this.type)} (${storage ? (storage.home?.name ?? 'host') : `lazy ${op.name}`})`;
  }

  toJSON(): { dtype: DType; shape: Shape } {
    return { dtype: this.dtype, shape: this.shape };
  }
}
