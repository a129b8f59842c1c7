import { scalar, type DType, type Shape, type Tensor } from '@unfoldjs/core';
import { tensorOf, type HostArray } from '../model/host-array.js';

/** A value of the graph while it is traced: a lazy tensor, elements that are known already, or both. */
export class Value {
  #tensor: Tensor | null;

  private constructor(
    tensor: Tensor | null,
    /** The elements, where they are known before anything runs. */
    readonly host: HostArray | null,
    /** Trained: what is computed from it stays in the graph, though its elements are known. */
    readonly isParam: boolean,
    /** The order of the axes in which `tensor` was laid out, of those that the file has; null for the same. */
    readonly perm: readonly number[] | null,
  ) {
    this.#tensor = tensor;
  }

  static readonly of = (tensor: Tensor): Value => new Value(tensor, null, false, null);
  static readonly known = (host: HostArray): Value => new Value(null, host, false, null);
  static readonly param = (tensor: Tensor, host: HostArray, perm: readonly number[] | null): Value => new Value(tensor, host, true, perm);

  get tensor(): Tensor {
    const host = this.host!;
    return (this.#tensor ??= host.shape.length === 0 ? scalar(host.dtype === 'bool' ? host.data[0] !== 0 : host.data[0]!, host.dtype) : tensorOf(host));
  }

  /** As the file has it. */
  get shape(): Shape {
    return this.host?.shape ?? this.#tensor!.shape;
  }

  get dtype(): DType {
    return this.host?.dtype ?? this.#tensor!.dtype;
  }
}
