import { badArgument, unfoldError } from '../errors/unfold-error.js';
import { makeUnique, type Expr } from '../expr/expr.js';
import { argumentOp } from '../expr/leaves.js';
import { scalarOf } from '../tensor/operand.js';
import { Tensor } from '../tensor/tensor.js';
import { mapTree, notALeaf, type Tree } from '../tensor/tree.js';
import { zeros } from '../ops/create/zeros.js';
import { nextTrace } from '../runtime/trace.js';
import { describe } from '../tensor/nested.js';
import { backward } from './backward.js';
import { substitute } from './expand.js';

export interface GradOptions {
  /** The position of the argument to differentiate. Default 0. */
  readonly argument?: number | undefined;
}

/** A loss with something beside it that is not differentiated: new statistics, predictions. */
export interface WithAux<Aux> {
  readonly loss: Tensor;
  readonly aux: Aux;
}

type Loss = Tensor | WithAux<Tree<Tensor>>;

/** A function that returns the value of another and its gradient. */
export type ValueAndGrad<Arguments extends readonly Tree<Tensor>[], Result extends Loss, At extends number> = (
  ...args: Arguments
) => { readonly value: Result; readonly gradient: Arguments[At] };

/**
 * The value of a function and its gradient with respect to one argument: a tensor, or a tree of them (arrays and records), in whose
 * form the gradient comes. The function returns a scalar float32, or `{ loss, aux }`. Everything stays lazy: the gradient is a graph
 * like any other, may be differentiated again, and is fused with the value when both are evaluated or compiled together. An argument
 * that the result does not depend on has gradient zero. Where several elements share a maximum the gradient goes to all in equal parts.
 *
 * @throws {UnfoldError} INVALID_ARGUMENT for an argument that is no tensor; DTYPE_MISMATCH for one that is not float32;
 * SHAPE_MISMATCH where the result is no scalar; NOT_DIFFERENTIABLE where it depends on the argument only through integers.
 * @source https://docs.jax.dev/en/latest/_autosummary/jax.value_and_grad.html
 * @example
 * import { setBackend, tensor, type Tensor } from '@unfoldjs/core';
 * import { valueAndGrad } from '@unfoldjs/core/autodiff';
 * import { cpu } from '@unfoldjs/backend-cpu';
 * await setBackend(cpu());
 * const { value, gradient } = valueAndGrad((w: Tensor) => w.square().sum())(tensor([1, 2]));
 * await value.item(); // 5
 * await gradient.data(); // Float32Array [2, 4]
 */
export function valueAndGrad<Arguments extends readonly Tree<Tensor>[], Result extends Loss>(
  fn: (...args: Arguments) => Result,
  options: GradOptions = {},
): ValueAndGrad<Arguments, Result, 0> {
  const op = 'valueAndGrad';
  if (typeof fn !== 'function') throw badArgument(op, 'fn', `${describe(fn)} is not a function.`, 'pass a function of tensors.');
  const { argument = 0 } = options;
  return (...args) => {
    const trace = nextTrace();
    const holes: Expr[] = [];
    const actual = new Map<Expr, Expr>();
    const symbolic = [...args];
    symbolic[argument] = mapTree(args[argument], op, (leaf, path) => {
      if (!(leaf instanceof Tensor)) throw notALeaf(op, path, leaf);
      if (leaf.dtype !== 'float32') throw notFloat(op, path, leaf);
      const hole = makeUnique(argumentOp, { trace, index: holes.length, ...leaf.type }, leaf.type);
      holes.push(hole);
      actual.set(hole, leaf.expr);
      return new Tensor(hole);
    }) as Tree<Tensor>;

    const result = fn(...(symbolic as unknown as Arguments)); // the same trees with other tensors
    const loss = lossOf(result, op);
    const gradients = backward(loss.expr, scalarOf(1, 'float32'), holes);
    const outputs: Expr[] = [];
    const keep = (tensor: Tensor): number => outputs.push(tensor.expr) - 1;
    const valueForm = mapTree(result, op, (leaf, path) => {
      if (!(leaf instanceof Tensor)) throw notALeaf(op, `result.${path}`, leaf);
      return keep(leaf);
    });
    const gradientForm = gradients.map((gradient, i) => keep(gradient ?? zeros(holes[i]!.type.shape)));
    const settled = substitute(outputs, actual).map((expr) => new Tensor(expr));
    let next = 0;
    return {
      value: mapTree(valueForm, op, (index) => settled[index as number]!) as Result,
      gradient: mapTree(args[argument], op, () => settled[gradientForm[next++]!]!) as Arguments[0],
    };
  };
}

/**
 * The gradient of a function with respect to one argument: {@link valueAndGrad} without the value.
 *
 * @throws {UnfoldError} as `valueAndGrad`.
 * @source https://js.tensorflow.org/api/latest/#grad
 * @example
 * import { setBackend, tensor, type Tensor } from '@unfoldjs/core';
 * import { grad } from '@unfoldjs/core/autodiff';
 * import { cpu } from '@unfoldjs/backend-cpu';
 * await setBackend(cpu());
 * const cubed = (x: Tensor) => x.mul(x).mul(x);
 * await grad(grad(cubed))(tensor(2)).item(); // 12
 */
export function grad<Arguments extends readonly Tree<Tensor>[]>(fn: (...args: Arguments) => Loss, options: GradOptions = {}): (...args: Arguments) => Arguments[0] {
  const both = valueAndGrad(fn, options);
  return (...args) => both(...args).gradient;
}

function lossOf(result: Loss, op: string): Tensor {
  const loss = result instanceof Tensor ? result : (result as Partial<WithAux<unknown>> | undefined)?.loss;
  if (!(loss instanceof Tensor)) {
    throw badArgument(op, 'fn', `it returned ${describe(result)}.`, 'return a scalar tensor, or `{ loss, aux }`.');
  }
  if (loss.rank !== 0 || loss.dtype !== 'float32') {
    throw unfoldError({
      code: loss.rank !== 0 ? 'SHAPE_MISMATCH' : 'DTYPE_MISMATCH',
      op,
      argument: 'fn',
      problem: 'only a float32 scalar has a gradient.',
      fix: 'reduce the result with `sum()` or `mean()`.',
      operands: [{ name: 'result', type: loss.type }],
    });
  }
  return loss;
}

const notFloat = (op: string, path: string, { type }: Tensor) =>
  unfoldError({
    code: 'DTYPE_MISMATCH',
    op,
    argument: path || 'argument',
    problem: `it is ${type.dtype}, which has no gradient.`,
    fix: "pass float32 tensors, or cast them: `x.cast('float32')`.",
    operands: [{ name: path || 'argument', type }],
  });
