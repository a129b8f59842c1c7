import { median } from '@unfoldjs/measure';
import { provideWebGpu } from '@unfoldjs/test-support/webgpu';
import { Unavailable } from '../bench.js';

/** As much of WebGPU as is used. */
interface Gpu {
  requestAdapter(): Promise<Adapter | null>;
}
interface Adapter {
  readonly info: { readonly vendor: string; readonly architecture: string; readonly device: string; readonly description: string };
  requestDevice(): Promise<Device>;
}
interface Device {
  readonly queue: { submit(commands: readonly unknown[]): void; onSubmittedWorkDone(): Promise<unknown>; writeBuffer(buffer: unknown, offset: number, data: Uint32Array): void };
  createBuffer(descriptor: { size: number; usage: number }): unknown;
  createShaderModule(descriptor: { code: string }): unknown;
  createComputePipeline(descriptor: { layout: 'auto'; compute: { module: unknown; entryPoint: string } }): { getBindGroupLayout(index: number): unknown };
  createBindGroup(descriptor: { layout: unknown; entries: readonly { binding: number; resource: { buffer: unknown } }[] }): unknown;
  createCommandEncoder(): { beginComputePass(): Pass; finish(): unknown };
  onuncapturederror: ((event: { readonly error: { readonly message: string } }) => void) | null;
  destroy(): void;
}
interface Pass {
  setPipeline(pipeline: unknown): void;
  setBindGroup(index: number, group: unknown): void;
  dispatchWorkgroups(count: number): void;
  end(): void;
}

const usage = { storage: 0x80, copyTo: 0x08 };
const workgroup = 256;
const workgroups = 2 ** 12;
const leastMs = 100;

/** Rounds of a loop on a device, doubled until they take long enough to be timed: those a second. */
async function roundsASecond(device: Device, code: string, bytes: number): Promise<number> {
  const pipeline = device.createComputePipeline({ layout: 'auto', compute: { module: device.createShaderModule({ code }), entryPoint: 'main' } });
  const data = device.createBuffer({ size: bytes, usage: usage.storage });
  const count = device.createBuffer({ size: 4, usage: usage.storage | usage.copyTo });
  const group = device.createBindGroup({ layout: pipeline.getBindGroupLayout(0), entries: [{ binding: 0, resource: { buffer: data } }, { binding: 1, resource: { buffer: count } }] });
  const run = async (rounds: number): Promise<number> => {
    device.queue.writeBuffer(count, 0, Uint32Array.of(rounds));
    const start = performance.now();
    const encoder = device.createCommandEncoder();
    const pass = encoder.beginComputePass();
    pass.setPipeline(pipeline);
    pass.setBindGroup(0, group);
    pass.dispatchWorkgroups(workgroups);
    pass.end();
    device.queue.submit([encoder.finish()]);
    await device.queue.onSubmittedWorkDone();
    return performance.now() - start;
  };
  await run(1);
  let rounds = 1;
  while ((await run(rounds)) < leastMs && rounds < 2 ** 24) rounds *= 2;
  const times = [await run(rounds), await run(rounds), await run(rounds)];
  return (1000 * rounds) / median(times);
}

const chains = 8;

/** Chains of multiply-add on vectors of four, which nothing but arithmetic limits. */
const arithmetic = `
@group(0) @binding(0) var<storage, read_write> data: array<vec4f>;
@group(0) @binding(1) var<storage, read_write> rounds: array<u32>;
@compute @workgroup_size(${workgroup})
fn main(@builtin(global_invocation_id) id: vec3u) {
  let x = vec4f(0.999 + f32(id.x % 7u) * 1e-6);
  let y = vec4f(1e-3);
  ${Array.from({ length: chains }, (_, i) => `var v${i} = vec4f(f32(id.x) + ${i}.0);`).join('\n  ')}
  let count = rounds[0];
  for (var i = 0u; i < count; i++) {
    ${Array.from({ length: 8 * chains }, (_, i) => `v${i % chains} = fma(v${i % chains}, x, y);`).join('\n    ')}
  }
  data[id.x] = ${Array.from({ length: chains }, (_, i) => `v${i}`).join(' + ')};
}`;

/** Vectors that each round reads and writes: 128 MiB, the most that every device binds, and more than caches hold. */
const vectors = 2 ** 23;

const copy = `
@group(0) @binding(0) var<storage, read_write> data: array<vec4f>;
@group(0) @binding(1) var<storage, read_write> rounds: array<u32>;
@compute @workgroup_size(${workgroup})
fn main(@builtin(global_invocation_id) id: vec3u) {
  let count = rounds[0];
  for (var r = 0u; r < count; r++) {
    for (var i = id.x; i < ${vectors}u; i += ${workgroup * workgroups}u) { data[i] = data[i] * 1.5 + vec4f(f32(r)); }
  }
}`;

export interface WebGpuLimits {
  readonly adapter: string;
  /** GFLOP/s of multiply-add on float32. */
  readonly gflops: number;
  /** GB/s, read and written. */
  readonly bandwidth: number;
}

/** What the GPU's arithmetic and memory allow. @throws Unavailable where this machine has no WebGPU. */
export async function webGpuLimits(): Promise<WebGpuLimits> {
  await provideWebGpu();
  const gpu = (globalThis as { navigator?: { gpu?: Gpu } }).navigator?.gpu;
  const adapter = await gpu?.requestAdapter();
  if (!adapter) throw new Unavailable('this machine has no WebGPU');
  const device = await adapter.requestDevice();
  let fault = '';
  device.onuncapturederror = ({ error }) => (fault ||= error.message);
  try {
    const { vendor, architecture, device: model, description } = adapter.info;
    const threads = workgroup * workgroups;
    const limits = {
      adapter: [vendor, architecture, model, description].filter(Boolean).join(' '),
      gflops: ((await roundsASecond(device, arithmetic, threads * 16)) * threads * 8 * chains * 4 * 2) / 1e9,
      bandwidth: ((await roundsASecond(device, copy, vectors * 16)) * vectors * 16 * 2) / 1e9,
    };
    if (fault) throw new Error(fault);
    return limits;
  } finally {
    device.destroy();
  }
}
