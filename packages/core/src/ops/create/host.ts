import { makeLeaf } from '../../expr/expr.js';
import { dataOp } from '../../expr/leaves.js';
import { Storage } from '../../runtime/storage.js';
import { Tensor } from '../../tensor/tensor.js';
import type { DType, TypedArray } from '../../types/dtype.js';
import type { Shape } from '../../types/shape.js';

/** A tensor over elements made on the host; it takes the array over. */
export const hostTensor = (data: TypedArray, shape: Shape, dtype: DType): Tensor =>
  new Tensor(makeLeaf(dataOp, Storage.ofHost({ dtype, shape: Object.freeze([...shape]) }, data)));
