import { unfoldError, type DType, type Shape, type Tensor } from '@unfoldjs/core';

/** A tensor in host memory, as files hold it: dense, row-major. bool is one byte, 0 or 1. */
export type HostTensor =
  | { readonly dtype: 'float32'; readonly shape: Shape; readonly data: Float32Array }
  | { readonly dtype: 'int32'; readonly shape: Shape; readonly data: Int32Array }
  | { readonly dtype: 'bool'; readonly shape: Shape; readonly data: Uint8Array };

/** Elements as a host tensor of `dtype`, from any typed array that a backend gave. */
export function hostTensor(dtype: DType, shape: Shape, data: ArrayLike<number>): HostTensor {
  const size = shape.reduce((product, dim) => product * dim, 1);
  if (data.length !== size) {
    throw unfoldError({ code: 'DATA_MISMATCH', op: 'hostTensor', argument: 'data', problem: `${data.length} elements are not [${shape.join(', ')}], which are ${size}.`, fix: 'pass as many elements as the shape has.' });
  }
  switch (dtype) {
    case 'float32':
      return { dtype, shape, data: data instanceof Float32Array ? data : Float32Array.from(data) };
    case 'int32':
      return { dtype, shape, data: data instanceof Int32Array ? data : Int32Array.from(data) };
    case 'bool':
      return { dtype, shape, data: data instanceof Uint8Array ? data : Uint8Array.from(data, (value) => (value !== 0 ? 1 : 0)) };
  }
}

/**
 * A tensor's elements with its shape and dtype, on the host.
 *
 * @throws {UnfoldError} as `Tensor.data`.
 */
export const hostTensorOf = async (tensor: Tensor): Promise<HostTensor> => hostTensor(tensor.dtype, tensor.shape, await tensor.data());
