import type { Dialect } from '../workloads/dialect.js';
import { forward } from '../workloads/dialect.js';
import { shapeAfter, type ConvLayer, type Network, type Params } from '../workloads/network.js';

/** Elements in float64, row-major, channels last. */
export interface Wide {
  readonly data: Float64Array;
  readonly shape: readonly number[];
}

/** The pixels of a SAME convolution: told for each output pixel and each tap that falls inside, as positions of whole pixels. */
export function forEachTap({ filters: [kh, kw], stride, dilation }: ConvLayer, [n = 1, h = 1, w = 1]: readonly number[], visit: (out: number, from: number, tap: number) => void): void {
  const [rows, columns] = [Math.ceil(h / stride), Math.ceil(w / stride)];
  const top = Math.max(0, (rows - 1) * stride + (kh - 1) * dilation + 1 - h) >> 1;
  const left = Math.max(0, (columns - 1) * stride + (kw - 1) * dilation + 1 - w) >> 1;
  for (let out = 0; out < n * rows * columns; out++) {
    const image = Math.floor(out / (rows * columns));
    const i = (Math.floor(out / columns) % rows) * stride - top;
    const j = (out % columns) * stride - left;
    for (let tap = 0; tap < kh * kw; tap++) {
      const row = i + Math.floor(tap / kw) * dilation;
      const column = j + (tap % kw) * dilation;
      if (row >= 0 && row < h && column >= 0 && column < w) visit(out, (image * h + row) * w + column, tap);
    }
  }
}

/** A convolution without bias and activation, by plain loops. */
export function convolve(x: Wide, layer: ConvLayer, kernel: Float64Array): Wide {
  const [, , channels, outputs] = layer.filters;
  const shape = shapeAfter(layer, x.shape);
  const data = new Float64Array(shape.reduce((a, b) => a * b));
  const width = shape[3]!;
  forEachTap(layer, x.shape, (out, from, tap) => {
    for (let c = 0; c < channels; c++) {
      const pixel = x.data[from * channels + c]!;
      const weights = (tap * channels + c) * outputs;
      const at = out * width + (layer.depthwise ? c * outputs : 0);
      for (let o = 0; o < outputs; o++) data[at + o]! += pixel * kernel[weights + o]!;
    }
  });
  return { data, shape };
}

const mapped = (x: Wide, fn: (value: number, i: number) => number): Wide => ({ ...x, data: x.data.map(fn) });

const finish = (x: Wide, bias: Wide | null, relu: boolean): Wide => {
  const biased = bias ? mapped(x, (value, i) => value + bias.data[i % bias.data.length]!) : x;
  return relu ? mapped(biased, (value) => Math.max(value, 0)) : biased;
};

function multiply(x: Wide, kernel: Wide): Wide {
  const [inputs = 1, outputs = 1] = kernel.shape;
  const n = x.shape[0]!;
  const data = new Float64Array(n * outputs);
  for (let row = 0; row < n; row++) {
    for (let i = 0; i < inputs; i++) {
      const value = x.data[row * inputs + i]!;
      for (let o = 0; o < outputs; o++) data[row * outputs + o]! += value * kernel.data[i * outputs + o]!;
    }
  }
  return { data, shape: [n, outputs] };
}

/** Where each result of 2 x 2 pooling comes from: the position of the first largest element of its window. */
export function poolSources({ data, shape }: Wide): Int32Array {
  const [n = 1, h = 1, w = 1, c = 1] = shape;
  const [rows, columns] = [h >> 1, w >> 1];
  return Int32Array.from({ length: n * rows * columns * c }, (_, at) => {
    const pixel = Math.floor(at / c);
    const image = Math.floor(pixel / (rows * columns));
    const i = 2 * (Math.floor(pixel / columns) % rows);
    const j = 2 * (pixel % columns);
    const window = [0, 1, 2, 3].map((k) => ((image * h + i + (k >> 1)) * w + j + (k & 1)) * c + (at % c));
    return window.reduce((best, from) => (data[from]! > data[best]! ? from : best));
  });
}

/** Rows of probabilities. */
export function softmaxOf({ data, shape }: Wide): Wide {
  const classes = shape.at(-1)!;
  const result = new Float64Array(data.length);
  for (let start = 0; start < data.length; start += classes) {
    const row = data.subarray(start, start + classes);
    const most = row.reduce((a, b) => Math.max(a, b));
    const powers = row.map((value) => Math.exp(value - most));
    const sum = powers.reduce((a, b) => a + b);
    result.set(powers.map((value) => value / sum), start);
  }
  return { data: result, shape };
}

/** Plain loops in float64: what every engine is checked against. */
export const reference: Dialect<Wide> = {
  conv: (x, layer, kernel, bias) => finish(convolve(x, layer, kernel.data), bias, layer.relu),
  dense: (x, layer, kernel, bias) => finish(multiply(x, kernel), bias, layer.relu),
  maxPool: (x) => ({ data: Float64Array.from(poolSources(x), (from) => x.data[from]!), shape: shapeAfter({ kind: 'maxPool' }, x.shape) }),
  flatten: (x) => ({ data: x.data, shape: shapeAfter({ kind: 'flatten' }, x.shape) }),
  softmax: softmaxOf,
  tanh: (x) => mapped(x, Math.tanh),
  shift: (x, by) => mapped(x, (value) => value + Math.fround(by)),
};

export const wide = (data: ArrayLike<number>, shape: readonly number[]): Wide => ({ data: Float64Array.from(data), shape });

export const wideParams = (params: readonly Params[]): { kernel: Wide; bias: Wide | null }[] =>
  params.map(({ kernel, kernelShape, bias }) => ({ kernel: wide(kernel, kernelShape), bias: bias && wide(bias, [bias.length]) }));

/** What a network gives in float64. */
export const expectedOf = (network: Network, x: Float32Array, params: readonly Params[]): Float64Array => forward(reference, network, wide(x, network.input), wideParams(params)).data;
