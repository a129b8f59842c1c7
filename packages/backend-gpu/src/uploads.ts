import { rowGrid } from './codegen/index-math.js';
import type { Handle, KernelShortcut } from './gpujs.js';
import type { Session } from './session.js';

/** Sizes for which a kernel is kept: each holds some buffers of the device. */
const capacity = 16;

interface Upload {
  readonly kernel: KernelShortcut;
  /** Uploads under way. */
  busy: number;
}

/** Elements go to the device through a kernel, one for each size: the sizes used longest ago are forgotten. */
export class Uploads {
  /** In the order of last use. */
  readonly #bySize = new Map<number, Upload>();

  constructor(private readonly session: Session) {}

  async run(data: Float32Array): Promise<Handle> {
    const upload = this.#bySize.get(data.length) ?? this.#make(data.length);
    this.#bySize.delete(data.length);
    this.#bySize.set(data.length, upload);
    upload.busy++;
    try {
      return await this.session.call(upload.kernel, [new Float32Array(data)], []);
    } finally {
      upload.busy--;
      this.#forget();
    }
  }

  #make(size: number): Upload {
    const { output, position } = rowGrid(size, this.session.facts);
    return { kernel: this.session.kernel(`function (a0) { return a0[${position}]; }`, output, { forms: `array of ${size}` }), busy: 0 };
  }

  #forget(): void {
    for (const [size, { kernel, busy }] of this.#bySize) {
      if (this.#bySize.size <= capacity) return;
      if (busy > 0) continue;
      this.#bySize.delete(size);
      this.session.dropKernel(kernel);
    }
  }
}
