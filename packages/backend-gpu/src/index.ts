/** Unfold programs as gpu.js kernels: on a GPU where one answers, and in gpu.js's `webasm` and `cpu` modes where they are named. */
export { gpu, type GpuOptions } from './open.js';
export { gpuForms, gpuModes, type GpuForm, type GpuMode } from './modes.js';
export { KernelFault } from './faults.js';
