import type { TensorType } from '@unfoldjs/core';
import type { ExportCall } from '../call.js';
import type { Wire } from '../graph-writer.js';
import { identity, type Perm, type Value } from '../value.js';
import { along } from './reduce.js';
import type { ExportForm, ExportForms, Facts } from './form.js';

/** The axis along which all parameters have their numbers, those that are one number for all not counted; null where there is no one such. */
function parameterAxis([x, ...parameters]: readonly TensorType[]): number | null {
  const rank = x!.shape.length;
  const axes = parameters.flatMap(({ shape }) => shape.flatMap((size, axis) => (size === 1 ? [] : [rank - shape.length + axis])));
  const found = axes[0] ?? rank - 1;
  return axes.every((axis) => axis === found) ? found : null;
}

/** Images have their channels in front there; what is no image has them at axis 1 too. */
const channelPerm = (rank: number, channels: number): Perm => [...identity(rank).slice(0, 1), channels, ...identity(rank).slice(1).filter((axis) => axis !== channels)];

/** Parameters as [channels], whatever shape they broadcast from. */
function channelVector(call: ExportCall<never>, parameter: Value, channels: number): Wire {
  const { host } = parameter;
  if (host) return call.graph.constant({ ...host, shape: [channels], data: host.data.length === channels ? host.data : new Float32Array(channels).fill(host.data[0]!) }, host.data.length === channels ? parameter.hint : null);
  const vector = parameter.rank === 1 ? parameter.wire() : call.graph.op('Reshape', [parameter.wire(), call.graph.ints([-1])]);
  return parameter.sizes.every(([size]) => size === 1) && channels > 1 ? call.graph.op('Expand', [vector, call.graph.ints([channels])]) : vector;
}

const batchNorm: ExportForm = {
  when: ({ types }: Facts) => types[0]!.shape.length >= 2 && (parameterAxis(types) ?? 0) > 0,
  write(call: ExportCall<{ epsilon: number }>) {
    const [x, ...parameters] = call.inputs as [Value, ...Value[]];
    const axis = parameterAxis(call.inputs.map(({ dtype, sizes }) => ({ dtype, shape: sizes.map(([size]) => size) })))!;
    const perm = channelPerm(x.rank, axis);
    const channels = call.fixed(x.sizes[axis]!, 'the number of channels');
    const [mean, variance, offset, scale] = parameters.map((parameter) => channelVector(call as ExportCall<never>, parameter, channels)) as [Wire, Wire, Wire, Wire];
    return call.result(call.graph.op('BatchNormalization', [x.wire(perm), scale, offset, mean, variance], { epsilon: { float: call.attrs.epsilon } }), perm);
  },
};

const layerNorm: ExportForm = {
  when: ({ types: [x, ...parameters], attrs, opset }) => {
    const axes = (attrs as { axes: readonly number[] }).axes;
    const first = x!.shape.length - axes.length;
    const isLast = axes.length > 0 && [...axes].sort((a, b) => a - b).every((axis, i) => axis === first + i);
    return opset >= 17 && isLast && parameters.every(({ shape }) => shape.length <= axes.length);
  },
  write(call: ExportCall<{ axes: readonly number[]; epsilon: number }>) {
    const { axes, epsilon } = call.attrs;
    const [x, scale, offset] = call.inputs as [Value, Value, Value];
    const normal = x.sizes.slice(x.rank - axes.length);
    const whole = (parameter: Value): Wire => {
      const shape = normal.map((size) => call.fixed(size, 'what is normalised'));
      if (parameter.rank === shape.length && parameter.sizes.every(([size], axis) => size === shape[axis])) return parameter.wire();
      const { host } = parameter;
      if (host?.data.length === 1) return call.graph.constant({ dtype: 'float32', shape, data: new Float32Array(shape.reduce((a, b) => a * b, 1)).fill(host.data[0]!) });
      return call.graph.op('Expand', [parameter.wire(), call.graph.ints(shape)]);
    };
    return call.result(call.graph.op('LayerNormalization', [x.wire(), whole(scale), whole(offset)], { axis: -axes.length, epsilon: { float: epsilon } }));
  },
};

export const normForms = (): ExportForms => ({
  batchNorm,
  layerNorm,
  logSoftmax: along((x, axis, graph) => graph.op('LogSoftmax', [x], { axis })),
  softmax: along((x, axis, graph) => graph.op('Softmax', [x], { axis })),
});
