import type { Expr } from '../expr/expr.js';
import { resultOf } from '../graph/lower.js';

/** Only float32 passes gradients on. */
export const isFloat = (expr: Expr): boolean => expr.type.dtype === 'float32';

/** What depends on any of the leaves, by a chain of expressions that all pass `test`. `order` has operands before users. */
export function dependents(order: readonly Expr[], leaves: readonly Expr[], test: (expr: Expr) => boolean = () => true): Set<Expr> {
  const found = new Set(leaves.filter(test));
  for (const expr of order) if (test(expr) && expr.inputs.some((input) => found.has(resultOf(input)))) found.add(expr);
  return found;
}
