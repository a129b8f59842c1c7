import { neg, relu, tensor } from '@unfoldjs/core';

/** Definitions of ops, found where users meet them: in the expressions that functions make. */
const x = tensor([1]);
export const negOp = neg(x).expr.op;
export const reluOp = relu(x).expr.op;
