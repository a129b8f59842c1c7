import { isSoftwareName, type Adapter } from './device.js';
import type { AdapterInfo, GpuInstance, GpuJs, WebGpuContext } from './gpujs.js';
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

/** The adapter of gpu.js's shared WebGPU device. What the device reports later goes to the session and not to the console. */
export async function webGpuAdapter({ WebGPUContext }: GpuJs, session: Session): Promise<Adapter> {
  const context: WebGpuContext = await WebGPUContext.acquire();
  const { adapter, device } = context;
  const { faults } = session;
  session.finish = () => device.queue.onSubmittedWorkDone();
  device.onuncapturederror = ({ error }) => void faults.push(error.message);
  void device.lost.then(({ reason, message }) => void (reason === 'destroyed' || faults.push(`the device was lost: ${message}`)));
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
}

/** The renderer behind a GL mode; known once a kernel ran. */
export function glAdapter({ context }: GpuInstance): Adapter {
  const gl = context as GlContext;
  const unmasked = gl.getExtension('WEBGL_debug_renderer_info');
  const name = String(gl.getParameter(unmasked ? unmasked.UNMASKED_RENDERER_WEBGL : gl.RENDERER));
  return { name, isSoftware: isSoftwareName(name), details: { maxTextureSize: Number(gl.getParameter(gl.MAX_TEXTURE_SIZE)) } };
}

export const noAdapter: Adapter = { name: null, isSoftware: false, details: {} };
