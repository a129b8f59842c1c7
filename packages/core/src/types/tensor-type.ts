import { bytesPerElement, type DType } from './dtype.js';
import { formatShape, sameShape, sizeOf, type Shape } from './shape.js';

/** What is known of a tensor before it runs. */
export interface TensorType {
  readonly dtype: DType;
  readonly shape: Shape;
}

export const sameType = (a: TensorType, b: TensorType): boolean => a.dtype === b.dtype && sameShape(a.shape, b.shape);

/** Bytes of the dense row-major buffer. */
export const bytesOf = (type: TensorType): number => sizeOf(type.shape) * bytesPerElement[type.dtype];

/** `float32[1, 28, 28, 3]` */
export const formatType = (type: TensorType): string => `${type.dtype}${formatShape(type.shape)}`;
