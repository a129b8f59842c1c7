import type { Bench } from './bench.js';

/** Every bench, in the order in which all of them run. Loaded one at a time: a process that times its first import must find it new. */
const loaders = {
  'build-cost': async () => (await import('./benches/build-cost.js')).buildCost,
  overhead: async () => (await import('./benches/overhead.js')).overhead,
  'deep-chain': async () => (await import('./benches/deep-chain.js')).deepChain,
  conv: async () => (await import('./benches/conv.js')).conv,
  'train-memory': async () => (await import('./benches/train-memory.js')).trainMemory,
  tiles: async () => (await import('./benches/tiles.js')).tiles,
  'cold-start': async () => (await import('./benches/cold-start.js')).coldStart,
  'bundle-size': async () => (await import('./benches/bundle-size.js')).bundleSize,
  fit: async () => (await import('./benches/fit.js')).fit,
  limits: async () => (await import('./benches/limits.js')).limits,
  onnx: async () => (await import('./benches/onnx.js')).onnx,
  'gpu-forms': async () => (await import('./benches/gpu-forms.js')).gpuForms,
  webgpu: async () => (await import('./benches/webgpu.js')).webgpu,
  browser: async () => (await import('./benches/browser.js')).browser,
  speed: async () => (await import('./benches/speed.js')).speed,
} as const satisfies Record<string, () => Promise<Bench>>;

export const benchNames: readonly string[] = Object.keys(loaders);

/** The bench of this name; undefined where there is none. */
export const loadBench = async (name: string): Promise<Bench | undefined> => (Object.hasOwn(loaders, name) ? loaders[name as keyof typeof loaders]() : undefined);
