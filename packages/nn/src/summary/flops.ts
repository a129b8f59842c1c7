import type { Tensor } from '@unfoldjs/core';

type Expr = Tensor['expr'];

/** Multiplications and additions between tensors, each counted as one, as the ops of the core tell them. Nothing is computed. */
export function flopsBetween(inputs: readonly Tensor[], output: Tensor): number {
  const seen = new Set<Expr>(inputs.map((input) => input.expr));
  const stack: Expr[] = [output.expr];
  let flops = 0;
  while (stack.length > 0) {
    const expr = stack.pop()!;
    if (seen.has(expr)) continue;
    seen.add(expr);
    flops += expr.op.flops(expr.inputs.map(({ type }) => type), expr.attrs, expr.type);
    stack.push(...expr.inputs);
  }
  return flops;
}
