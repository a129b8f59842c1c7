import { randomData } from './random.js';

export type Shape4 = readonly [number, number, number, number];

/** SAME padding; filters `[KH, KW, C, O]`, for a depthwise one `[KH, KW, C, M]`. */
export interface ConvLayer {
  readonly kind: 'conv';
  readonly filters: Shape4;
  readonly stride: number;
  readonly dilation: number;
  readonly depthwise: boolean;
  readonly bias: boolean;
  readonly relu: boolean;
}

/** `units` are `[inputs, outputs]`. */
export interface DenseLayer {
  readonly kind: 'dense';
  readonly units: readonly [number, number];
  readonly bias: true;
  readonly relu: boolean;
}

/** Layers without parameters: 2 x 2 pooling with stride 2; softmax over the last axis; elementwise ones for chains. */
export type Layer = ConvLayer | DenseLayer | { readonly kind: 'maxPool' | 'flatten' | 'softmax' | 'tanh' } | { readonly kind: 'shift'; readonly by: number };

/** Layers one after another: what every engine is given, in its own words. */
export interface Network {
  readonly id: string;
  /** For people. */
  readonly title: string;
  /** `[N, H, W, C]` */
  readonly input: Shape4;
  readonly layers: readonly Layer[];
  /** Weights in [-1, 1) where false; scaled by He's rule where true, so that deep networks keep their size. */
  readonly scaled: boolean;
}

export const conv = (filters: Shape4, { stride = 1, dilation = 1, depthwise = false, bias = false, relu = false } = {}): ConvLayer => ({ kind: 'conv', filters, stride, dilation, depthwise, bias, relu });

export const dense = (inputs: number, outputs: number, { relu = false } = {}): DenseLayer => ({ kind: 'dense', units: [inputs, outputs], bias: true, relu });

const product = (sizes: readonly number[]): number => sizes.reduce((a, b) => a * b, 1);

/** What a layer makes of a shape, batch first. */
export function shapeAfter(layer: Layer, shape: readonly number[]): readonly number[] {
  const [n = 1, h = 1, w = 1, c = 1] = shape;
  switch (layer.kind) {
    case 'conv':
      return [n, Math.ceil(h / layer.stride), Math.ceil(w / layer.stride), layer.depthwise ? layer.filters[2] * layer.filters[3] : layer.filters[3]];
    case 'maxPool':
      return [n, h >> 1, w >> 1, c];
    case 'flatten':
      return [n, h * w * c];
    case 'dense':
      return [n, layer.units[1]];
    default:
      return shape;
  }
}

/** The shape of the input, then of what each layer gives. */
export const shapesOf = ({ input, layers }: Network): (readonly number[])[] =>
  layers.reduce<(readonly number[])[]>((shapes, layer) => [...shapes, shapeAfter(layer, shapes.at(-1)!)], [input]);

export const outputShape = (network: Network): readonly number[] => shapesOf(network).at(-1)!;

/** Multiplications and additions of convolutions and dense layers, each counted; taps that fall outside count too, as everywhere. */
export function networkFlops(network: Network): number {
  const shapes = shapesOf(network);
  return network.layers.reduce((sum, layer, i) => sum + 2 * product(shapes[i + 1]!) * termsOf(layer), 0);
}

/** The products that each output of a layer sums. */
export function termsOf(layer: Layer): number {
  if (layer.kind === 'dense') return layer.units[0];
  return layer.kind === 'conv' ? layer.filters[0] * layer.filters[1] * (layer.depthwise ? 1 : layer.filters[2]) : 0;
}

/** The parameters of a layer that has some: filters as the layer has them, dense weights `[inputs, outputs]`. */
export interface Params {
  readonly kernel: Float32Array;
  readonly kernelShape: readonly number[];
  readonly bias: Float32Array | null;
}

/** The parameters of the layers that have some, in order; the same in every process. */
export function paramsOf({ layers, scaled }: Network): Params[] {
  const params: Params[] = [];
  for (const layer of layers) {
    if (layer.kind !== 'conv' && layer.kind !== 'dense') continue;
    const kernelShape = layer.kind === 'conv' ? layer.filters : layer.units;
    const outputs = shapeAfter(layer, [1]).at(-1)!;
    const scale = scaled ? Math.sqrt(6 / termsOf(layer)) : 1;
    const seed = 2 * params.length + 2;
    const kernel = randomData(product(kernelShape), seed).map((value) => scale * value);
    params.push({ kernel, kernelShape, bias: layer.bias ? randomData(outputs, seed + 1).map((value) => 0.1 * value) : null });
  }
  return params;
}

export const inputOf = ({ input }: Network): Float32Array => randomData(product(input), 1);
