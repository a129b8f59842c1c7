import type { DType, Shape, TypedArray } from '@unfoldjs/core';

/** An input of a model with its elements. */
export interface Feed {
  readonly name: string;
  /** As ONNX calls it: `float`, `int64`. */
  readonly type: string;
  readonly dtype: DType;
  readonly shape: Shape;
  readonly data: TypedArray;
}

/** A model made ready: from host arrays to host arrays, by the names of outputs. */
export type RunModel = (feeds: readonly Feed[]) => Promise<ReadonlyMap<string, ArrayLike<number | bigint>>>;

/** Something that runs ONNX files. */
export interface Engine {
  readonly name: string;
  /** Imports the library. What it gives makes a model ready. */
  open(): Promise<(bytes: Uint8Array) => Promise<RunModel>>;
}
