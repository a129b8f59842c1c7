import type { GpuInstance, KernelShortcut } from './gpujs.js';

/** What a kernel of gpu.js 2.24.1 has in WebGL. */
interface GlKernel {
  /** Corners of what all kernels draw. */
  buffer: object | null;
  readonly built: boolean;
  /** Null until its building begins. */
  readonly extensions: object | null;
  /** Textures that go with the kernel; one of a result may be among them that somebody else has by now. */
  readonly textureCache: object[];
}

interface Shared {
  readonly kernel: KernelShortcut;
  users: number;
}

const inside = ({ kernel }: KernelShortcut): GlKernel => kernel as unknown as GlKernel;

/**
 * Kernels of WebGL, shared by all programs that need the same. Those of gpu.js lean on one another: all draw with the corners of the one that
 * was built last, a result is read and deleted through the kernel that made it, and the context goes with the kernel that is left at the
 * end. So the first one stays, and all corners and results are its own: then each of the others can go when nobody needs it.
 */
export class GlKernels {
  readonly #byKey = new Map<string, Shared>();
  readonly #keys = new Map<KernelShortcut, string>();
  #first: KernelShortcut | null = null;

  constructor(private readonly gpu: GpuInstance) {}

  take(key: string, make: () => KernelShortcut): KernelShortcut {
    const known = this.#byKey.get(key);
    if (known) {
      known.users++;
      return known.kernel;
    }
    const kernel = make();
    this.#first ??= kernel;
    this.#byKey.set(key, { kernel, users: 1 });
    this.#keys.set(kernel, key);
    return kernel;
  }

  /** Before a kernel runs, which is when gpu.js builds it. */
  lendCorners(kernel: KernelShortcut): void {
    if (!inside(kernel).built) inside(kernel).buffer = inside(this.#first!).buffer;
  }

  /** What a kernel gave. */
  adopt(result: unknown): void {
    (result as { kernel: unknown }).kernel = this.#first!.kernel;
  }

  drop(kernel: KernelShortcut): void {
    const key = this.#keys.get(kernel)!;
    const shared = this.#byKey.get(key)!;
    if (--shared.users > 0 || kernel === this.#first) return;
    this.#byKey.delete(key);
    this.#keys.delete(kernel);
    const own = inside(kernel);
    own.buffer = null;
    own.textureCache.length = 0;
    if (own.extensions) return kernel.destroy();
    // One that never ran has nothing to give back, and fails where it is told to.
    const at = this.gpu.kernels.indexOf(kernel.kernel);
    if (at >= 0) this.gpu.kernels.splice(at, 1);
  }
}
