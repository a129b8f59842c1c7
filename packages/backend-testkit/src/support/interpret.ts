import { allocate, sizeOf, Tensor, type TypedArray } from '@unfoldjs/core';
import type { Kernel } from '@unfoldjs/core/reference';
import { primitiveKernelOf } from './call.js';
import { fail } from './fail.js';

type Expr = Tensor['expr'];

/** As backends store numbers, or with doubles in place of float32. */
export type Precision = 'float32' | 'float64';

/** Kernels of primitives from outside of the core, by name. */
export type OwnKernels = Readonly<Record<string, Kernel>>;

/**
 * The elements of tensors, computed the plainest way: operands before users, every primitive by its reference kernel, everything
 * else by its decomposition. No optimizer, no planner, no backend.
 */
export function interpret(outputs: readonly Tensor[], precision: Precision = 'float32', own: OwnKernels = {}): TypedArray[] {
  const values = new Map<Expr, TypedArray>();
  return outputs.map(({ expr }) => evaluate(expr, values, precision, own));
}

/** Recursive only in definitions, which are a handful of levels deep. */
function evaluate(root: Expr, values: Map<Expr, TypedArray>, precision: Precision, own: OwnKernels): TypedArray {
  for (const expr of operandsFirst([root])) if (!values.has(expr)) values.set(expr, valueOf(expr, values, precision, own));
  return values.get(root)!;
}

function valueOf({ op, attrs, type, inputs, storage }: Expr, values: Map<Expr, TypedArray>, precision: Precision, own: OwnKernels): TypedArray {
  const fresh = (): TypedArray => (precision === 'float64' && type.dtype === 'float32' ? new Float64Array(sizeOf(type.shape)) : allocate(type.dtype, sizeOf(type.shape)));
  const filled = (elements: ArrayLike<number>): TypedArray => {
    const data = fresh();
    data.set(elements);
    return data;
  };
  if (storage) return filled(storage.host ?? fail('the interpreter reads host data only'));
  if (op.isView) return values.get(inputs[0]!)!;
  if (op.isLeaf) return filled(constantOf(op.name, attrs, type));
  if (!op.isPrimitive) return evaluate((op.decompose(inputs.map((input) => new Tensor(input)), attrs, type) ?? fail(`${op.name} has no decomposition`)).expr, values, precision, own);
  const output = fresh();
  const tensors = inputs.map((input) => ({ type: input.type, data: values.get(input)! }));
  (own[op.name] ?? primitiveKernelOf(op.name))({ op, attrs, inputs: tensors, output: { type, data: output } });
  return output;
}

/** The constants that ops make for themselves. */
function constantOf(name: string, attrs: Expr['attrs'], { shape }: Expr['type']): readonly number[] {
  if (name === 'scalar') return [attrs.value as number];
  if (name === 'literal') return attrs.values as number[];
  if (name === 'range') return Array.from({ length: sizeOf(shape) }, (_, i) => (attrs.start as number) + i * (attrs.step as number));
  return fail(`the interpreter knows no leaf ${name}`);
}

/** Iterative: depth costs no stack. */
function operandsFirst(roots: readonly Expr[]): Expr[] {
  const order: Expr[] = [];
  const seen = new Set<Expr>();
  const stack: { expr: Expr; next: number }[] = [];
  const open = (expr: Expr): void => {
    if (seen.has(expr)) return;
    seen.add(expr);
    stack.push({ expr, next: 0 });
  };
  for (const root of roots) {
    open(root);
    while (stack.length > 0) {
      const top = stack[stack.length - 1]!;
      const input = top.expr.inputs[top.next++];
      if (input) open(input);
      else order.push(stack.pop()!.expr);
    }
  }
  return order;
}
