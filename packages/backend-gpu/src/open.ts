import { unfoldError, UnfoldError, type Backend, type BackendSpec } from '@unfoldjs/core';
import { glAdapter, missing, noAdapter, stopListening, webGpuAdapter } from './adapters.js';
import { makeBackend } from './backend.js';
import { Memory, SharedArray } from './buffers.js';
import { describeDevice, type Adapter } from './device.js';
import { glTextures, type Gl, type Transfer } from './gl-textures.js';
import { listen } from './gpujs-console.js';
import { loadGpuJs, type GpuJs, type ResidentHandle } from './gpujs.js';
import { gpuForms, gpuModes, modeFacts, type GpuForm, type GpuMode } from './modes.js';
import { probe, probeFloat32 } from './probe.js';
import { openSession, type Session } from './session.js';

export interface GpuOptions {
  /**
   * How gpu.js runs kernels. Default: the first of webgpu, webgl2, webgl and headlessgl behind which a hardware GPU answers.
   * Software adapters, 'webasm' and 'cpu' are taken only when they are named.
   */
  readonly mode?: GpuMode;
  /** 'hardware' refuses a software adapter even where its mode is named. Without a mode it is always so. */
  readonly require?: 'hardware';
  /** Mode webasm: spreads large kernels over worker threads. Results are the same. Default false: each program would start its own. */
  readonly threads?: boolean;
  /**
   * Forms of kernels to do without, to compare, or to find out where a wrong number comes from: 'tiles' (several results a thread, and functions in the device's own
   * language), 'moves' (elements that are only moved are read where they are), 'parts' (long reductions in two stages). Default: none.
   */
  readonly without?: readonly GpuForm[];
}

/**
 * The gpu.js backend. gpu.js is loaded when it is opened, not before.
 *
 * @throws {UnfoldError} INVALID_ARGUMENT for an unknown mode. Opening throws NO_BACKEND with the reason, where this machine has
 * no such device; without a mode, where no hardware GPU answers.
 * @example
 * import { setBackend, tensor } from '@unfoldjs/core';
 * import { gpu } from '@unfoldjs/backend-gpu';
 * const backend = await setBackend(gpu({ mode: 'webasm' }));
 * backend.device.label; // 'WebAssembly by gpu.js (webasm)'
 * await tensor([1, 2]).add(1).data(); // Float32Array [2, 3]
 */
export function gpu(options: GpuOptions = {}): BackendSpec {
  const { mode, require, threads = false, without = [] } = options;
  if (mode !== undefined && !gpuModes.includes(mode)) refuse('mode', mode, `use one of ${gpuModes.map((name) => `'${name}'`).join(', ')}, or none for a hardware GPU.`);
  if (require !== undefined && require !== 'hardware') refuse('require', require, "use 'hardware', or leave it out.");
  if (typeof threads !== 'boolean') refuse('threads', threads, 'use true or false.');
  if (!Array.isArray(without) || without.some((form) => !gpuForms.includes(form))) refuse('without', without, `list some of ${gpuForms.map((form) => `'${form}'`).join(', ')}.`);
  const settings: Settings = { threads, without: [...without] };
  return {
    name: mode ? `gpu-${mode}` : 'gpu',
    open: () => (mode ? openNamed(mode, require === 'hardware', settings) : openHardware(settings)),
  };
}

/** The options that change how programs run. */
type Settings = Required<Pick<GpuOptions, 'threads' | 'without'>>;

function refuse(argument: string, value: unknown, fix: string): never {
  throw unfoldError({ code: 'INVALID_ARGUMENT', op: 'gpu', argument, problem: `${JSON.stringify(value)} is not one of its values.`, fix });
}

async function openNamed(mode: GpuMode, isHardwareOnly: boolean, settings: Settings): Promise<Backend> {
  try {
    return await openMode(await loadGpuJs(), mode, isHardwareOnly, settings);
  } catch (fault) {
    throw noBackend(`gpu.js has no mode ${mode} here: ${textOf(fault)}.`, "name another mode ('webasm' runs wherever WebAssembly does), or use `cpu()`.", fault);
  }
}

/** headlessgl is a package of Node: in a page its absence says nothing. */
const hardwareModes = (): GpuMode[] => gpuModes.filter((name) => modeFacts[name].kind === 'gpu' && !(name === 'headlessgl' && 'document' in globalThis));

async function openHardware(settings: Settings): Promise<Backend> {
  const reasons: [string, string][] = [];
  try {
    const gpuJs = await loadGpuJs();
    for (const mode of hardwareModes()) {
      try {
        return await openMode(gpuJs, mode, true, settings);
      } catch (fault) {
        reasons.push([mode, textOf(fault)]);
      }
    }
  } catch (fault) {
    reasons.push(['all', textOf(fault)]);
  }
  throw noBackend(`no hardware GPU answers: ${reasons.map(([mode, reason]) => `${mode}: ${reason}`).join('; ')}.`, "name a mode that needs none, `gpu({ mode: 'webasm' })`, or use another backend.");
}

/** Without a full stop: the sentence goes on. */
const textOf = (fault: unknown): string => (fault instanceof Error ? fault.message : String(fault)).replace(/\.+$/, '');

const noBackend = (problem: string, fix: string, cause?: unknown): UnfoldError => unfoldError({ code: 'NO_BACKEND', op: 'gpu', problem, fix, cause });

/** Textures without kernels, made after the pattern of one that a kernel made. */
async function transferOf(session: Session): Promise<Transfer> {
  const sample = (await session.toDevice(new SharedArray(5))) as ResidentHandle;
  const transfer = glTextures(session.gpu.context as Gl, sample);
  sample.delete();
  return transfer;
}

/** gpu.js has one WebGPU device for all; a process that holds it does not end by itself. The last to leave destroys it. */
let webGpuUsers = 0;

async function releaseWebGpu({ WebGPUContext }: GpuJs): Promise<void> {
  if (--webGpuUsers === 0) await WebGPUContext.destroy();
}

/** Opens one mode and has it calculate something. @throws Error with the reason why not. */
async function openMode(gpuJs: GpuJs, mode: GpuMode, isHardwareOnly: boolean, settings: Settings): Promise<Backend> {
  const reason = missing(mode, gpuJs);
  if (reason) throw new Error(reason);
  const log: string[] = [];
  const instance = await listen(log, () => new gpuJs.GPU({ mode }));
  if (mode === 'webgpu') webGpuUsers++;
  const session = openSession(instance, mode, new Memory(), settings.without);
  const release = async (): Promise<void> => {
    stopListening(session);
    if (mode === 'webgpu') await releaseWebGpu(gpuJs);
  };
  try {
    const webGpu = mode === 'webgpu' ? await webGpuAdapter(gpuJs, session) : null;
    await probe(session);
    const isGpu = modeFacts[mode].kind === 'gpu';
    const found: Adapter = webGpu ?? (isGpu ? glAdapter(instance, session) : noAdapter);
    if (isGpu && !webGpu) session.transfer = await transferOf(session);
    const adapter = isGpu ? { ...found, float32: await probeFloat32(session) } : found;
    if (isHardwareOnly && (adapter.isSoftware || !isGpu)) {
      throw new Error(adapter.name ? `its adapter is software (${adapter.name})` : `mode ${mode} is no GPU`);
    }
    return makeBackend({ session, device: describeDevice(mode, adapter, settings), threads: settings.threads, release });
  } catch (fault) {
    await instance.destroy();
    await release();
    throw fault;
  }
}
