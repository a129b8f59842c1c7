import { isSoftwareName, type Adapter } from './device.js';
import type { AdapterInfo, GpuInstance, GpuJs, WebGpuContext, WebGpuDevice } from './gpujs.js';
import type { GpuMode } from './modes.js';
import type { Session } from './session.js';

/** Why a mode cannot be had here before anything is opened, or null. */
export function missing(mode: GpuMode, { GPU }: GpuJs): string | null {
  switch (mode) {
    case 'webgpu':
      return hasWebGpu() ? null : 'this host has no WebGPU (`navigator.gpu`; in Node the package `webgpu` can provide it)';
    case 'webgl2':
      return GPU.isWebGL2Supported ? null : 'this host has no WebGL 2';
    case 'webgl':
      return GPU.isWebGLSupported ? null : 'this host has no WebGL';
    case 'headlessgl':
      return GPU.isHeadlessGLSupported ? null : 'the package `gl` (headless OpenGL) is not installed or does not work';
    case 'webasm':
      return GPU.isWebAssemblySupported ? null : 'this host has no WebAssembly';
    case 'cpu':
      return null;
  }
}

const hasWebGpu = (): boolean => typeof navigator === 'object' && navigator !== null && 'gpu' in navigator && Boolean(navigator.gpu);

/** The promises of devices as they were before gpu.js saw them. */
const losses = new WeakMap<WebGpuDevice, WebGpuDevice['lost']>();

/**
 * gpu.js writes to the console when its device is lost, at a time when nobody listens. So it is told that every loss was meant;
 * who uses the device hears the truth.
 */
async function acquireQuietly({ WebGPUContext }: GpuJs): Promise<WebGpuContext> {
  const { gpu } = navigator as { readonly gpu: { requestAdapter(...options: unknown[]): Promise<RequestedAdapter | null> } };
  gpu.requestAdapter = async (...options) => {
    const adapter = await (Object.getPrototypeOf(gpu) as typeof gpu).requestAdapter.apply(gpu, options);
    if (!adapter) return null;
    const request = adapter.requestDevice;
    adapter.requestDevice = async (descriptor) => {
      const device = await request.call(adapter, descriptor);
      losses.set(device, device.lost);
      Object.defineProperty(device, 'lost', { value: device.lost.then(({ message }) => ({ reason: 'destroyed', message })) });
      return device;
    };
    return adapter;
  };
  try {
    return await WebGPUContext.acquire();
  } finally {
    Reflect.deleteProperty(gpu, 'requestAdapter');
  }
}

/** All share one device, which does not say whose fault an error is. */
const listening = new Set<Session>();
export const stopListening = (session: Session): void => void listening.delete(session);

interface RequestedAdapter {
  requestDevice(descriptor: unknown): Promise<WebGpuDevice>;
}

/** The adapter of gpu.js's shared WebGPU device. What the device reports later goes to the session and not to the console. */
export async function webGpuAdapter(gpuJs: GpuJs, session: Session): Promise<Adapter> {
  const { adapter, device } = await acquireQuietly(gpuJs);
  session.finish = () => device.queue.onSubmittedWorkDone();
  listening.add(session);
  device.onuncapturederror = ({ error }) => {
    for (const { faults } of listening) faults.push(error.message);
  };
  let loss: string | null = null;
  session.loss = () => loss;
  void (losses.get(device) ?? device.lost).then(({ reason, message }) => (loss = `the WebGPU device was lost${message ? `: ${message}` : ` (${reason})`}`));
  const info: AdapterInfo = adapter.info ?? {};
  const name = [info.vendor, info.architecture, info.device, info.description].filter(Boolean).join(' ') || 'unnamed adapter';
  const { maxBufferSize = 0, maxStorageBufferBindingSize = 0, maxStorageBuffersPerShaderStage = 0 } = device.limits;
  return {
    name,
    isSoftware: Boolean(adapter.isFallbackAdapter ?? info.isFallbackAdapter) || isSoftwareName(name),
    details: { maxBufferSize, maxStorageBufferBindingSize, maxStorageBuffersPerShaderStage },
  };
}

interface GlContext {
  getExtension(name: string): { readonly UNMASKED_RENDERER_WEBGL: number } | null;
  getParameter(parameter: number): unknown;
  readonly RENDERER: number;
  readonly MAX_TEXTURE_SIZE: number;
  readonly OUT_OF_MEMORY: number;
  isContextLost(): boolean;
  getError(): number;
}

/** The renderer behind a GL mode; known once a kernel ran. */
export function glAdapter({ context }: GpuInstance, session: Session): Adapter {
  const gl = context as GlContext;
  session.loss = () => (gl.isContextLost() ? 'the WebGL context was lost' : null);
  session.check = () => {
    if (gl.getError() === gl.OUT_OF_MEMORY) session.faults.push('the GPU is out of memory');
  };
  const unmasked = gl.getExtension('WEBGL_debug_renderer_info');
  const name = String(gl.getParameter(unmasked ? unmasked.UNMASKED_RENDERER_WEBGL : gl.RENDERER));
  return { name, isSoftware: isSoftwareName(name), details: { maxTextureSize: Number(gl.getParameter(gl.MAX_TEXTURE_SIZE)) } };
}

export const noAdapter: Adapter = { name: null, isSoftware: false, details: {} };
