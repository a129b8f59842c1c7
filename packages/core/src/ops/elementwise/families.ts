import { refuseDType, refuseShape } from '../../errors/refuse.js';
import type { Attrs } from '../../expr/attrs.js';
import { defineOp, type Gradient, type OpDef, type OpSpec } from '../../expr/op-def.js';
import { apply, toCommonDType, toTensor, type TensorLike } from '../../tensor/operand.js';
import type { Tensor } from '../../tensor/tensor.js';
import type { DType } from '../../types/dtype.js';
import { broadcastShapes, formatShape, sizeOf, type Shape } from '../../types/shape.js';
import type { TensorType } from '../../types/tensor-type.js';
import { checkNumber } from '../check.js';
import { checkBoolean, checkOptions } from '../checked.js';
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

/** Of a function that is constant between its steps. */
export const zeroSlope: Gradient = () => [null];

const elementCount = (_inputs: readonly TensorType[], _attrs: Attrs, output: TensorType): number => sizeOf(output.shape);

const pair = ['a', 'b'];

/** The type itself, where it is float32. */
export function requireFloat(argument: string, type: TensorType): TensorType {
  if (type.dtype !== 'float32') throw refuseDType(argument, `it is ${type.dtype}.`, `cast it first: \`${argument}.cast('float32')\`.`);
  return type;
}

function uniformDType(inputs: readonly TensorType[]): DType {
  const dtype = inputs[0]!.dtype;
  if (inputs.some((input) => input.dtype !== dtype)) throw refuseDType('b', 'its dtype is not that of `a`.', 'cast one of them.');
  return dtype;
}

/** What is left to say of an op whose family says its arguments, its type and its cost. */
export type MemberSpec<A extends Attrs> = Omit<OpSpec<A>, 'args' | 'infer' | 'flops'>;

const elementwise = <A extends Attrs>(spec: MemberSpec<A>, args: readonly string[], infer: (inputs: readonly TensorType[]) => TensorType): OpDef<A> =>
  defineOp({ ...spec, args, infer, flops: elementCount });

/** A binary op whose result has the dtype of its operands. */
export const binaryArithmetic = <A extends Attrs>(spec: MemberSpec<A>): OpDef<A> =>
  elementwise(spec, pair, (inputs) => {
    const dtype = uniformDType(inputs);
    const shape = broadcastAll(inputs, pair);
    return shape === inputs[0]!.shape ? inputs[0]! : { dtype, shape };
  });

/** A comparison: bool. */
export const comparison = <A extends Attrs>(spec: MemberSpec<A>): OpDef<A> =>
  elementwise(spec, pair, (inputs) => (uniformDType(inputs), { dtype: 'bool', shape: broadcastAll(inputs, pair) }));

/** A unary op that keeps the dtype. */
export const unaryArithmetic = <A extends Attrs>(spec: MemberSpec<A>): OpDef<A> => elementwise(spec, ['x'], ([x]) => x!);

/** A unary op on float32. */
export const unaryFloat = <A extends Attrs>(spec: MemberSpec<A>): OpDef<A> => elementwise(spec, ['x'], ([x]) => requireFloat('x', x!));

/** A question about each float32: bool. */
export const predicate = <A extends Attrs>(spec: MemberSpec<A>): OpDef<A> =>
  elementwise(spec, ['x'], ([x]) => ({ dtype: 'bool', shape: requireFloat('x', x!).shape }));

const floatPair = <A extends Attrs>(spec: MemberSpec<A>, args: readonly [string, string]): OpDef<A> =>
  elementwise(spec, args, (inputs) => {
    inputs.forEach((input, i) => requireFloat(args[i]!, input));
    return { dtype: 'float32', shape: broadcastAll(inputs, args) };
  });

/** A binary op on float32. */
export const binaryFloat = <A extends Attrs>(spec: MemberSpec<A>): OpDef<A> => floatPair(spec, ['a', 'b']);

/** An op on float32 with a parameter for each element. */
export const activationFloat = <A extends Attrs>(spec: MemberSpec<A>): OpDef<A> => floatPair(spec, ['x', 'alpha']);

function boolShape(inputs: readonly TensorType[], args: readonly string[]): TensorType {
  const at = inputs.findIndex((input) => input.dtype !== 'bool');
  if (at >= 0) throw refuseDType(args[at]!, `it is ${inputs[at]!.dtype}, not bool.`, 'compare it with something, `x.notEqual(0)`, or cast it to bool.');
  return { dtype: 'bool', shape: broadcastAll(inputs, args) };
}

/** A binary op on bool. */
export const logical = <A extends Attrs>(spec: MemberSpec<A>): OpDef<A> => elementwise(spec, pair, (inputs) => boolShape(inputs, pair));

/** A unary op on bool. */
export const logicalUnary = <A extends Attrs>(spec: MemberSpec<A>): OpDef<A> => elementwise(spec, ['x'], (inputs) => boolShape(inputs, ['x']));

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

/**
 * The public function of a unary op on float32 with options: numbers and flags, whose defaults these are, and which are the op's
 * attributes.
 */
export const unaryWithOptions =
  <A extends Readonly<Record<string, number | boolean>>>(op: OpDef<A>, defaults: A): ((x: TensorLike, options?: Partial<A>) => Tensor) =>
  (x, options = {}) => {
    checkOptions(op.name, options, Object.keys(defaults));
    const attrs: Record<string, number | boolean> = { ...defaults };
    for (const [name, value] of Object.entries(options)) {
      if (value === undefined) continue;
      if (typeof defaults[name] === 'number') checkNumber(op.name, name, value);
      else checkBoolean(op.name, name, value);
      attrs[name] = value;
    }
    return apply(op, [cast(toTensor(x, op.name, 'x'), 'float32')], attrs as A);
  };

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
