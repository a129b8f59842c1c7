import type { Tensor } from '../../tensor/tensor.js';
import { logicalNot } from '../elementwise/logical-not.js';
import { neg } from '../elementwise/neg.js';
import { sub } from '../elementwise/sub.js';

/** The elements in reversed order of size; its own inverse. `-1 - x` for int32, because `-x` overflows at the smallest. */
export function turned(x: Tensor): Tensor {
  if (x.dtype === 'bool') return logicalNot(x);
  return x.dtype === 'int32' ? sub(-1, x) : neg(x);
}
