import type { ConvLayer, DenseLayer, Params } from '../workloads/network.js';
import type { Training } from '../workloads/cnn.js';
import { forEachTap, poolSources, reference, softmaxOf, wide, wideParams, type Wide } from './forward.js';

/** The gradient of a sum over a parameter, in the form of the parameter. */
interface ParamGradient {
  readonly kernel: Float64Array;
  readonly bias: Float64Array;
}

const biasGradient = (dy: Wide, size: number): Float64Array => dy.data.reduce((sum, value, i) => ((sum[i % size]! += value), sum), new Float64Array(size));

function convGradient(layer: ConvLayer, x: Wide, kernel: Wide, dy: Wide): { dx: Wide; param: ParamGradient } {
  const [, , channels, outputs] = layer.filters;
  const [dx, dw] = [new Float64Array(x.data.length), new Float64Array(kernel.data.length)];
  forEachTap(layer, x.shape, (out, from, tap) => {
    for (let c = 0; c < channels; c++) {
      const weights = (tap * channels + c) * outputs;
      for (let o = 0; o < outputs; o++) {
        const slope = dy.data[out * outputs + o]!;
        dx[from * channels + c]! += slope * kernel.data[weights + o]!;
        dw[weights + o]! += slope * x.data[from * channels + c]!;
      }
    }
  });
  return { dx: { data: dx, shape: x.shape }, param: { kernel: dw, bias: biasGradient(dy, outputs) } };
}

function denseGradient({ units: [inputs, outputs] }: DenseLayer, x: Wide, kernel: Wide, dy: Wide): { dx: Wide; param: ParamGradient } {
  const [dx, dw] = [new Float64Array(x.data.length), new Float64Array(kernel.data.length)];
  for (let at = 0; at < x.data.length; at++) {
    const [row, i] = [Math.floor(at / inputs), at % inputs];
    for (let o = 0; o < outputs; o++) {
      const slope = dy.data[row * outputs + o]!;
      dx[at]! += slope * kernel.data[i * outputs + o]!;
      dw[i * outputs + o]! += slope * x.data[at]!;
    }
  }
  return { dx: { data: dx, shape: x.shape }, param: { kernel: dw, bias: biasGradient(dy, outputs) } };
}

/**
 * The first steps in float64, by plain loops and the chain rule written out: the loss before each step, which those of every engine
 * are checked against, and the parameters after the last one.
 *
 * @throws Error for a layer that the loops cannot differentiate.
 */
export function trainReference({ network, learningRate }: Training, x: Float32Array, labels: Float32Array, params: readonly Params[], steps: number): { losses: number[]; params: ReturnType<typeof wideParams> } {
  const weights = wideParams(params);
  const count = network.input[0];
  const losses = Array.from({ length: steps }, () => {
    // Forward: what each layer was given, and what it made of it.
    const values: Wide[] = [wide(x, network.input)];
    let next = 0;
    for (const layer of network.layers) {
      const value = values.at(-1)!;
      if (layer.kind === 'conv') values.push(reference.conv(value, layer, weights[next]!.kernel, weights[next++]!.bias));
      else if (layer.kind === 'dense') values.push(reference.dense(value, layer, weights[next]!.kernel, weights[next++]!.bias));
      else if (layer.kind === 'maxPool' || layer.kind === 'flatten') values.push(reference[layer.kind](value));
      else throw new Error(`no gradient of ${layer.kind}`);
    }
    const probabilities = softmaxOf(values.at(-1)!);
    const loss = labels.reduce((sum, label, i) => (label > 0 ? sum - label * Math.log(probabilities.data[i]!) : sum), 0) / count;

    // Backward, and the update of each parameter once its gradient has been passed on.
    let dy: Wide = { ...probabilities, data: probabilities.data.map((value, i) => (value - labels[i]!) / count) };
    for (let i = network.layers.length - 1; i >= 0; i--) {
      const layer = network.layers[i]!;
      const [given, made] = [values[i]!, values[i + 1]!];
      if (layer.kind === 'flatten') dy = { data: dy.data, shape: given.shape };
      if (layer.kind === 'maxPool') {
        const dx = new Float64Array(given.data.length);
        poolSources(given).forEach((from, at) => (dx[from]! += dy.data[at]!));
        dy = { data: dx, shape: given.shape };
      }
      if (layer.kind !== 'conv' && layer.kind !== 'dense') continue;
      const own = weights[--next]!;
      const slopes: Wide = layer.relu ? { ...dy, data: dy.data.map((value, at) => (made.data[at]! > 0 ? value : 0)) } : dy;
      const { dx, param } = layer.kind === 'conv' ? convGradient(layer, given, own.kernel, slopes) : denseGradient(layer, given, own.kernel, slopes);
      const update = (values: Float64Array, gradient: Float64Array): void => gradient.forEach((value, at) => (values[at]! -= learningRate * value));
      update(own.kernel.data, param.kernel);
      if (own.bias) update(own.bias.data, param.bias);
      dy = dx;
    }
    return loss;
  });
  return { losses, params: weights };
}
