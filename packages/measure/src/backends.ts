import type { Backend, Program } from '@unfoldjs/core';

/**
 * The same device, refusing some ops, so that the optimizer decomposes them or does not fuse into them: how the unfused form of a
 * program is run. A backend of its own: tensors do not cross over.
 */
export function withoutKernels(backend: Backend, ops: readonly string[]): Backend {
  return {
    apiVersion: backend.apiVersion,
    name: `${backend.name} without ${ops.join(', ')}`,
    device: backend.device,
    supports: (call) => (ops.includes(call.op.name) ? `${call.op.name} is left out on purpose` : backend.supports(call)),
    upload: (data, type) => backend.upload(data, type),
    read: (buffer) => backend.read(buffer),
    free: (buffer) => backend.free(buffer),
    compile: (program) => backend.compile(program),
    memory: () => backend.memory(),
    resetPeak: () => backend.resetPeak?.(),
    dispose: () => backend.dispose(),
  };
}

/** The kernels that a convolution is fused into. Without them it runs as im2col, which builds the patch matrix, and matmul. */
export const fusedKernels = ['conv2d', 'convMatmul', 'convFilterMatmul', 'convInputMatmul', 'matmulEpilogue', 'fusedElementwise'] as const;

export interface NullBackendHooks {
  readonly onCompile?: (program: Program) => void;
  readonly onRun?: () => void;
}

/**
 * A backend that supports what `like` supports and computes nothing: what is left is the cost of the framework. Buffers hold no
 * elements, so that reading one fails.
 */
export function nullBackend(like: Backend, { onCompile, onRun }: NullBackendHooks = {}): Backend {
  return {
    apiVersion: like.apiVersion,
    name: 'null',
    device: like.device,
    supports: (call) => like.supports(call),
    upload: async (_, type) => ({ type }),
    read: async () => {
      throw new Error('the null backend computes nothing');
    },
    free: () => undefined,
    async compile(program) {
      onCompile?.(program);
      const types = program.outputs.map((value) => program.values[value]!);
      return {
        async run() {
          onRun?.();
          return types.map((type) => ({ type }));
        },
        dispose: () => undefined,
        describe: () => [],
      };
    },
    memory: () => ({ live: 0, peak: 0, buffers: 0 }),
    dispose: async () => undefined,
  };
}
