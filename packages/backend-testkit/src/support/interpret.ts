import { allocate, sizeOf, tensor, type Tensor, type TypedArray } from '@unfoldjs/core';
import { primitiveKernelOf } from './call.js';
import { fail } from './fail.js';

type Expr = Tensor['expr'];

/**
 * The elements of tensors, computed the plainest way: operands before users, every primitive by its reference kernel, everything
 * else by its decomposition. No optimizer, no planner, no backend.
 */
export function interpret(outputs: readonly Tensor[]): TypedArray[] {
  const roots = outputs.map(({ expr }) => expr);
  const values = new Map<Expr, TypedArray>();
  for (const expr of operandsFirst(roots)) values.set(expr, valueOf(expr, expr.inputs.map((input) => values.get(input)!)));
  return roots.map((root) => values.get(root)!);
}

function valueOf({ op, attrs, type, inputs, storage }: Expr, operands: readonly TypedArray[]): TypedArray {
  if (storage) return storage.host ?? fail('the interpreter reads host data only');
  if (op.isView) return operands[0]!;
  if (op.isLeaf) return constantOf(op.name, attrs, type);
  const output = allocate(type.dtype, sizeOf(type.shape));
  if (op.isPrimitive) {
    const tensors = inputs.map((input, i) => ({ type: input.type, data: operands[i]! }));
    primitiveKernelOf(op.name)({ op, attrs, inputs: tensors, output: { type, data: output } });
    return output;
  }
  const tensors = inputs.map((input, i) => tensor(operands[i]!, input.type.shape, input.type.dtype));
  return interpret([op.decompose(tensors, attrs, type) ?? fail(`${op.name} has no decomposition`)])[0]!;
}

/** The constants that ops make for themselves. */
function constantOf(name: string, attrs: Expr['attrs'], { dtype, shape }: Expr['type']): TypedArray {
  const data = allocate(dtype, sizeOf(shape));
  if (name === 'scalar') data[0] = attrs.value as number;
  else if (name === 'literal') data.set(attrs.values as number[]);
  else if (name === 'range') data.forEach((_, i) => (data[i] = (attrs.start as number) + i * (attrs.step as number)));
  else fail(`the interpreter knows no leaf ${name}`);
  return data;
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
