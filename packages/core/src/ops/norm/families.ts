import type { Kernel } from '../../backend/kernel.js';
import { refuseArgument, refuseShape } from '../../errors/refuse.js';
import { defineOp, type OpDef } from '../../expr/op-def.js';
import { scalarOf, toTensor, type TensorLike } from '../../tensor/operand.js';
import type { Tensor } from '../../tensor/tensor.js';
import { broadcastShapes, formatShape, sameShape, sizeOf, type Shape } from '../../types/shape.js';
import type { TensorType } from '../../types/tensor-type.js';
import { checkAxis, checkFinite } from '../check.js';
import { checkOptions } from '../checked.js';
import { cast } from '../elementwise/cast.js';
import { requireFloat, type MemberSpec } from '../elementwise/families.js';

export type AxisAttrs = { axis: number };

export interface AxisOptions {
  /** The axis of the classes, a negative one counted from the end. Default: -1. */
  readonly axis?: number;
}

/** An op that works on each line along an axis: three passes over float32. */
export const alongAxis = (spec: MemberSpec<AxisAttrs>): OpDef<AxisAttrs> =>
  defineOp({ ...spec, args: ['x'], infer: ([x]) => requireFloat('x', x!), flops: ([x]) => 3 * sizeOf(x!.shape) });

/** The arguments of such an op, checked. */
export function axisArguments(op: string, x: TensorLike, options: AxisOptions): { tensor: Tensor; attrs: AxisAttrs } {
  checkOptions(op, options, ['axis']);
  const tensor = cast(toTensor(x, op, 'x'), 'float32');
  return { tensor, attrs: { axis: checkAxis(op, 'axis', options.axis ?? -1, tensor.rank) } };
}

/** A kernel over lines along an axis: `line` gets the element count, a reader and a writer. */
export function lineKernel(line: (size: number, read: (k: number) => number, write: (k: number, value: number) => void) => void): Kernel<AxisAttrs> {
  return ({ attrs, inputs, output }) => {
    const { data, type } = inputs[0]!;
    const size = type.shape[attrs.axis]!;
    const inner = sizeOf(type.shape.slice(attrs.axis + 1));
    const lines = size === 0 ? 0 : data.length / size;
    for (let i = 0; i < lines; i++) {
      const start = Math.floor(i / inner) * size * inner + (i % inner);
      line(size, (k) => data[start + k * inner]!, (k, value) => void (output.data[start + k * inner] = value));
    }
  };
}

/** A parameter of a normalisation as float32; a number where it is absent. */
export const parameter = (op: string, name: string, value: TensorLike | undefined, absent: number): Tensor =>
  value === undefined ? scalarOf(absent, 'float32') : cast(toTensor(value, op, name), 'float32');

/** Refuses a parameter that would make the result larger than `x`. */
export function requireFits(parameters: readonly TensorType[], names: readonly string[], shape: Shape): void {
  for (const [i, { shape: own }] of parameters.entries()) {
    const joint = broadcastShapes(own, shape);
    if (joint && sameShape(joint, shape)) continue;
    throw refuseShape(names[i]!, `${formatShape(own)} does not broadcast to ${formatShape(shape)}.`, 'pass one number a channel, channels being the last axis, or a shape that broadcasts to that of `x` ([C, 1, 1] for NCHW).');
  }
}

export function checkEpsilon(op: string, epsilon: unknown): asserts epsilon is number {
  checkFinite(op, 'epsilon', epsilon);
  if (epsilon < 0) throw refuseArgument('epsilon', `${epsilon} is negative.`, 'pass a small number from 0.');
}
