import { abs, add, batchNorm, concat, div, groupNorm, instanceNorm, logSoftmax, mean, mul, reshape, rsqrt, softmax, sqrt, square, sub, sum, type Tensor } from '@unfoldjs/core';
import type { Call } from '../run/call.js';
import { perChannel } from './conv.js';
import { axisOf, type OnnxOp, type OnnxOps, type Result } from './onnx-op.js';

function batchNormalization(call: Call): Tensor {
  if (call.attrs.int('training_mode', 0) !== 0 || (call.opset < 14 && call.outputs > 1 && call.node.outputs.slice(1).some((name) => name !== ''))) call.refuse('it is written for training', 'export the model in evaluation mode');
  if (call.attrs.int('spatial', 1) !== 1) call.refuse('it has statistics for each pixel (`spatial` = 0)', 'export it with one for each channel');
  const x = call.tensor(0);
  const [scale, offset, average, variance] = [1, 2, 3, 4].map((i) => perChannel(call.tensor(i), Math.max(x.rank, 2))) as [Tensor, Tensor, Tensor, Tensor];
  return batchNorm(x, average, variance, { scale, offset, epsilon: call.attrs.float('epsilon', 1e-5) });
}

/** Until opset 12 the axes from `axis` on are one; from 13 on it is one axis. */
const alongAxis =
  (run: (x: Tensor, options: { axis: number }) => Tensor): OnnxOp['run'] =>
  (call) => {
    const x = call.tensor(0);
    if (call.opset >= 13) return run(x, { axis: axisOf(call, call.attrs.int('axis', -1), x.rank) });
    const axis = call.attrs.int('axis', 1);
    const from = axis === x.rank ? axis : axisOf(call, axis, x.rank);
    if (from === x.rank - 1) return run(x, { axis: from });
    const rows = x.shape.slice(0, from).reduce((total, size) => total * size, 1);
    return reshape(run(reshape(x, [rows, rows === 0 ? 0 : x.size / rows]), { axis: 1 }), x.shape);
  };

function instanceNormalization(call: Call): Tensor {
  const x = call.tensor(0);
  const epsilon = call.attrs.float('epsilon', 1e-5);
  if (x.rank === 4) return instanceNorm(x, { scale: call.tensor(1), offset: call.tensor(2), epsilon, dataFormat: 'NCHW' });
  return scaled(call, standardized(x, x.shape.slice(2).map((_, axis) => axis + 2), epsilon), (each) => perChannel(each, x.rank));
}

function standardized(x: Tensor, axes: readonly number[], epsilon: number): Tensor {
  const centred = sub(x, mean(x, { axes, keepDims: true }));
  return mul(centred, rsqrt(add(mean(square(centred), { axes, keepDims: true }), epsilon)));
}

const scaled = (call: Call, x: Tensor, shape: (parameter: Tensor) => Tensor): Tensor => {
  const y = call.has(1) ? mul(x, shape(call.tensor(1))) : x;
  return call.has(2) ? add(y, shape(call.tensor(2))) : y;
};

/** Until opset 20 a scale for each group, from 21 on for each channel. */
function groupNormalization(call: Call): Tensor {
  const x = call.tensor(0);
  const groups = call.attrs.int('num_groups', null) ?? call.refuse('it has no `num_groups`', 'check the model with `onnx.checker`');
  const epsilon = call.attrs.float('epsilon', 1e-5);
  const channels = x.shape[1]!;
  const [scale, offset] = [call.tensor(1), call.tensor(2)].map((each) => (each.size === channels ? each : eachTimes(each, channels / groups))) as [Tensor, Tensor];
  if (x.rank === 4) return groupNorm(x, { groups, scale, offset, epsilon, dataFormat: 'NCHW' });
  const grouped = reshape(x, [x.shape[0]!, groups, -1]);
  const y = reshape(standardized(grouped, [2], epsilon), x.shape);
  return add(mul(y, perChannel(scale, x.rank)), perChannel(offset, x.rank));
}

const eachTimes = (x: Tensor, times: number): Tensor => reshape(concat(Array.from({ length: times }, () => reshape(x, [x.size, 1])), 1), [x.size * times]);

/** With the mean and the inverse deviation, where they are asked for. */
function layerNormalization(call: Call): readonly Result[] {
  const x = call.tensor(0);
  const axis = axisOf(call, call.attrs.int('axis', -1), x.rank);
  const axes = x.shape.map((_, at) => at).slice(axis);
  const average = mean(x, { axes, keepDims: true });
  const centred = sub(x, average);
  const inverse = rsqrt(add(mean(square(centred), { axes, keepDims: true }), call.attrs.float('epsilon', 1e-5)));
  return [scaled(call, mul(centred, inverse), (each) => each), average, inverse].slice(0, call.outputs);
}

function lpNormalization(call: Call): Tensor {
  const x = call.tensor(0);
  const axes = axisOf(call, call.attrs.int('axis', -1), x.rank);
  const norm = call.attrs.int('p', 2) === 1 ? sum(abs(x), { axes, keepDims: true }) : sqrt(sum(square(x), { axes, keepDims: true }));
  return div(x, norm);
}

function meanVariance(call: Call): Tensor {
  const x = call.tensor(0);
  const axes = (call.attrs.ints('axes', null) ?? [0, 2, 3]).map((axis) => axisOf(call, axis, x.rank));
  const centred = sub(x, mean(x, { axes, keepDims: true }));
  return div(centred, add(sqrt(mean(square(centred), { axes, keepDims: true })), 1e-9));
}

export const normOps: OnnxOps = {
  BatchNormalization: { attributes: ['epsilon', 'momentum', 'spatial', 'training_mode'], run: batchNormalization },
  InstanceNormalization: { attributes: ['epsilon'], run: instanceNormalization },
  GroupNormalization: { attributes: ['epsilon', 'num_groups', 'stash_type'], since: 18, run: groupNormalization },
  LayerNormalization: { attributes: ['axis', 'epsilon', 'stash_type'], since: 17, run: layerNormalization },
  LpNormalization: { attributes: ['axis', 'p'], run: lpNormalization },
  MeanVarianceNormalization: { attributes: ['axes'], since: 9, run: meanVariance },
  Softmax: { attributes: ['axis'], run: alongAxis(softmax) },
  LogSoftmax: { attributes: ['axis'], run: alongAxis(logSoftmax) },
};
