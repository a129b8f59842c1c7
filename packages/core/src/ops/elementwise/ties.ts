import type { Tensor } from '../../tensor/tensor.js';
import { equal } from './equal.js';
import { less } from './less.js';
import { mul } from './mul.js';
import { where } from './where.js';

/** What `own` gets of `dy` in a contest that the larger wins: all, half of it in a tie, or nothing. */
export const taken = (other: Tensor, own: Tensor, dy: Tensor): Tensor => where(less(other, own), dy, where(equal(other, own), mul(dy, 0.5), 0));
