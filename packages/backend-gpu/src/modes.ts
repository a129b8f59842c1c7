import type { DeviceInfo, Float32Facts } from '@unfoldjs/core';

/** The ways in which gpu.js runs kernels, by gpu.js's own names. */
export const gpuModes = ['webgpu', 'webgl2', 'webgl', 'headlessgl', 'webasm', 'cpu'] as const;
export type GpuMode = (typeof gpuModes)[number];

/** What a mode of gpu.js 2.24.1 is, as seen by running it. */
export interface ModeFacts {
  readonly kind: DeviceInfo['kind'];
  readonly float32: Float32Facts;
  /** How a program runs: as one gpu.js pipeline, or as kernels that hand each other what stays on the device. */
  readonly execution: 'pipeline' | 'chain';
  /** Array arguments that one kernel can bind. */
  readonly maxArguments: number;
  /** Results of two or three dimensions cannot be read as one row of elements everywhere: use one dimension. */
  readonly flat: boolean;
  /** The most threads along x, y and z of a grid; null for no limit. */
  readonly maxThreads: readonly [number, number, number] | null;
  /** Threads along x that run together: rows whose length they do not divide cost extra. 1 where there is no such thing. */
  readonly lanes: number;
  /** Kernels calculate in float64: each operation must be rounded by hand. */
  readonly wide: boolean;
  /** Kernels can have variables that are integers. */
  readonly integers: boolean;
  /** Four results of a thread lie side by side, and others read them as a row four times as long. */
  readonly rows: boolean;
  /** The language of functions that are written for the device itself. */
  readonly native: 'wgsl' | 'glsl300' | 'glsl100' | null;
  /** Elements that are only moved are read where they are. */
  readonly readsThrough: boolean;
  /** Long reductions to few results are done in parts. */
  readonly reducesInParts: boolean;
  /** Math.max and Math.min keep NaN and the sign of zero. */
  readonly exactMax: boolean;
  /** `Infinity` and `NaN` can be written into a kernel. */
  readonly nonFiniteLiterals: boolean;
}

const everywhere = { readsThrough: true, reducesInParts: true } as const;
const exactHost = { ...everywhere, native: null, rows: false, integers: true, maxThreads: null, exactMax: true, nonFiniteLiterals: true, float32: { fma: false, denormals: 'kept', nan: 'kept', infinity: 'kept' } } as const;
const shader = {
  ...everywhere,
  kind: 'gpu',
  execution: 'chain',
  flat: false,
  // 65,535 workgroups along each axis, of at least four threads along x and y.
  maxThreads: [2 ** 18 - 4, 2 ** 18 - 4, 2 ** 16 - 1],
  lanes: 1,
  wide: false,
  exactMax: false,
  nonFiniteLiterals: false,
  // What a device does with them is looked at when it is opened; this is the least.
  float32: { fma: true, denormals: 'flushed', nan: 'lost', infinity: 'lost' },
} as const;

// A kernel takes textures of one form only, so that all results have the same: one dimension, which gpu.js folds into rows.
const webGl = { ...shader, native: 'glsl100', rows: false, flat: true, maxThreads: null, integers: false, maxArguments: 15 } as const;

export const modeFacts: Readonly<Record<GpuMode, ModeFacts>> = {
  // Eight storage buffers is what gpu.js asks the device for; one of them is the output.
  webgpu: { ...shader, native: 'wgsl', rows: false, integers: true, maxArguments: 7 },
  webgl2: { ...webGl, native: 'glsl300' },
  webgl: webGl,
  headlessgl: webGl,
  webasm: { ...exactHost, rows: true, kind: 'wasm', execution: 'pipeline', maxArguments: 30, flat: false, lanes: 4, wide: false },
  cpu: { ...exactHost, kind: 'cpu', execution: 'chain', maxArguments: 250, flat: true, lanes: 1, wide: true },
};

/**
 * Forms of kernels that a backend can be opened without, to compare or to find out where a wrong number comes from: several results a thread;
 * elements that are only moved read where they are; long reductions in parts.
 */
export const gpuForms = ['tiles', 'moves', 'parts'] as const;
export type GpuForm = (typeof gpuForms)[number];

/** What a mode is without some forms. */
export const factsWithout = (mode: GpuMode, without: readonly GpuForm[]): ModeFacts => ({
  ...modeFacts[mode],
  ...(without.includes('tiles') ? { native: null, rows: false } : {}),
  ...(without.includes('moves') ? { readsThrough: false } : {}),
  ...(without.includes('parts') ? { reducesInParts: false } : {}),
});

/** Indices are float32 in every mode: from here on neighbours are one. Whole numbers in tensors likewise. */
export const exactLimit = 2 ** 24;
