import { sizeOf } from '@unfoldjs/core';
import { hostArray, hostInts, type HostArray } from '../model/host-array.js';
import { hostArrayOf } from '../model/tensor-proto.js';
import type { Call } from '../run/call.js';
import type { OnnxOps } from './onnx-op.js';

const refuseExternal = (call: Call) => (): never => call.refuse('its elements lie outside of the file', 'make it an initialiser');

/** A tensor, or one of the short forms of numbers. */
export function constantOf(call: Call): HostArray {
  const { attrs } = call;
  const value = attrs.tensor('value');
  if (value) return hostArrayOf(value, refuseExternal(call));
  const float = attrs.float('value_float', null);
  if (float !== null) return hostArray('float32', [], [float]);
  const int = attrs.int('value_int', null);
  if (int !== null) return hostArray('int32', [], [int]);
  const floats = attrs.floats('value_floats', null);
  if (floats !== null) return hostArray('float32', [floats.length], Float32Array.from(floats));
  const ints = attrs.ints('value_ints', null);
  if (ints !== null) return hostInts(ints);
  return call.refuse(`it has no value that is read (${attrs.names.join(', ')})`, 'use a dense tensor of numbers');
}

/** Elements of the largest constant that is filled before anything runs. */
const mostFilled = 2 ** 24;

function constantOfShape(call: Call): HostArray {
  const shape = call.ints(0);
  const proto = call.attrs.tensor('value');
  const value = proto ? hostArrayOf(proto, refuseExternal(call)) : hostArray('float32', [1], [0]);
  const size = sizeOf(shape);
  if (shape.some((dim) => dim < 0) || size > mostFilled) call.refuse(`its shape is [${shape.join(', ')}]`, `use sizes from 0, with ${mostFilled} elements at most`);
  const fill = value.data[0]!;
  return hostArray(value.dtype, shape, value.dtype === 'float32' ? new Float32Array(size).fill(fill) : new Float64Array(size).fill(fill));
}

export const constantOps: OnnxOps = {
  Constant: { attributes: ['value', 'value_float', 'value_floats', 'value_int', 'value_ints', 'value_string', 'value_strings', 'sparse_value'], run: constantOf },
  ConstantOfShape: { attributes: ['value'], knownInputs: [0], since: 9, run: constantOfShape },
};
