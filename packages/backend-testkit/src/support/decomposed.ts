import { tensor, type TypedArray } from '@unfoldjs/core';
import { outputOf, type Call } from './call.js';
import { fail } from './fail.js';
import { interpret, type Precision } from './interpret.js';

/** What the definition of the call's op in simpler ops gives. */
export function decomposed(call: Call, precision: Precision = 'float32'): TypedArray {
  const tensors = call.inputs.map(({ shape, dtype }, i) => tensor(call.data[i]!, shape, dtype));
  const result = call.op.decompose(tensors, call.attrs, outputOf(call)) ?? fail(`${call.op.name} has no decomposition`);
  return interpret([result], precision)[0]!;
}
