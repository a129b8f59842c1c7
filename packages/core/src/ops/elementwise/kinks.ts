// Gradients of functions with corners.
import { stopGradient } from '../../autodiff/stop-gradient.js';
import type { Tensor } from '../../tensor/tensor.js';
import type { TensorLike } from '../../tensor/operand.js';
import { equal } from './equal.js';
import { less } from './less.js';
import { mul } from './mul.js';
import { where } from './where.js';

/** A slope on each side: which side it is has no slope itself, so that a second derivative is 0 there and not refused. */
export const side = (condition: Tensor, a: TensorLike, b: TensorLike): Tensor => where(stopGradient(condition), a, b);

/** What `own` gets of `dy` in a contest that the larger wins: all, half of it in a tie, or nothing. */
export const taken = (other: Tensor, own: Tensor, dy: Tensor): Tensor => side(less(other, own), dy, side(equal(other, own), mul(dy, 0.5), 0));
