import type { Tensor } from '../../tensor/tensor.js';
import { checkFinite, checkInteger } from '../check.js';
import { hostTensor } from './host.js';

/**
 * `num` evenly spaced float32 numbers from `start` to `stop`, both included; one is `start`.
 *
 * @throws {UnfoldError} INVALID_ARGUMENT for a number that is not finite or a `num` that is no whole number from 1.
 * @source https://www.tensorflow.org/api_docs/python/tf/linspace
 */
export function linspace(start: number, stop: number, num: number): Tensor {
  checkFinite('linspace', 'start', start);
  checkFinite('linspace', 'stop', stop);
  checkInteger('linspace', 'num', num, 1, 2 ** 31);
  const data = Float32Array.from({ length: num }, (_, i) => (num === 1 ? start : (start * (num - 1 - i) + stop * i) / (num - 1)));
  return hostTensor(data, [num], 'float32');
}
