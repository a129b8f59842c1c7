import { badArgument, unfoldError } from '../errors/unfold-error.js';
import { makeUnique, type Expr } from '../expr/expr.js';
import { argumentOp } from '../expr/leaves.js';
import { lower, type Lowered } from '../graph/lower.js';
import { Tensor } from '../tensor/tensor.js';
import { mapTree, notALeaf } from '../tensor/tree.js';
import type { TensorType } from '../types/tensor-type.js';

/** A tree, its leaves in order, and its form without them. */
export interface FlatTree<Leaf> {
  readonly tree: unknown;
  readonly leaves: readonly Leaf[];
  /** Where each leaf stands: `[0].weights[1]`. */
  readonly paths: readonly string[];
  /** Equal exactly for trees of one form. */
  readonly structure: string;
}

/** @throws {UnfoldError} INVALID_ARGUMENT where a leaf is not of the kind that is wanted. */
export function flatten<Leaf>(tree: unknown, op: string, isLeaf: (leaf: unknown) => leaf is Leaf): FlatTree<Leaf> {
  const leaves: Leaf[] = [];
  const paths: string[] = [];
  mapTree(tree, op, (leaf, path) => {
    if (!isLeaf(leaf)) throw notALeaf(op, path, leaf);
    leaves.push(leaf);
    paths.push(path);
  });
  return { tree, leaves, paths, structure: paths.join() };
}

/** A function's computation for one set of argument types. */
export interface Trace {
  readonly lowered: Lowered;
  /** Data on backends that the function closes over: inputs of the program beside the arguments. */
  readonly captured: readonly Expr[];
  /** The function's result with, in the place of each tensor, its index among the outputs. */
  readonly result: unknown;
}

let traceCount = 0;

/** A number that no other trace has: arguments of two traces are never the same. */
export const nextTrace = (): number => traceCount++;

/** Calls the function on arguments without elements and lowers what it returns. */
export function traceFunction(fn: (...args: never[]) => unknown, args: FlatTree<unknown>, types: readonly TensorType[]): Trace {
  const trace = nextTrace();
  const holes = types.map(({ dtype, shape }, index) => makeUnique(argumentOp, { trace, index, dtype, shape }, { dtype, shape }));
  let next = 0;
  const symbolic = mapTree(args.tree, 'compile', () => new Tensor(holes[next++]!)) as never[];
  const returned = fn(...symbolic);
  if (returned instanceof Promise) {
    throw badArgument(
      'compile',
      'fn',
      'the function returned a promise.',
      'pass a function that is not async: it only describes the computation, values are read after the call.',
    );
  }
  const outputs: Expr[] = [];
  const result = mapTree(returned, 'compile', (leaf, path) => {
    if (!(leaf instanceof Tensor)) throw notALeaf('compile', `result${path && `.${path}`}`, leaf);
    return outputs.push(leaf.expr) - 1;
  });
  const lowered = lower(outputs, { arguments: holes, hostData: 'constants' });
  const captured = lowered.leaves.slice(holes.length);
  const foreign = captured.find((leaf) => leaf.op === argumentOp);
  if (foreign) throw foreignArgument(foreign);
  return { lowered, captured, result };
}

const foreignArgument = ({ type }: Expr) =>
  unfoldError({
    code: 'TRACE_ONLY',
    op: 'compile',
    problem: 'the function uses a tensor that another traced function was given.',
    fix: 'pass it as an argument, and keep no tensor of a trace in an outer variable.',
    operands: [{ name: 'tensor', type }],
  });
