import * as u from '@unfoldjs/core';
import { sizeOf, stridesOf, type PadMode, type Shape, type Tensor } from '@unfoldjs/core';
import { hostArray, hostInts, transposed, type HostArray } from '../model/host-array.js';
import type { Call } from '../run/call.js';
import { concatHost, strided } from './host-math.js';
import { axesOf, axisOf, type OnnxOps, type Result } from './onnx-op.js';

const reshaped = (x: HostArray, shape: Shape): HostArray => hostArray(x.dtype, shape, x.data);

/** 0 keeps a size, unless zeros are allowed; one -1 takes what is left. */
function reshapeTo(call: Call, from: Shape): number[] {
  const wanted = call.ints(1);
  const isLiteral = call.attrs.int('allowzero', 0) === 1;
  const sizes = wanted.map((size, axis) => (size === 0 && !isLiteral ? (from[axis] ?? call.refuse(`its shape [${wanted.join(', ')}] keeps axis ${axis}, which the input does not have`, 'check the model with `onnx.checker`')) : size));
  const free = sizes.indexOf(-1);
  if (free >= 0) {
    const others = sizes.reduce((product, size, axis) => (axis === free ? product : product * size), 1);
    sizes[free] = others === 0 ? 0 : sizeOf(from) / others;
  }
  if (sizes.some((size) => !Number.isInteger(size) || size < 0) || sizeOf(sizes) !== sizeOf(from)) call.refuse(`[${from.join(', ')}] does not go into its shape [${wanted.join(', ')}]`, 'run it with inputs of the sizes that the model was made for');
  return sizes;
}

function flattenTo(call: Call, shape: Shape): number[] {
  const axis = call.attrs.int('axis', 1);
  const at = axis < 0 ? axis + shape.length : axis;
  return [sizeOf(shape.slice(0, at)), sizeOf(shape.slice(at))];
}

/** Axes as an attribute until opset 12, as an input from 13 on. */
const axesGiven = (call: Call): readonly number[] | null => (call.has(1) ? call.ints(1) : call.attrs.ints('axes', null));

function squeezeTo(call: Call, shape: Shape): number[] {
  const given = axesGiven(call);
  const axes = given ? axesOf(call, given, shape.length) : shape.flatMap((size, axis) => (size === 1 ? [axis] : []));
  return shape.filter((_, axis) => !axes.includes(axis));
}

function unsqueezeTo(call: Call, shape: Shape): number[] {
  const given = axesGiven(call) ?? call.refuse('it has no axes', 'check the model with `onnx.checker`');
  const axes = axesOf(call, given, shape.length + given.length);
  const rest = [...shape];
  return Array.from({ length: shape.length + given.length }, (_, axis) => (axes.includes(axis) ? 1 : rest.shift()!));
}

/** An op that only gives the elements another shape. */
const toShape = (attributes: readonly string[], shapeOf: (call: Call, shape: Shape) => number[]) => ({
  attributes,
  knownInputs: [1],
  fold: (call: Call, [x]: readonly HostArray[]) => reshaped(x!, shapeOf(call, x!.shape)),
  run: (call: Call) => u.reshape(call.tensor(0), shapeOf(call, call.value(0).shape)),
});

const permOf = (call: Call, rank: number): readonly number[] => call.attrs.ints('perm', null) ?? Array.from({ length: rank }, (_, axis) => rank - 1 - axis);

interface Cut {
  readonly begin: number[];
  readonly size: number[];
  readonly strides: number[];
}

/** Where a slice begins, how long it is and by which steps it goes, along every axis; ends may lie far outside. */
function cutOf(call: Call, shape: Shape): Cut {
  const isOld = call.opset < 10;
  const starts = isOld ? (call.attrs.ints('starts', null) ?? []) : call.ints(1);
  const ends = isOld ? (call.attrs.ints('ends', null) ?? []) : call.ints(2);
  const axes = axesOf(call, (isOld ? call.attrs.ints('axes', null) : call.has(3) ? call.ints(3) : null) ?? starts.map((_, axis) => axis), shape.length);
  const steps = !isOld && call.has(4) ? call.ints(4) : starts.map(() => 1);
  const cut: Cut = { begin: shape.map(() => 0), size: [...shape], strides: shape.map(() => 1) };
  axes.forEach((axis, i) => {
    const length = shape[axis]!;
    const step = steps[i]!;
    if (step === 0) call.refuse('it has a step of 0', 'check the model with `onnx.checker`');
    const from = starts[i]! < 0 ? starts[i]! + length : starts[i]!;
    const to = ends[i]! < 0 ? ends[i]! + length : ends[i]!;
    const begin = step > 0 ? Math.min(Math.max(from, 0), length) : Math.min(Math.max(from, -1), length - 1);
    const end = step > 0 ? Math.min(Math.max(to, 0), length) : Math.min(Math.max(to, -1), length - 1);
    cut.begin[axis] = begin;
    cut.size[axis] = Math.max(0, Math.ceil((end - begin) / step));
    cut.strides[axis] = step;
  });
  return cut;
}

function sliceTensor(x: Tensor, { begin, size, strides }: Cut): Tensor {
  if (size.includes(0)) return u.zeros(size, x.dtype);
  const backwards = strides.flatMap((step, axis) => (step < 0 ? [axis] : []));
  if (backwards.length === 0) return u.stridedSlice(x, begin, begin.map((at, axis) => at + (size[axis]! - 1) * strides[axis]! + 1), strides);
  // Forwards over the same elements, then turned around.
  const lowest = begin.map((at, axis) => (strides[axis]! < 0 ? at + (size[axis]! - 1) * strides[axis]! : at));
  return u.flip(u.stridedSlice(x, lowest, lowest.map((at, axis) => at + (size[axis]! - 1) * Math.abs(strides[axis]!) + 1), strides.map(Math.abs)), backwards);
}

const padModes: Readonly<Record<string, PadMode>> = { constant: 'constant', reflect: 'reflect', edge: 'edge', wrap: 'wrap' };

/** Amounts as an attribute until opset 10, as an input from 11 on; negative ones cut. */
function padTensor(call: Call): Tensor {
  const { attrs } = call;
  const x = call.tensor(0);
  const name = attrs.text('mode', 'constant');
  const mode = padModes[name] ?? call.refuse(`its \`mode\` is ${JSON.stringify(name)}`, 'use constant, reflect, edge or wrap');
  const amounts = call.has(1) ? call.ints(1) : (attrs.ints('pads', null) ?? call.refuse('it has no `pads`', 'check the model with `onnx.checker`'));
  const axes = call.has(3) ? axesOf(call, call.ints(3), x.rank) : x.shape.map((_, axis) => axis);
  if (amounts.length !== 2 * axes.length) call.refuse(`it has ${amounts.length} amounts for ${axes.length} axes`, 'give one before and one after each axis');
  const paddings = x.shape.map(() => [0, 0] as [number, number]);
  axes.forEach((axis, i) => (paddings[axis] = [amounts[i]!, amounts[axes.length + i]!]));
  const value = call.has(2) && call.value(2).shape.every((size) => size === 1) ? call.host(2).data[0]! : attrs.float('value', 0);
  const begin = paddings.map(([before]) => Math.max(0, -before));
  const size = x.shape.map((length, axis) => length - begin[axis]! - Math.max(0, -paddings[axis]![1]));
  if (size.some((length) => length < 0)) call.refuse(`it cuts [${paddings.map(([before, after]) => `[${before}, ${after}]`).join(', ')}] from [${x.shape.join(', ')}]`, 'run it with larger inputs');
  const cut = size.every((length, axis) => length === x.shape[axis]) ? x : u.slice(x, begin, size);
  const more = paddings.map(([before, after]) => [Math.max(0, before), Math.max(0, after)] as const);
  return more.every(([before, after]) => before + after === 0) ? cut : u.pad(cut, more, mode === 'constant' ? { mode, value } : { mode });
}

/** Parts of given sizes (an attribute until opset 12, an input later), or as many as there are outputs. */
function splitTensor(call: Call): readonly Tensor[] {
  const x = call.tensor(0);
  const axis = axisOf(call, call.attrs.int('axis', 0), x.rank);
  const length = x.shape[axis]!;
  const count = call.attrs.int('num_outputs', call.outputs);
  const each = Math.ceil(length / count);
  const sizes = (call.has(1) ? call.ints(1) : call.attrs.ints('split', null)) ?? Array.from({ length: count }, (_, i) => Math.min(each, length - i * each));
  return u.split(x, sizes, axis);
}

/** As numpy broadcasts: a 1 in the wanted shape keeps what is there. */
function expandTo(call: Call, from: Shape): Shape {
  const wanted = call.ints(1);
  return u.broadcastShapes(from, wanted) ?? call.refuse(`[${from.join(', ')}] does not broadcast with [${wanted.join(', ')}]`, 'check the model with `onnx.checker`');
}

/** Blocks of channels as pixels: depth first (DCR), or column and row first (CRD). */
function depthToSpace(call: Call): Tensor {
  const x = call.tensor(0);
  const block = call.attrs.int('blocksize', 0);
  const [n, c, h, w] = x.shape as readonly [number, number, number, number];
  const depth = c / (block * block);
  if (x.rank !== 4 || !Number.isInteger(depth)) call.refuse(`${c} channels do not make blocks of ${block} x ${block}`, 'check the model with `onnx.checker`');
  const isCrd = call.attrs.text('mode', 'DCR') === 'CRD';
  const parts = u.reshape(x, isCrd ? [n, depth, block, block, h, w] : [n, block, block, depth, h, w]);
  return u.reshape(u.transpose(parts, isCrd ? [0, 1, 4, 2, 5, 3] : [0, 3, 4, 1, 5, 2]), [n, depth, h * block, w * block]);
}

function spaceToDepth(call: Call): Tensor {
  const x = call.tensor(0);
  const block = call.attrs.int('blocksize', 0);
  const [n, c, h, w] = x.shape as readonly [number, number, number, number];
  if (x.rank !== 4 || h % block !== 0 || w % block !== 0) call.refuse(`[${x.shape.join(', ')}] has no whole blocks of ${block} x ${block}`, 'check the model with `onnx.checker`');
  return u.reshape(u.transpose(u.reshape(x, [n, c, h / block, block, w / block, block]), [0, 3, 5, 1, 2, 4]), [n, c * block * block, h / block, w / block]);
}

/** The part of a shape between `start` and `end`. */
function shapeOf(call: Call): Result {
  const { shape } = call.value(0);
  const end = call.attrs.int('end', null);
  return hostInts(shape.slice(call.attrs.int('start', 0), end ?? undefined));
}

export const shapeOps: OnnxOps = {
  Reshape: toShape(['allowzero'], reshapeTo),
  Flatten: toShape(['axis'], flattenTo),
  Squeeze: toShape(['axes'], squeezeTo),
  Unsqueeze: toShape(['axes'], unsqueezeTo),
  Shape: { attributes: ['start', 'end'], readsShapes: true, run: shapeOf },
  Size: { attributes: [], readsShapes: true, run: (call) => hostArray('int32', [], [sizeOf(call.value(0).shape)]) },
  Transpose: { attributes: ['perm'], fold: (call, [x]) => transposed(x!, permOf(call, x!.shape.length)), run: (call) => u.transpose(call.tensor(0), [...permOf(call, call.value(0).shape.length)]) },
  Slice: {
    attributes: ['axes', 'ends', 'starts'],
    knownInputs: [1, 2, 3, 4],
    fold: (call, [x]) => {
      const { begin, size, strides } = cutOf(call, x!.shape);
      const own = stridesOf(x!.shape);
      return strided(x!, size, own.map((stride, axis) => stride * strides[axis]!), begin.reduce((sum, at, axis) => sum + at * own[axis]!, 0));
    },
    run: (call) => sliceTensor(call.tensor(0), cutOf(call, call.value(0).shape)),
  },
  Concat: {
    attributes: ['axis'],
    fold: (call, inputs) => concatHost(inputs, axisOf(call, call.attrs.int('axis', 1), inputs[0]!.shape.length)),
    run: (call) => u.concat(call.tensors(), axisOf(call, call.attrs.int('axis', 1), call.value(0).shape.length)),
  },
  Split: { attributes: ['axis', 'num_outputs', 'split'], knownInputs: [1], run: splitTensor },
  Pad: { attributes: ['mode', 'pads', 'value'], knownInputs: [1, 2, 3], run: padTensor },
  Expand: {
    attributes: [],
    knownInputs: [1],
    since: 8,
    fold: (call, [x]) => strided(x!, expandTo(call, x!.shape), u.broadcastStrides(x!.shape, expandTo(call, x!.shape))),
    run: (call) => u.broadcastTo(call.tensor(0), expandTo(call, call.value(0).shape)),
  },
  Tile: { attributes: [], knownInputs: [1], run: (call) => u.tile(call.tensor(0), call.ints(1)) },
  DepthToSpace: { attributes: ['blocksize', 'mode'], run: depthToSpace },
  SpaceToDepth: { attributes: ['blocksize'], run: spaceToDepth },
};
