import type { DeviceInfo, Float32Facts } from '@unfoldjs/core';
import { gpuJsVersion } from './gpujs.js';
import { exactLimit, modeFacts, type GpuForm, type GpuMode } from './modes.js';

/** What answers behind a mode. */
export interface Adapter {
  /** As the driver names it; null for modes that need none. */
  readonly name: string | null;
  /** True where a program draws what a GPU should. */
  readonly isSoftware: boolean;
  /** What its arithmetic keeps, where that was looked at. */
  readonly float32?: Float32Facts;
  /** Limits and the like, for `device.details`. */
  readonly details: Readonly<Record<string, string | number | boolean>>;
}

export const isSoftwareName = (name: string): boolean => /swiftshader|llvmpipe|lavapipe|softpipe|software|basic render/i.test(name);

const engines: Partial<Record<GpuMode, string>> = { webasm: 'WebAssembly', cpu: 'JavaScript' };

export function describeDevice(mode: GpuMode, adapter: Adapter, { threads, without }: { readonly threads: boolean; readonly without: readonly GpuForm[] }): DeviceInfo {
  const { kind, float32, execution, maxArguments } = modeFacts[mode];
  return {
    kind,
    label: `${adapter.name ?? engines[mode] ?? 'unknown adapter'} by gpu.js (${mode})`,
    fallbackReason: adapter.isSoftware ? `the adapter ${adapter.name} is software, not a GPU` : null,
    float32: adapter.float32 ?? float32,
    details: {
      mode,
      adapter: adapter.name ?? 'none',
      software: adapter.isSoftware,
      execution,
      ...(without.length > 0 ? { without: without.join(', ') } : {}),
      ...(mode === 'webasm' ? { threads } : {}),
      int32Bits: 24,
      int32: `calculated in float32: exact up to ${exactLimit}; larger data and results are refused`,
      maxElements: exactLimit,
      maxArguments,
      gpuJs: gpuJsVersion,
      ...adapter.details,
    },
  };
}
