import { bytesPerElement, sizeOf, stridesOf, type Step } from '@unfoldjs/core';
import { strided } from '../elementwise/strided.js';
import { fill } from './fill.js';
import { operand, output, type Call, type Lowered } from '../plan/lowered.js';

/** One operand's elements, or a part of them, copied to a part of the result. */
interface Copy {
  readonly shape: readonly number[];
  readonly operand: number;
  readonly from: { readonly offset: number; readonly strides: readonly number[] };
  readonly to: { readonly offset: number; readonly strides: readonly number[] };
}

const dot = (a: readonly number[], b: readonly number[]): number => a.reduce((sum, value, i) => sum + value * b[i]!, 0);

/** What each op of movement copies; null for a call that it has no copies for. */
const movements: Readonly<Record<string, (step: Step) => readonly Copy[]>> = {
  transpose: ({ attrs, inputs: [x], type }) => {
    const strides = stridesOf(x!.type.shape);
    return [whole(type.shape, { offset: 0, strides: (attrs.perm as readonly number[]).map((axis) => strides[axis]!) })];
  },
  broadcast: ({ inputs: [x], type }) => {
    const { shape } = x!.type;
    const own = stridesOf(shape);
    const lead = type.shape.length - shape.length;
    return [whole(type.shape, { offset: 0, strides: type.shape.map((_, axis) => (axis < lead || shape[axis - lead] === 1 ? 0 : own[axis - lead]!)) })];
  },
  slice: ({ attrs, inputs: [x], type }) => {
    const own = stridesOf(x!.type.shape);
    const steps = attrs.strides as readonly number[];
    return [whole(type.shape, { offset: dot(attrs.begin as readonly number[], own), strides: own.map((stride, axis) => stride * steps[axis]!) })];
  },
  reverse: ({ attrs, inputs: [x], type }) => {
    const own = stridesOf(x!.type.shape);
    const axes = attrs.axes as readonly number[];
    const offset = axes.reduce((sum, axis) => sum + own[axis]! * (type.shape[axis]! - 1), 0);
    return [whole(type.shape, { offset, strides: own.map((stride, axis) => (axes.includes(axis) ? -stride : stride)) })];
  },
  pad: ({ attrs, inputs: [x], type }) => {
    const strides = stridesOf(type.shape);
    const before = (attrs.paddings as readonly (readonly [number, number])[]).map(([count]) => count);
    return [{ shape: x!.type.shape, operand: 0, from: { offset: 0, strides: stridesOf(x!.type.shape) }, to: { offset: dot(before, strides), strides } }];
  },
  concat: ({ attrs, inputs, type }) => {
    const strides = stridesOf(type.shape);
    let at = 0;
    return inputs.map((input, index) => {
      const { shape } = input.type;
      const copy = { shape, operand: index, from: { offset: 0, strides: stridesOf(shape) }, to: { offset: at * strides[attrs.axis as number]!, strides } };
      at += shape[attrs.axis as number]!;
      return copy;
    });
  },
};

function whole(shape: readonly number[], from: Copy['from']): Copy {
  return { shape, operand: 0, from, to: { offset: 0, strides: stridesOf(shape) } };
}

/** Ops that move elements and compute nothing. */
export function movement(step: Step): Lowered | null {
  const copiesOf = movements[step.op.name];
  if (!copiesOf) return null;
  const { dtype } = step.type;
  const size = sizeOf(step.type.shape);
  const calls: Call[] = [];
  if (step.op.name === 'pad') {
    calls.push({ ...fill(dtype, size, step.attrs.value as number), places: [output()] });
  }
  for (const { shape, operand: index, from, to } of copiesOf(step)) {
    if (sizeOf(shape) === 0) continue;
    const copy = strided({ shape, inputs: [{ dtype, strides: from.strides }], output: { dtype, strides: to.strides }, body: [] });
    const bytes = bytesPerElement[dtype];
    calls.push({ ...copy, places: [operand(index, bytes * from.offset), output(bytes * to.offset)] });
  }
  return { kernel: 'copy, v128', reason: 'four elements at a time', calls, scratchBytes: 0, kept: [] };
}
