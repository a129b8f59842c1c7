import type { Shape, Tensor } from '@unfoldjs/core';
import type { Summary, SummaryOptions } from './summary/summary.js';

/** Named parameters: a plain tree of records whose leaves are tensors, so that files, optimizers and tables work on it. */
export type Params = { readonly [name: string]: Tensor | Params };

/** What a layer begins with. */
export interface LayerInit {
  /** What training changes by the gradient. */
  readonly params: Params;
  /** What a forward pass in training changes: moving statistics. */
  readonly state: Params;
  /** The shape of the output, without the batch axis. */
  readonly output: Shape;
}

/** How a layer is being run. */
export interface LayerContext {
  /** True in a step of training: dropout drops, batch normalisation uses the batch. */
  readonly training: boolean;
  /** Numbers in [0, 1) of this shape: an input of the program, drawn anew at every call of a training step. */
  random(shape: Shape): Tensor;
  /**
   * What of its state a training step leaves as it is, as paths inside of it. A layer of which that is true of all its state is run with
   * `training: false`. Absent: nothing.
   */
  readonly frozenState?: ReadonlySet<string>;
}

/** What a layer gives: its output, and its state afterwards (the very one it was given, where nothing changed). */
export interface LayerResult {
  readonly output: Tensor;
  readonly state: Params;
}

/**
 * A layer is a description that holds no tensors: `init` makes its parameters, `apply` is a pure function of them. Any object of
 * this form is one, and takes part in everything the layers of this package do.
 */
export interface Layer {
  /** The word for it: `'conv2d'`. Also the name of its parameters, numbered where several layers share it. */
  readonly kind: string;
  /** A name of its own, unique in its model. */
  readonly name?: string;
  /** Parameters for inputs of these shapes, given without the batch axis. The same seed gives the same numbers. */
  init(inputs: readonly Shape[], seed: number): LayerInit;
  /** The output for inputs `[N, ...]`. */
  apply(params: Params, inputs: readonly Tensor[], context: LayerContext, state: Params): LayerResult;
  /** The shape `init` would tell, without making parameters. Absent: `init` is asked. */
  outputShape?(inputs: readonly Shape[]): Shape;
}

/** A layer and its place in a model. */
export interface PlacedLayer {
  /** The name of its parameters in those of the model. */
  readonly name: string;
  readonly layer: Layer;
  /** Where its inputs come from: positions among the inputs of the model, then among its layers. */
  readonly inputs: readonly Source[];
}

export type Source = { readonly input: number } | { readonly layer: number };

export const isModel = (layer: Layer): layer is Model => 'layers' in layer && 'summary' in layer;

/** Layers put together; itself a layer. */
export interface Model extends Layer {
  /** In the order in which they run. */
  readonly layers: readonly PlacedLayer[];
  /** The shapes of its inputs, without the batch axis, where they are known already. */
  readonly inputShapes: readonly Shape[] | null;
  /**
   * A table of the layers: shapes, parameters, FLOPs, bytes.
   *
   * @throws {UnfoldError} INVALID_ARGUMENT where no input shape is known; SHAPE_MISMATCH where one does not fit.
   */
  summary(options?: SummaryOptions): Summary;
}
