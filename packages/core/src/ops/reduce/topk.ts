import { stopGradient } from '../../autodiff/stop-gradient.js';
import { unfoldError } from '../../errors/unfold-error.js';
import { scalarOf, toTensor, type TensorLike } from '../../tensor/operand.js';
import type { Tensor } from '../../tensor/tensor.js';
import { arithmetic } from '../../types/dtype.js';
import { checkInteger } from '../check.js';
import { checkBoolean, checkOptions } from '../checked.js';
import { arange } from '../create/arange.js';
import { zeros } from '../create/zeros.js';
import { cast } from '../elementwise/cast.js';
import { equal } from '../elementwise/equal.js';
import { logicalNot } from '../elementwise/logical-not.js';
import { logicalOr } from '../elementwise/logical-or.js';
import { where } from '../elementwise/where.js';
import { concat } from '../shape/concat.js';
import { gather } from '../shape/gather.js';
import { argMax } from './arg-max.js';
import { max } from './max.js';

export interface TopkOptions {
  /** How many. Default: 1. */
  readonly k?: number;
  /** Whether the order matters to you; they come sorted anyhow. Default: true. */
  readonly sorted?: boolean;
}

/**
 * The `k` largest elements along the last axis, largest first, and their positions (int32); of equals the lower position first.
 * NaN counts as the largest. Costs `k` passes over `x`: meant for small `k`.
 *
 * @throws {UnfoldError} SHAPE_MISMATCH for a scalar or a `k` above the last axis; INVALID_ARGUMENT for a `k` that is no whole number
 * from 0 or unknown options.
 * @source https://www.tensorflow.org/api_docs/python/tf/math/top_k
 * @example
 * import { setBackend, topk } from '@unfoldjs/core';
 * import { cpu } from '@unfoldjs/backend-cpu';
 * await setBackend(cpu());
 * const { values, indices } = topk([20, 10, 40, 30], { k: 2 });
 * await values.array(); // => [40, 30]
 * await indices.array(); // => [2, 3]
 */
export function topk(x: TensorLike, options: TopkOptions = {}): { values: Tensor; indices: Tensor } {
  checkOptions('topk', options, ['k', 'sorted']);
  const { k = 1, sorted = true } = options;
  checkInteger('topk', 'k', k, 0);
  checkBoolean('topk', 'sorted', sorted);
  const given = toTensor(x, 'topk', 'x');
  const size = given.shape[given.rank - 1];
  if (size === undefined || k > size) {
    throw unfoldError({
      code: 'SHAPE_MISMATCH',
      op: 'topk',
      argument: size === undefined ? 'x' : 'k',
      problem: size === undefined ? 'a scalar has no last axis.' : `the last axis has ${size} elements, not ${k}.`,
      fix: size === undefined ? 'pass a tensor of rank 1 or more.' : `use a \`k\` from 0 to ${size}.`,
      operands: [{ name: 'x', type: given.type }],
    });
  }
  return pick(cast(given, arithmetic(given.dtype)), k);
}

function pick(x: Tensor, k: number): { values: Tensor; indices: Tensor } {
  const none = [...x.shape.slice(0, -1), 0];
  if (k === 0) return { values: zeros(none, x.dtype), indices: zeros(none, 'int32') };
  const lowest = scalarOf(x.dtype === 'int32' ? -(2 ** 31) : -Infinity, x.dtype);
  const positions = arange(0, x.shape[x.rank - 1]!, 1, 'int32');
  const last = { axis: -1, keepDims: true } as const;
  const found: Tensor[] = [];
  let taken = zeros(x.shape, 'bool');
  const sizes = stopGradient(x);
  for (let i = 0; i < k; i++) {
    const left = where(taken, lowest, sizes);
    const value = max(left, { axes: -1, keepDims: true });
    // Once only the lowest value is left, those that are taken look the same: the first that is not taken is next.
    const index = where(equal(value, lowest), argMax(cast(logicalNot(taken), 'int32'), last), argMax(left, last));
    taken = logicalOr(taken, equal(positions, index));
    found.push(index);
  }
  const indices = concat(found, -1);
  return { values: gather(x, indices, { axis: -1, batchDims: x.rank - 1 }), indices };
}
