import { refuseArgument, refuseShape } from '../../errors/refuse.js';
import { toTensor, type TensorLike } from '../../tensor/operand.js';
import type { Tensor } from '../../tensor/tensor.js';
import { formatShape } from '../../types/shape.js';
import { checkAxis, checkInteger } from '../check.js';
import { checked } from '../checked.js';
import { sliceBox } from './slice.js';

/**
 * `x` cut along `axis` (default 0) into `parts` equal pieces, or into pieces of the sizes in a list, one of which may be -1: the rest.
 *
 * @throws {UnfoldError} SHAPE_MISMATCH where the pieces do not make up the axis; INVALID_ARGUMENT for a bad axis, number or size.
 * @source https://www.tensorflow.org/api_docs/python/tf/split
 * @example
 * import { setBackend, tensor } from '@unfoldjs/core';
 * import { cpu } from '@unfoldjs/backend-cpu';
 * await setBackend(cpu());
 * const [a, b] = tensor([1, 2, 3, 4, 5]).split([2, -1]);
 * await a!.data(); // Float32Array [1, 2]
 * await b!.data(); // Float32Array [3, 4, 5]
 */
export function split(x: TensorLike, parts: number | readonly number[], axis = 0): Tensor[] {
  const tensor = toTensor(x, 'split', 'x');
  const at = checkAxis('split', 'axis', axis, tensor.rank);
  return checked('split', { x: tensor }, () => {
    const { shape } = tensor;
    let from = 0;
    return pieceSizes(parts, shape[at]!, at).map((size) => {
      const piece = sliceBox(tensor, shape.map((_, k) => (k === at ? from : 0)), shape.map((dim, k) => (k === at ? size : dim)));
      from += size;
      return piece;
    });
  });
}

function pieceSizes(parts: number | readonly number[], total: number, axis: number): readonly number[] {
  if (!Array.isArray(parts)) {
    const count = parts as number;
    checkInteger('split', 'parts', count, 1);
    if (total % count !== 0) throw refuseShape('parts', `axis ${axis} has ${total} elements, which do not divide into ${count} equal pieces.`, 'pass a list of sizes instead.');
    return Array.from({ length: count }, () => total / count);
  }
  const sizes = parts as readonly number[];
  for (const size of sizes) checkInteger('split', 'parts', size, -1);
  if (sizes.filter((size) => size === -1).length > 1) throw refuseArgument('parts', `${formatShape(sizes)} has more than one -1.`, 'leave at most one size open.');
  const known = sizes.reduce((sum, size) => sum + Math.max(0, size), 0);
  if (sizes.includes(-1) ? known > total : known !== total) {
    throw refuseShape('parts', `the sizes ${formatShape(sizes)} add up to ${known}, and axis ${axis} has ${total} elements.`, 'make them add up to the axis; one of them may be -1.');
  }
  return sizes.map((size) => (size === -1 ? total - known : size));
}
