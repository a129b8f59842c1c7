/** The reference backend: plain loops that every other backend is held to. */
import { allocate, type Backend, type BackendSpec, type TypedArray } from '@unfoldjs/core';
import { kernelBackend, referenceKernels } from '@unfoldjs/core/reference';

export interface CpuOptions {
  /**
   * What float32 tensors are computed in: `'float32'` (default) rounds every stored element; `'float64'` keeps doubles from
   * upload to read-back, for central differences and error bounds.
   */
  readonly precision?: 'float32' | 'float64';
}

/**
 * The plain JavaScript backend. Opens everywhere.
 *
 * @example
 * import { setBackend, tensor } from '@unfoldjs/core';
 * import { cpu } from '@unfoldjs/backend-cpu';
 * await setBackend(cpu());
 * await tensor([1, 2]).add(1).data(); // Float32Array [2, 3]
 */
export function cpu({ precision = 'float32' }: CpuOptions = {}): BackendSpec {
  return { name: 'cpu', open: async () => openCpu(precision) };
}

function openCpu(precision: 'float32' | 'float64'): Backend {
  return kernelBackend({
    name: 'cpu',
    kernels: referenceKernels,
    device: { label: `plain JavaScript, ${precision}`, details: { precision } },
    allocate: (dtype, size): TypedArray => (dtype === 'float32' && precision === 'float64' ? new Float64Array(size) : allocate(dtype, size)),
  });
}
