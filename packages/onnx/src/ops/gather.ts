import * as u from '@unfoldjs/core';
import { sizeOf, stridesOf, type Shape, type Tensor } from '@unfoldjs/core';
import { hostArray } from '../model/host-array.js';
import type { Call } from '../run/call.js';
import { gatherHost } from './host-math.js';
import { axisOf, dtypeNamed, type OnnxOps } from './onnx-op.js';

/** Negative places count from the end. */
const fromStart = (indices: Tensor, length: number): Tensor => u.where(u.less(indices, 0), u.add(indices, length), indices);

const int32 = (x: Tensor): Tensor => (x.dtype === 'int32' ? x : u.cast(x, 'int32'));

/** Each element by an index of its own along one axis: taken from the flat tensor. */
function gatherElements(call: Call): Tensor {
  const x = call.tensor(0);
  const axis = axisOf(call, call.attrs.int('axis', 0), x.rank);
  const indices = fromStart(int32(call.tensor(1)), x.shape[axis]!);
  const strides = stridesOf(x.shape);
  const place = x.shape.reduce((sum: Tensor, _, at) => u.add(sum, u.mul(at === axis ? indices : countAlong(indices.shape, at), strides[at]!)), u.zeros(indices.shape, 'int32'));
  return u.gather(u.reshape(x, [x.size]), place);
}

/** 0, 1, 2... along an axis, to broadcast. */
const countAlong = (shape: Shape, axis: number): Tensor => u.reshape(u.arange(0, shape[axis]!, 1, 'int32'), shape.map((size, at) => (at === axis ? size : 1)));

/** The last axis of the indices is a place along the first axes of `x`. */
function gatherNd(call: Call): Tensor {
  const [x, indices] = [call.tensor(0), int32(call.tensor(1))];
  const batch = call.attrs.int('batch_dims', 0);
  const depth = indices.shape.at(-1)!;
  const along = x.shape.slice(batch, batch + depth);
  const inner = x.shape.slice(batch + depth);
  const strides = stridesOf(along);
  const parts = u.unstack(indices, indices.rank - 1);
  const place = parts.reduce((sum: Tensor, part, at) => u.add(sum, u.mul(fromStart(part, along[at]!), strides[at]!)), u.zeros(indices.shape.slice(0, -1), 'int32'));
  return u.gather(u.reshape(x, [...x.shape.slice(0, batch), sizeOf(along), ...inner]), place, { axis: batch, batchDims: batch });
}

function oneHot(call: Call): Tensor {
  const indices = int32(call.tensor(0));
  const depth = call.ints(1)[0]!;
  const values = call.host(2);
  const rank = indices.rank + 1;
  const axis = axisOf(call, call.attrs.int('axis', -1), rank);
  const hot = u.oneHot(fromStart(indices, depth), depth, { onValue: values.data[1]!, offValue: values.data[0]!, dtype: values.dtype });
  return axis === rank - 1 ? hot : u.transpose(hot, Array.from({ length: rank }, (_, at) => (at < axis ? at : at === axis ? rank - 1 : at - 1)));
}

/** The part of matrices above or below a diagonal; the rest is zero. */
function trilu(call: Call): Tensor {
  const x = call.tensor(0);
  const shift = call.has(1) ? call.ints(1)[0]! : 0;
  const [rows, columns] = x.shape.slice(-2) as [number, number];
  const isUpper = call.attrs.int('upper', 1) === 1;
  const kept = Uint8Array.from({ length: rows * columns }, (_, i) => {
    const distance = (i % columns) - Math.floor(i / columns);
    return Number(isUpper ? distance >= shift : distance <= shift);
  });
  return u.where(u.tensor(kept, [rows, columns], 'bool'), x, u.zeros([], x.dtype));
}

/** Of what is known: the places that are not zero, an axis a row. */
function nonZero(call: Call) {
  const { shape, data } = call.host(0);
  const strides = stridesOf(shape);
  const places = Array.from({ length: sizeOf(shape) }, (_, i) => i).filter((i) => data[i] !== 0);
  return hostArray('int32', [shape.length, places.length], shape.flatMap((size, axis) => places.map((place) => Math.floor(place / strides[axis]!) % size)));
}

function range(call: Call) {
  const [start, limit, delta] = [0, 1, 2].map((i) => call.host(i).data[0]!) as [number, number, number];
  const { dtype } = call.host(0);
  const count = Math.max(0, Math.ceil((limit - start) / delta));
  if (!Number.isFinite(count) || count > 2 ** 24) call.refuse(`it counts from ${start} to ${limit} by ${delta}`, 'check the model with `onnx.checker`');
  return hostArray(dtype, [count], Array.from({ length: count }, (_, i) => start + i * delta));
}

export const gatherOps: OnnxOps = {
  Gather: {
    attributes: ['axis'],
    fold: (call, [x, indices]) => gatherHost(x!, indices!, axisOf(call, call.attrs.int('axis', 0), x!.shape.length)),
    run: (call) => {
      const x = call.tensor(0);
      const axis = axisOf(call, call.attrs.int('axis', 0), x.rank);
      return u.gather(x, fromStart(int32(call.tensor(1)), x.shape[axis]!), { axis });
    },
  },
  GatherElements: { attributes: ['axis'], since: 11, run: gatherElements },
  GatherND: { attributes: ['batch_dims'], since: 11, run: gatherNd },
  OneHot: { attributes: ['axis'], knownInputs: [1, 2], since: 9, run: oneHot },
  Trilu: { attributes: ['upper'], knownInputs: [1], since: 14, run: trilu },
  NonZero: { attributes: [], knownInputs: [0], since: 9, run: nonZero },
  Range: { attributes: [], knownInputs: [0, 1, 2], since: 11, run: range },
  EyeLike: {
    attributes: ['dtype', 'k'],
    readsShapes: true,
    since: 9,
    run: (call) => {
      const [rows, columns] = call.value(0).shape as [number, number];
      const shift = call.attrs.int('k', 0);
      const dtype = call.attrs.has('dtype') ? dtypeNamed(call, 'dtype') : call.value(0).dtype;
      return hostArray(dtype, [rows, columns], Float32Array.from({ length: rows * columns }, (_, i) => Number((i % columns) - Math.floor(i / columns) === shift)));
    },
  },
};

