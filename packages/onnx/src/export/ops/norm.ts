import type { TensorType } from '@unfoldjs/core';
import type { ExportCall } from '../call.js';
import type { Wire } from '../graph-writer.js';
import { identity, Value, type Perm } from '../value.js';
import { isSame } from '../sizes.js';
import { constantVector } from './fold.js';
import { along } from './reduce.js';
import { reshaped } from './shape.js';
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
function channelVector(call: ExportCall<unknown>, parameter: Value, channels: number): Wire {
  const { host } = parameter;
  if (host) return constantVector(call, host, parameter.hint, channels);
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
    const [mean, variance, offset, scale] = parameters.map((parameter) => channelVector(call, parameter, channels)) as [Wire, Wire, Wire, Wire];
    return call.result(call.graph.op('BatchNormalization', [x.wire(perm), scale, offset, mean, variance], { epsilon: { float: call.attrs.epsilon } }), perm);
  },
};

interface LayerNormAttrs {
  readonly axes: readonly number[];
  readonly epsilon: number;
}

/** Two axes are left, the first among them, and one number scales all: then that is what an instance or a group is normalised by. */
const isOfInstances = ([x, ...parameters]: readonly TensorType[], axes: readonly number[]): boolean =>
  axes.length === x!.shape.length - 2 && axes.length > 0 && !axes.includes(0) && parameters.every(({ shape }) => shape.every((size) => size === 1));

/** Over the last axes, and with parameters that have these. */
function isOfLayers([x, ...parameters]: readonly TensorType[], axes: readonly number[]): boolean {
  const first = x!.shape.length - axes.length;
  return axes.length > 0 && [...axes].sort((a, b) => a - b).every((axis, i) => axis === first + i) && parameters.every(({ shape }) => shape.length <= axes.length);
}

const layerNorm: ExportForm = {
  when: ({ types, attrs, opset }) => {
    const { axes } = attrs as { axes: readonly number[] };
    return isOfInstances(types, axes) || (opset >= 17 && isOfLayers(types, axes));
  },
  write(call: ExportCall<LayerNormAttrs>) {
    const { axes } = call.attrs;
    const types = call.inputs.map(({ dtype, sizes }) => ({ dtype, shape: sizes.map(([size]) => size) }));
    return isOfInstances(types, axes) ? instanceNorm(call) : layersNorm(call);
  },
};

/** What was made one axis to be normalised is left as it was. */
function instanceNorm(call: ExportCall<LayerNormAttrs>): Value {
  const { axes, epsilon } = call.attrs;
  const [x, scale, offset] = call.inputs as [Value, Value, Value];
  const group = identity(x.rank).find((axis) => axis > 0 && !axes.includes(axis))!;
  const groups = call.fixed(x.sizes[group]!, 'the number of groups');
  const parameters = [scale, offset].map((parameter) => channelVector(call, parameter, groups));
  const { origin } = x;
  const isApart = origin && origin.rank > x.rank && group === 1 && [0, 1].every((axis) => isSame(origin.sizes[axis]!, x.sizes[axis]!));
  const image = isApart ? origin : x;
  const perm = isApart ? identity(origin.rank) : [0, group, ...axes];
  const node = call.graph.node('InstanceNormalization', [image.wire(perm), ...parameters], { epsilon: { float: epsilon } });
  const isPlain = [scale, offset].every(({ host }, i) => host?.data.length === 1 && host.data[0] === 1 - i);
  if (isPlain) node.affine = 'none';
  const normal = Value.of(call.graph, 'float32', image.sizes, node.output, { perm, maker: node });
  return isApart ? reshaped(call, normal, x.sizes) : normal;
}

function layersNorm(call: ExportCall<LayerNormAttrs>): Value {
  const { axes, epsilon } = call.attrs;
  const [x, ...parameters] = call.inputs as [Value, ...Value[]];
  const shape = x.sizes.slice(x.rank - axes.length).map((size) => call.fixed(size, 'what is normalised'));
  const whole = (parameter: Value): Wire => {
    const isWhole = parameter.rank === shape.length && parameter.sizes.every(([size], axis) => size === shape[axis]);
    return isWhole ? parameter.wire() : call.graph.op('Expand', [parameter.wire(), call.graph.ints(shape)]);
  };
  return call.result(call.graph.op('LayerNormalization', [x.wire(), ...parameters.map(whole)], { axis: -axes.length, epsilon: { float: epsilon } }));
}

export const normForms = (): ExportForms => ({
  batchNorm,
  layerNorm,
  logSoftmax: along((x, axis, graph) => graph.op('LogSoftmax', [x], { axis })),
  softmax: along((x, axis, graph) => graph.op('Softmax', [x], { axis })),
});
