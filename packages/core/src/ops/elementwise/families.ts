import { refuseDType, refuseShape } from '../../errors/refuse.js';
import type { Attrs } from '../../expr/attrs.js';
import type { OpDef } from '../../expr/op-def.js';
import { apply, toCommonDType, toTensor, type TensorLike } from '../../tensor/operand.js';
import type { Tensor } from '../../tensor/tensor.js';
import type { DType } from '../../types/dtype.js';
import { broadcastShapes, formatShape, sizeOf, type Shape } from '../../types/shape.js';
import type { TensorType } from '../../types/tensor-type.js';
import { cast } from './cast.js';

/** The shape that all operands broadcast to. Throws a refusal that names the first that does not fit. */
export function broadcastAll(inputs: readonly TensorType[], args: readonly string[]): Shape {
  let shape = inputs[0]!.shape;
  for (let i = 1; i < inputs.length; i++) {
    const next = broadcastShapes(shape, inputs[i]!.shape);
    if (next === null) {
      throw refuseShape(
        args[i] ?? 'operand',
        `${formatShape(inputs[i]!.shape)} does not broadcast with ${formatShape(shape)}.`,
        'make each axis, counted from the last, equal in size or 1 in one of them (use reshape or expandDims).',
      );
    }
    shape = next;
  }
  return shape;
}

const elementCount = (_inputs: readonly TensorType[], _attrs: Attrs, output: TensorType): number => sizeOf(output.shape);

function uniformDType(inputs: readonly TensorType[]): DType {
  const dtype = inputs[0]!.dtype;
  if (inputs.some((input) => input.dtype !== dtype)) throw refuseDType('b', 'its dtype is not that of `a`.', 'cast one of them.');
  return dtype;
}

/** `infer` and `flops` of a binary op whose result has the dtype of its operands. */
export const binaryArithmetic = {
  args: ['a', 'b'],
  infer: (inputs: readonly TensorType[]): TensorType => {
    const dtype = uniformDType(inputs);
    const shape = broadcastAll(inputs, ['a', 'b']);
    return shape === inputs[0]!.shape ? inputs[0]! : { dtype, shape };
  },
  flops: elementCount,
} as const;

/** `infer` and `flops` of a comparison: bool. */
export const comparison = {
  args: ['a', 'b'],
  infer: (inputs: readonly TensorType[]): TensorType => (uniformDType(inputs), { dtype: 'bool', shape: broadcastAll(inputs, ['a', 'b']) }),
  flops: elementCount,
} as const;

/** `infer` and `flops` of a unary op that keeps the dtype. */
export const unaryArithmetic = {
  args: ['x'],
  infer: ([x]: readonly TensorType[]): TensorType => x!,
  flops: elementCount,
} as const;

/** `infer` and `flops` of a unary op on float32. */
export const unaryFloat = {
  args: ['x'],
  infer: ([x]: readonly TensorType[]): TensorType => {
    if (x!.dtype !== 'float32') throw refuseDType('x', `it is ${x!.dtype}.`, "cast it first: `x.cast('float32')`.");
    return x!;
  },
  flops: elementCount,
} as const;

/** `infer` and `flops` of a question about each float32: bool. */
export const predicate = {
  args: ['x'],
  infer: (inputs: readonly TensorType[]): TensorType => ({ dtype: 'bool', shape: unaryFloat.infer(inputs).shape }),
  flops: elementCount,
} as const;

/** `args`, `infer` and `flops` of a binary op on float32. */
const floatPair = (args: readonly [string, string]) =>
  ({
    args,
    infer: (inputs: readonly TensorType[]): TensorType => {
      const at = inputs.findIndex(({ dtype }) => dtype !== 'float32');
      if (at >= 0) throw refuseDType(args[at]!, `it is ${inputs[at]!.dtype}.`, `cast it first: \`${args[at]}.cast('float32')\`.`);
      return { dtype: 'float32', shape: broadcastAll(inputs, args) };
    },
    flops: elementCount,
  }) as const;

export const binaryFloat = floatPair(['a', 'b']);
export const activationFloat = floatPair(['x', 'alpha']);

function boolShape(inputs: readonly TensorType[], args: readonly string[]): TensorType {
  const at = inputs.findIndex((input) => input.dtype !== 'bool');
  if (at >= 0) throw refuseDType(args[at]!, `it is ${inputs[at]!.dtype}, not bool.`, 'compare it with something, `x.notEqual(0)`, or cast it to bool.');
  return { dtype: 'bool', shape: broadcastAll(inputs, args) };
}

/** `infer` and `flops` of a binary op on bool. */
export const logical = {
  args: ['a', 'b'],
  infer: (inputs: readonly TensorType[]): TensorType => boolShape(inputs, ['a', 'b']),
  flops: elementCount,
} as const;

/** `infer` and `flops` of a unary op on bool. */
export const logicalUnary = {
  args: ['x'],
  infer: (inputs: readonly TensorType[]): TensorType => boolShape(inputs, ['x']),
  flops: elementCount,
} as const;

/** The public function of a binary arithmetic op: promotion, bool as int32, numbers as scalars. */
export const binary =
  (op: OpDef): ((a: TensorLike, b: TensorLike) => Tensor) =>
  (a, b) =>
    apply(op, toCommonDType([a, b], op, cast, { arithmeticOnly: true }));

/** The public function of a comparison: promotion; bool compares with bool. */
export const compare =
  (op: OpDef): ((a: TensorLike, b: TensorLike) => Tensor) =>
  (a, b) =>
    apply(op, toCommonDType([a, b], op, cast));

/** The public function of a unary op that takes every number: bool becomes int32. */
export const unary =
  (op: OpDef): ((x: TensorLike) => Tensor) =>
  (x) => {
    const tensor = toTensor(x, op.name, 'x');
    return apply(op, [tensor.dtype === 'bool' ? cast(tensor, 'int32') : tensor]);
  };

/** The public function of a unary op on float32: integers and booleans are converted, as TensorFlow.js does. */
export const unaryToFloat =
  (op: OpDef): ((x: TensorLike) => Tensor) =>
  (x) =>
    apply(op, [cast(toTensor(x, op.name, 'x'), 'float32')]);

/** The public function of a rounding op: float32 is rounded, int32 is whole already, bool becomes int32. */
export const rounding =
  (op: OpDef): ((x: TensorLike) => Tensor) =>
  (x) => {
    const tensor = toTensor(x, op.name, 'x');
    return tensor.dtype === 'float32' ? apply(op, [tensor]) : cast(tensor, 'int32');
  };

/** The public function of a binary op on float32: integers and booleans are converted. */
export const binaryToFloat =
  (op: OpDef): ((a: TensorLike, b: TensorLike) => Tensor) =>
  (a, b) =>
    apply(op, [cast(toTensor(a, op.name, op.argName(0)), 'float32'), cast(toTensor(b, op.name, op.argName(1)), 'float32')]);

/** The public function of a binary op on bool, which converts nothing. */
export const logic =
  (op: OpDef): ((a: TensorLike, b: TensorLike) => Tensor) =>
  (a, b) =>
    apply(op, [toTensor(a, op.name, 'a'), toTensor(b, op.name, 'b')]);
