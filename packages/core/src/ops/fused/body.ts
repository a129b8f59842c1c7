import { Refusal, refuseArgument } from '../../errors/refuse.js';
import type { Attrs } from '../../expr/attrs.js';
import type { OpDef } from '../../expr/op-def.js';
import { apply, scalarOf } from '../../tensor/operand.js';
import type { Tensor } from '../../tensor/tensor.js';
import type { DType } from '../../types/dtype.js';
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

/** A body made ready to compute one element: write the operands to the first registers, then call `run`. */
export interface BodyCode {
  readonly registers: Float64Array;
  run(): number;
}

/** `isDouble`: float32 tensors are kept in doubles, so that nothing is rounded. */
export function compileBody(body: ElementwiseBody, inputDTypes: readonly DType[], isDouble: boolean): BodyCode {
  const round: Record<DType, (value: number) => number> = {
    float32: isDouble ? (value) => value : Math.fround,
    int32: (value) => value | 0,
    bool: (value) => value & 255,
  };
  const first = inputDTypes.length;
  const numbers = body.flatMap(({ args }) => args.filter((arg) => 'value' in arg));
  const registers = new Float64Array(first + body.length + numbers.length);
  numbers.forEach(({ value, dtype }, i) => (registers[first + body.length + i] = round[dtype](value)));

  let nextNumber = first + body.length;
  const code = body.map(({ op, attrs, args, dtype }) => {
    const [a = 0, b = 0, c = 0] = args.map((arg) => ('value' in arg ? nextNumber++ : 'input' in arg ? arg.input : first + arg.step));
    const last = args[args.length - 1]!;
    const lastDType = 'value' in last ? last.dtype : 'input' in last ? inputDTypes[last.input]! : body[last.step]!.dtype;
    return { scalar: op.scalar!(attrs, lastDType), a, b, c, store: round[dtype] };
  });
  return {
    registers,
    run() {
      for (let i = 0; i < code.length; i++) {
        const { scalar, a, b, c, store } = code[i]!;
        registers[first + i] = store(scalar(registers[a]!, registers[b]!, registers[c]!));
      }
      return registers[first + code.length - 1]!;
    },
  };
}
