import { abs, argMax, argMin, cumsum, flip, log, logSumExp, max, mean, min, prod, sqrt, square, sub, sum, topk, transpose, type ReduceOptions, type Tensor } from '@unfoldjs/core';
import { hostArray, type HostArray } from '../model/host-array.js';
import type { Call } from '../run/call.js';
import { axesOf, axisOf, type OnnxOp, type OnnxOps } from './onnx-op.js';

/** The axes of a reduction: an attribute at first, an input later; null for all. Where there are none, and it says so, nothing is reduced. */
function reducedAxes(call: Call, rank: number): number[] | null {
  const given = call.has(1) ? call.ints(1) : call.attrs.ints('axes', null);
  if (given && given.length > 0) return axesOf(call, given, rank);
  return call.attrs.int('noop_with_empty_axes', 0) === 1 ? [] : null;
}

const reduction = (run: (x: Tensor, options: ReduceOptions) => Tensor, known?: (values: readonly number[]) => number): OnnxOp => ({
  attributes: ['axes', 'keepdims', 'noop_with_empty_axes'],
  knownInputs: [1],
  ...(known && { fold: (call, [x]) => reduceKnown(call, x!, known) }),
  run: (call) => {
    const x = call.tensor(0);
    const axes = reducedAxes(call, x.rank);
    return run(x, { ...(axes && { axes }), keepDims: call.attrs.int('keepdims', 1) === 1 });
  },
});

/** Of all elements only: what arithmetic of shapes needs. */
function reduceKnown(call: Call, x: HostArray, known: (values: readonly number[]) => number): HostArray | null {
  const axes = reducedAxes(call, x.shape.length);
  if (axes && axes.length < x.shape.length) return null;
  return hostArray(x.dtype, call.attrs.int('keepdims', 1) === 1 ? x.shape.map(() => 1) : [], [known(Array.from(x.data))]);
}

const extreme = (first: (x: Tensor, options: { axis: number; keepDims: boolean }) => Tensor): OnnxOp => ({
  attributes: ['axis', 'keepdims', 'select_last_index'],
  run: (call) => {
    const x = call.tensor(0);
    const axis = axisOf(call, call.attrs.int('axis', 0), x.rank);
    const options = { axis, keepDims: call.attrs.int('keepdims', 1) === 1 };
    if (call.attrs.int('select_last_index', 0) === 0) return first(x, options);
    return sub(x.shape[axis]! - 1, first(flip(x, axis), options));
  },
});

/** The largest come along the last axis here. */
function largest(call: Call): readonly Tensor[] {
  const { attrs } = call;
  const x = call.tensor(0);
  const k = call.has(1) ? call.ints(1)[0]! : (attrs.int('k', null) ?? call.refuse('it has no `k`', 'check the model with `onnx.checker`'));
  const axis = axisOf(call, attrs.int('axis', -1), x.rank);
  const sign = attrs.int('largest', 1) === 1 ? 1 : -1;
  const swap = x.shape.map((_, at) => (at === axis ? x.rank - 1 : at === x.rank - 1 ? axis : at));
  const { values, indices } = topk(transpose(sign === 1 ? x : x.mul(-1), swap), { k });
  const back = transpose(values, swap);
  return [sign === 1 ? back : back.mul(-1), transpose(indices, swap)];
}

export const reduceOps: OnnxOps = {
  ReduceSum: reduction(sum, (values) => values.reduce((a, b) => a + b, 0)),
  ReduceProd: reduction(prod, (values) => values.reduce((a, b) => a * b, 1)),
  ReduceMax: reduction(max, (values) => Math.max(...values)),
  ReduceMin: reduction(min, (values) => Math.min(...values)),
  ReduceMean: reduction(mean),
  ReduceL1: reduction((x, options) => sum(abs(x), options)),
  ReduceL2: reduction((x, options) => sqrt(sum(square(x), options))),
  ReduceSumSquare: reduction((x, options) => sum(square(x), options)),
  ReduceLogSum: reduction((x, options) => log(sum(x, options))),
  ReduceLogSumExp: reduction(logSumExp),
  ArgMax: extreme(argMax),
  ArgMin: extreme(argMin),
  TopK: { attributes: ['axis', 'k', 'largest', 'sorted'], knownInputs: [1], run: largest },
  CumSum: {
    attributes: ['exclusive', 'reverse'],
    knownInputs: [1],
    since: 11,
    run: (call) => cumsum(call.tensor(0), { axis: axisOf(call, call.ints(1)[0]!, call.tensor(0).rank), exclusive: call.attrs.int('exclusive', 0) === 1, reverse: call.attrs.int('reverse', 0) === 1 }),
  },
};
