import { makeExpr, type Expr } from '../expr/expr.js';
import { onBehalfOf } from '../expr/source-lines.js';
import { expressionOrder, resultOf } from '../graph/lower.js';
import { Tensor } from '../tensor/tensor.js';
import { dependents, isFloat } from './dependents.js';
import { gradientOf } from './gradients.js';

/**
 * The same computation with every op that has no gradient of its own, and that `leaves` matter to, replaced by its definition in
 * simpler ops. Each round replaces one level; definitions are a handful of levels deep.
 */
export function expand(root: Expr, leaves: readonly Expr[]): Expr {
  for (let current = root; ; ) {
    const order = expressionOrder([current]);
    const smooth = dependents(order, leaves, isFloat);
    const composite = (expr: Expr) => smooth.has(expr) && !expr.op.isLeaf && !gradientOf(expr.op);
    if (!order.some(composite)) return current;
    current = rewrite(order, current, (expr, inputs) => {
      if (!composite(expr)) return null;
      const definition = onBehalfOf(expr.source, () => expr.op.decompose(inputs.map((input) => new Tensor(input)), expr.attrs, expr.type));
      if (!definition) throw new TypeError(`${expr.op.name} has neither a gradient nor a definition in simpler ops`);
      return definition.expr;
    });
  }
}

/** Expressions with leaves replaced, as one computation. */
export function substitute(outputs: readonly Expr[], replacement: ReadonlyMap<Expr, Expr>): Expr[] {
  const order = expressionOrder(outputs);
  const moved = new Map<Expr, Expr>();
  for (const expr of order) moved.set(expr, replacement.get(expr) ?? rebuild(expr, moved));
  return outputs.map((expr) => moved.get(expr)!);
}

/** The computation of `root` with some expressions replaced, given their new operands; null keeps one. */
function rewrite(order: readonly Expr[], root: Expr, replace: (expr: Expr, inputs: readonly Expr[]) => Expr | null): Expr {
  const moved = new Map<Expr, Expr>();
  for (const expr of order) moved.set(expr, replace(expr, expr.inputs.map((input) => moved.get(resultOf(input))!)) ?? rebuild(expr, moved));
  return moved.get(root)!;
}

/** An expression on moved operands; itself where none moved. */
function rebuild(expr: Expr, moved: ReadonlyMap<Expr, Expr>): Expr {
  if (expr.op.isLeaf) return expr;
  const inputs = expr.inputs.map((input) => moved.get(resultOf(input))!);
  return inputs.every((input, i) => input === expr.inputs[i]) ? expr : onBehalfOf(expr.source, () => makeExpr(expr.op, inputs, expr.attrs));
}
