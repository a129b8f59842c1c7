import type { ConvLayer, DenseLayer, Network } from './network.js';

/** How an engine says each layer. `T` is what it calls a tensor. */
export interface Dialect<T> {
  conv(x: T, layer: ConvLayer, kernel: T, bias: T | null): T;
  dense(x: T, layer: DenseLayer, kernel: T, bias: T | null): T;
  maxPool(x: T): T;
  flatten(x: T): T;
  softmax(x: T): T;
  tanh(x: T): T;
  shift(x: T, by: number): T;
}

export interface LayerParams<T> {
  readonly kernel: T;
  readonly bias: T | null;
}

/** A network in the words of an engine. */
export function forward<T>(dialect: Dialect<T>, { layers }: Network, x: T, params: readonly LayerParams<T>[]): T {
  let next = 0;
  return layers.reduce((value, layer) => {
    switch (layer.kind) {
      case 'conv': {
        const { kernel, bias } = params[next++]!;
        return dialect.conv(value, layer, kernel, bias);
      }
      case 'dense': {
        const { kernel, bias } = params[next++]!;
        return dialect.dense(value, layer, kernel, bias);
      }
      case 'shift':
        return dialect.shift(value, layer.by);
      default:
        return dialect[layer.kind](value);
    }
  }, x);
}
