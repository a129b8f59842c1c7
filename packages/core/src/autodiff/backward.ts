import { unfoldError } from '../errors/unfold-error.js';
import type { Expr } from '../expr/expr.js';
import { onBehalfOf } from '../expr/source-lines.js';
import { expressionOrder, resultOf } from '../graph/lower.js';
import { add } from '../ops/elementwise/add.js';
import { Tensor } from '../tensor/tensor.js';
import { formatType, sameType } from '../types/tensor-type.js';
import { dependents, isFloat } from './dependents.js';
import { expand } from './expand.js';
import { gradientOf } from './gradients.js';
import { stopGradientOp } from './stop-gradient.js';
import { unbroadcast } from './unbroadcast.js';

/**
 * The gradients of `root` with respect to `leaves`, times `dy`: reverse accumulation over the expressions between them. Null for a
 * leaf that `root` does not depend on. Iterative; linear in the number of expressions.
 *
 * @throws {UnfoldError} NOT_DIFFERENTIABLE where every way from a leaf to `root` leads through integers or booleans.
 * @source A. Griewank, A. Walther, "Evaluating Derivatives", 2nd ed., SIAM 2008, chapter 3
 */
export function backward(root: Expr, dy: Tensor, leaves: readonly Expr[]): (Tensor | null)[] {
  const expanded = expand(root, leaves);
  const order = expressionOrder([expanded]);
  const smooth = dependents(order, leaves, isFloat);
  const gradients = new Map<Expr, Tensor>();
  if (smooth.has(expanded)) gradients.set(expanded, dy);
  const passBack = (expr: Expr, given: Tensor): void => {
    const inputs = expr.inputs.map(resultOf);
    const needs = inputs.map((input) => smooth.has(input));
    const parts = gradientOf(expr.op)!({ inputs: inputs.map((input) => new Tensor(input)), output: new Tensor(expr), dy: given, attrs: expr.attrs, needs });
    inputs.forEach((input, k) => {
      if (!needs[k] || !parts[k]) return;
      const part = expr.op.isElementwise ? unbroadcast(parts[k], input.type.shape) : parts[k];
      if (!sameType(part.type, input.type)) throw wrongType(expr, k, part);
      const sum = gradients.get(input);
      gradients.set(input, sum ? add(sum, part) : part);
    });
  };
  for (let i = order.length - 1; i >= 0; i--) {
    const expr = order[i]!;
    const given = gradients.get(expr);
    if (given === undefined || expr.op.isLeaf) continue;
    onBehalfOf(expr.source, () => passBack(expr, given));
  }
  for (const leaf of leaves) if (!gradients.has(leaf)) refuseBlocked(order, leaf, expanded);
  return leaves.map((leaf) => gradients.get(leaf) ?? null);
}

/** A leaf that matters, but only through integers or booleans, would silently get no gradient. */
function refuseBlocked(order: readonly Expr[], leaf: Expr, root: Expr): void {
  const all = dependents(order, [leaf], ({ op }) => op !== stopGradientOp);
  const smooth = dependents(order, [leaf], isFloat);
  if (!all.has(root) || smooth.has(root)) return;
  const blocking = order.find((expr) => all.has(expr) && !isFloat(expr))!;
  throw unfoldError({
    code: 'NOT_DIFFERENTIABLE',
    op: 'grad',
    argument: blocking.op.name,
    problem: `the result depends on an argument only through ${blocking.op.name}, which gives ${blocking.type.dtype}: steps have no slope.`,
    fix: 'use a smooth function in its place, or `stopGradient` where no gradient is wanted.',
    operands: blocking.inputs.map(({ type }, i) => ({ name: blocking.op.argName(i), type })),
    source: blocking.source,
  });
}

const wrongType = ({ op, inputs }: Expr, k: number, part: Tensor) =>
  new TypeError(`the gradient of ${op.name} for ${op.argName(k)} is ${formatType(part.type)}, not ${formatType(inputs[k]!.type)}`);
