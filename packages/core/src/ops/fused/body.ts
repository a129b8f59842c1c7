import { Refusal, refuseArgument } from '../../errors/refuse.js';
import type { Attrs } from '../../expr/attrs.js';
import type { OpDef } from '../../expr/op-def.js';
import { apply, scalarOf } from '../../tensor/operand.js';
import type { Tensor } from '../../tensor/tensor.js';
import { allocate, type DType, type TypedArray } from '../../types/dtype.js';
import type { Shape } from '../../types/shape.js';
import type { TensorType } from '../../types/tensor-type.js';

/** What an instruction reads: an operand of the fused op, the result of an earlier instruction, or a number. */
export type BodyArg = { readonly input: number } | { readonly step: number } | { readonly value: number; readonly dtype: DType };

/** One elementwise op inside a fused one; `dtype` is that of its result. */
export type BodyStep = { readonly op: OpDef; readonly attrs: Attrs; readonly args: readonly BodyArg[]; readonly dtype: DType };

/**
 * Straight-line elementwise code; the last instruction is the result. Each result is rounded as an array of its dtype would
 * round it, so that fused and unfused agree bit for bit.
 */
export type ElementwiseBody = readonly BodyStep[];

/** The type of every instruction's result. Throws a refusal, under the name `argument`, for a body that means nothing. */
export function inferBody(body: ElementwiseBody, inputs: readonly TensorType[], argument: string): TensorType[] {
  const types: TensorType[] = [];
  for (const [at, { op, attrs, args, dtype }] of body.entries()) {
    const fault = (problem: string) => refuseArgument(argument, `instruction ${at} (${op.name}) ${problem}.`, 'build bodies from elementwise ops, each reading operands or earlier instructions.');
    if (!op.isElementwise) throw fault('is not elementwise');
    const operands = args.map((arg): TensorType => {
      if ('value' in arg) return { dtype: arg.dtype, shape: [] };
      const type = 'input' in arg ? inputs[arg.input] : types[arg.step];
      if (!type) throw fault('input' in arg ? `reads input ${arg.input} of ${inputs.length}` : `reads instruction ${arg.step}, which is not before it`);
      return type;
    });
    if (operands.length !== op.args.length) throw fault(`has ${operands.length} operands instead of ${op.args.length}`);
    const type = inferStep(op, operands, attrs, fault);
    if (type.dtype !== dtype) throw fault(`gives ${type.dtype} and says ${dtype}`);
    types.push(type);
  }
  return types;
}

function inferStep(op: OpDef, operands: readonly TensorType[], attrs: Attrs, fault: (problem: string) => Refusal): TensorType {
  try {
    return op.infer(operands, attrs);
  } catch (refusal) {
    if (refusal instanceof Refusal) throw fault(`is refused: ${refusal.problem}`);
    throw refusal;
  }
}

/** The body as the ops it stands for. */
export function applyBody(body: ElementwiseBody, inputs: readonly Tensor[]): Tensor {
  const results: Tensor[] = [];
  const tensorOf = (arg: BodyArg): Tensor => ('value' in arg ? scalarOf(arg.value, arg.dtype) : 'input' in arg ? inputs[arg.input]! : results[arg.step]!);
  for (const { op, attrs, args } of body) results.push(apply(op, args.map(tensorOf), attrs));
  return results[results.length - 1] ?? inputs[0]!;
}

/** Multiplications and additions of a body on operands of some types. */
export function bodyFlops(body: ElementwiseBody, inputs: readonly TensorType[]): number {
  const types = inferBody(body, inputs, 'body');
  const typeOf = (arg: BodyArg): TensorType => ('value' in arg ? { dtype: arg.dtype, shape: [] } : 'input' in arg ? inputs[arg.input]! : types[arg.step]!);
  return body.reduce((sum, { op, attrs, args }, at) => sum + op.flops(args.map(typeOf), attrs, types[at]!), 0);
}

/** A body made ready for runs of elements: write the operands to the first registers, `run`, read `result`. */
export interface BodyCode {
  /** One array an operand, each of the operand's dtype. */
  readonly operands: readonly TypedArray[];
  readonly result: TypedArray;
  /** Computes the first `count` elements. */
  run(count: number): void;
}

/**
 * Every register is an array of its dtype, `width` elements long, so that it rounds and wraps as the unfused result would.
 * `isDouble`: float32 tensors are kept in doubles.
 */
export function compileBody(body: ElementwiseBody, inputDTypes: readonly DType[], width: number, isDouble: boolean): BodyCode {
  const register = (dtype: DType): TypedArray => (isDouble && dtype === 'float32' ? new Float64Array(width) : allocate(dtype, width));
  const operands = inputDTypes.map(register);
  const results: TypedArray[] = [];
  const registerOf = (arg: BodyArg): TypedArray => ('value' in arg ? register(arg.dtype).fill(arg.value) : 'input' in arg ? operands[arg.input]! : results[arg.step]!);
  const dtypeOf = (arg: BodyArg): DType => ('value' in arg ? arg.dtype : 'input' in arg ? inputDTypes[arg.input]! : body[arg.step]!.dtype);

  const code = body.map(({ op, attrs, args, dtype }) => {
    const [a, b = a, c = a] = args.map(registerOf) as [TypedArray, TypedArray?, TypedArray?];
    const out = register(dtype);
    results.push(out);
    return { scalar: op.scalar!(attrs, dtypeOf(args[args.length - 1]!)), a, b, c, out };
  });
  return {
    operands,
    result: results[results.length - 1]!,
    run(count) {
      for (const { scalar, a, b, c, out } of code) {
        for (let i = 0; i < count; i++) out[i] = scalar(a[i]!, b[i]!, c[i]!);
      }
    },
  };
}

/** Where the element at a row-major `position` of `shape` lies in an operand with `strides`. */
export function offsetOf(position: number, shape: Shape, strides: readonly number[]): number {
  let offset = 0;
  for (let axis = shape.length - 1, rest = position; axis >= 0; axis--) {
    offset += (rest % shape[axis]!) * strides[axis]!;
    rest = Math.floor(rest / shape[axis]!);
  }
  return offset;
}

/** Fills a register with `count` elements from `offset`, `step` apart. */
export function load(register: TypedArray, data: TypedArray, offset: number, step: number, count: number): void {
  for (let i = 0; i < count; i++) register[i] = data[offset + i * step]!;
}
