/** The parts of gpu.js 2.24.1 that are used. Its own types need those of the DOM. */

/** Elements that stay on the device: a texture or a GPU buffer. */
export interface ResidentHandle {
  toArray(): NestedResult | Promise<NestedResult>;
  delete(): void;
}

export type NestedResult = Float32Array | readonly NestedResult[];

/** What a kernel takes and gives. */
export type Handle = Float32Array | ResidentHandle;

export interface KernelShortcut {
  (...handles: Handle[]): Handle | NestedResult | Promise<Handle | NestedResult>;
  readonly kernel: {
    readonly constructor: { readonly mode: string };
    readonly fallbackReason: string | null;
    /** In WebGPU: how many workgroups are started for so many threads. */
    _computeDispatch?(threads: readonly number[]): unknown;
  };
  destroy(removeCanvasReferences?: boolean): void;
}

export interface KernelSettings {
  readonly output: readonly number[];
  readonly precision: 'single';
  readonly pipeline?: boolean;
  readonly immutable?: boolean;
  readonly nativeFunctions?: readonly {
    readonly name: string;
    readonly source: string;
    readonly argumentTypes: Readonly<Record<string, string>>;
    readonly returnType: string;
  }[];
}

export interface PipelineShortcut {
  (...args: Float32Array[]): Promise<NestedResult | NestedResult[]>;
  readonly backend: string | null;
  readonly executorKind: string;
  readonly fallbackReason: string | null;
  readonly plan: PipelinePlan | null;
  /** Internals of 2.24.1. */
  readonly pipeline: { plan: PipelinePlan | null; _buildPlan(): PipelinePlan };
  destroy(): Promise<void>;
}

/** What a pipeline recorded: a step for each call of a kernel, in order. */
export interface PipelinePlan {
  readonly steps: { output: readonly number[]; readonly outputBuffer: number; readonly kernel: number }[];
  readonly buffers: readonly { readonly output: readonly number[] }[];
  readonly kernels: readonly { readonly clone: { readonly kernel: PipelineKernel } }[];
}

/** A kernel of a plan in mode webasm. */
export interface PipelineKernel {
  computeLayout(...args: unknown[]): unknown;
  readonly functionBuilder: { readonly functionMap: Readonly<Record<string, { literalTypes: object; emitVectorFunction(assembler: unknown): unknown }>> };
}

export interface GpuInstance {
  /** Every kernel that was not destroyed; in mode cpu a destroyed one stays until it is taken out. */
  readonly kernels: unknown[];
  readonly context: unknown;
  createKernel(source: string, settings: KernelSettings): KernelShortcut;
  createPipeline(run: (...handles: Handle[]) => unknown, settings: { readonly threads: boolean }): PipelineShortcut;
  destroy(): Promise<void>;
}

/** gpu.js's shared WebGPU device. */
export interface WebGpuContext {
  readonly adapter: { readonly info?: AdapterInfo; readonly isFallbackAdapter?: boolean; readonly limits: Readonly<Record<string, number>> };
  readonly device: WebGpuDevice;
}

export interface AdapterInfo {
  readonly vendor?: string;
  readonly architecture?: string;
  readonly device?: string;
  readonly description?: string;
  readonly isFallbackAdapter?: boolean;
}

export interface WebGpuDevice {
  readonly limits: Readonly<Record<string, number>>;
  readonly queue: { onSubmittedWorkDone(): Promise<unknown> };
  readonly lost: Promise<{ readonly reason: string; readonly message: string }>;
  onuncapturederror: ((event: { readonly error: { readonly message: string } }) => void) | null;
}

export interface GpuJs {
  readonly GPU: {
    new (settings: { readonly mode: string }): GpuInstance;
    readonly isHeadlessGLSupported: boolean;
    readonly isWebGLSupported: boolean;
    readonly isWebGL2Supported: boolean;
    readonly isWebAssemblySupported: boolean;
  };
  readonly WebGPUContext: { acquire(): Promise<WebGpuContext>; destroy(): Promise<void> };
}

/** The version whose behaviour this backend was written against, and which its package pins. */
export const gpuJsVersion = '2.24.1';

/**
 * Loads gpu.js; nothing else in the project does.
 *
 * @throws Error where it is not installed or not of the expected make: it tells no version, so its parts are looked at.
 */
export async function loadGpuJs(): Promise<GpuJs> {
  const loaded: unknown = await import('gpu.js');
  const module = (loaded as { default?: unknown }).default ?? loaded;
  const { GPU, WebGPUContext } = module as Partial<GpuJs>;
  const isExpected = typeof GPU === 'function' && typeof (GPU.prototype as Partial<GpuInstance>).createPipeline === 'function' && typeof WebGPUContext?.acquire === 'function';
  if (!isExpected) throw new Error(`the installed gpu.js is not version ${gpuJsVersion}`);
  return module as GpuJs;
}
