import { badArgument } from '../errors/unfold-error.js';
import type { Attrs } from '../expr/attrs.js';
import { noAttrs } from '../expr/attrs.js';
import { makeExpr } from '../expr/expr.js';
import { literalOp, scalarOp } from '../expr/leaves.js';
import { OpDef } from '../expr/op-def.js';
import { tensor } from '../ops/create/tensor.js';
import { arithmetic, promote, type DType } from '../types/dtype.js';
import type { Shape } from '../types/shape.js';
import { describe, type NestedArray } from './nested.js';
import { Tensor } from './tensor.js';

/** What operations take: a tensor, a number or boolean (which takes the dtype of the other operand), or nested arrays of them. */
export type TensorLike = Tensor | NestedArray;

/** The result of an op on tensors that already have the right dtypes. @throws {UnfoldError} INVALID_ARGUMENT for something that is no op, or no tensors; whatever the op refuses. */
export function apply<A extends Attrs>(op: OpDef<A>, inputs: readonly Tensor[], attrs: A | typeof noAttrs = noAttrs): Tensor {
  if (!(op instanceof OpDef)) throw badArgument('apply', 'op', `${describe(op)} is not an op.`, 'pass what `defineOp` returned.');
  if (!Array.isArray(inputs) || !inputs.every((input) => input instanceof Tensor)) throw badArgument('apply', 'inputs', `${describe(inputs)} is not a list of tensors.`, 'pass an array of tensors, of `toTensor` where they may be numbers.');
  return new Tensor(makeExpr(op, inputs.map((input) => input.expr), attrs));
}

/** A number as part of the program. */
export const scalarOf = (value: number, dtype: DType): Tensor => new Tensor(makeExpr(scalarOp, [], { value: dtype === 'float32' ? value : Math.trunc(value), dtype }));

/** A small table as part of the program: indices, weights, counts that an op works out from sizes. */
export const literalTensor = (values: readonly number[], shape: Shape, dtype: DType): Tensor =>
  new Tensor(makeExpr(literalOp, [], { values: [...values], shape: [...shape], dtype }));

/**
 * An argument of an operation as a tensor. Lone numbers become float32 and lone booleans bool.
 *
 * @throws {UnfoldError} INVALID_ARGUMENT where it is nothing that can be a tensor.
 */
export function toTensor(value: TensorLike, op: string, argument: string): Tensor {
  if (value instanceof Tensor) return value;
  if (typeof value === 'number') return scalarOf(value, 'float32');
  if (typeof value === 'boolean') return scalarOf(Number(value), 'bool');
  if (Array.isArray(value)) return tensor(value as NestedArray);
  if (typeof (value as { then?: unknown } | null | undefined)?.then === 'function') {
    throw badArgument(op, argument, 'it is a promise of a value, not a tensor.', '`await` it first; better, keep to tensors: they need no reading.');
  }
  throw badArgument(op, argument, `${describe(value)} is not a tensor.`, `pass a tensor, a number or nested arrays of numbers as \`${argument}\`.`);
}

/** Converts to `dtype` where needed. */
export type Cast = (x: Tensor, dtype: DType) => Tensor;

/** The usual case, told apart early: this is on the path of every op. */
function sameTensorDType(values: readonly TensorLike[]): values is [Tensor, ...Tensor[]] {
  const [first] = values;
  if (!(first instanceof Tensor)) return false;
  for (const value of values) if (!(value instanceof Tensor) || value.dtype !== first.dtype) return false;
  return true;
}

/**
 * The operands of an elementwise op brought to one dtype: tensors promote bool < int32 < float32, a JavaScript number takes the
 * dtype of the tensors. With `arithmeticOnly`, bool becomes int32.
 *
 * @throws {UnfoldError} INVALID_ARGUMENT for a fraction beside int32 tensors.
 */
export function toCommonDType(values: readonly TensorLike[], op: Pick<OpDef, 'name' | 'argName'>, cast: Cast, { arithmeticOnly = false } = {}): Tensor[] {
  if (sameTensorDType(values) && !(arithmeticOnly && values[0].dtype === 'bool')) return values;
  const tensors = values.map((value, i) => (typeof value === 'number' || typeof value === 'boolean' ? value : toTensor(value, op.name, op.argName(i))));
  let dtype: DType | null = null;
  for (const x of tensors) if (x instanceof Tensor) dtype = dtype === null ? x.dtype : promote(dtype, x.dtype);
  const onlyNumbers = dtype === null;
  dtype ??= values.every((value) => typeof value === 'boolean') ? 'bool' : 'float32';
  if (arithmeticOnly) dtype = arithmetic(dtype);
  if (dtype === 'bool' && tensors.some((x) => typeof x === 'number')) dtype = 'int32';
  const common = dtype;
  return tensors.map((x, i) => {
    if (x instanceof Tensor) return x.dtype === common ? x : cast(x, common);
    const value = Number(x);
    if (common === 'int32' && !onlyNumbers && (!Number.isInteger(value) || value !== (value | 0))) {
      throw badArgument(
        op.name,
        op.argName(i),
        `${value} is not an int32 number, and the other operand is int32.`,
        "use a whole number, or cast the tensor first: `x.cast('float32')`.",
      );
    }
    return scalarOf(value, common);
  });
}
