import { checkWhole } from './checks.js';
import { purposes, randomAt } from './random.js';

/**
 * The numbers 0 .. count - 1 in an order drawn from (seed, epoch); every order is equally likely.
 *
 * @param epoch default: 0.
 * @throws {UnfoldError} INVALID_ARGUMENT for anything but whole numbers from 0.
 * @example
 * import { shuffledIndices } from '@unfoldjs/nn';
 * const order = shuffledIndices(5, 1);
 * [...order].sort(); // => [0, 1, 2, 3, 4]
 */
export function shuffledIndices(count: number, seed: number, epoch = 0): Uint32Array {
  checkWhole('shuffledIndices', 'count', count, 0, 2 ** 32 - 1);
  checkWhole('shuffledIndices', 'epoch', epoch, 0, 2 ** 32 - 1);
  const random = randomAt(seed, purposes.shuffle, epoch);
  const order = Uint32Array.from({ length: count }, (_, i) => i);
  for (let last = count - 1; last > 0; last--) {
    const other = random.below(last + 1);
    [order[last], order[other]] = [order[other]!, order[last]!];
  }
  return order;
}
