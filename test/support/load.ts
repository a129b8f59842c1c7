import { compile, conv2d, evaluate, liveMemory, matmul, mean, mul, relu, reshape, square, sub, sweepExpressions, tensor, type Backend, type Tensor } from '@unfoldjs/core';
import { valueAndGrad } from '@unfoldjs/core/autodiff';

/** What is held after a tenth of a load, and after all of it. */
export interface Drift {
  readonly heap: readonly [number, number];
  /** Bytes that the backend holds, and buffers that tensors own. */
  readonly device: readonly [number, number];
  readonly buffers: readonly [number, number];
}

/** Bytes on the heap: what is found to be garbage is taken away in later turns of the event loop only, and its entries in the table of expressions when that is next looked through. */
async function settledHeap(): Promise<number> {
  for (let turn = 0; turn < 4; turn++) {
    (globalThis as { gc?: () => void }).gc?.();
    sweepExpressions();
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  return process.memoryUsage().heapUsed;
}

/** A load is run half as often first: what the engine compiles meanwhile stays on the heap, and is no growth. */
async function driftOf(backend: Backend, count: number, once: (i: number) => Promise<void>): Promise<Drift> {
  for (let i = 0; i < count / 2; i++) await once(i);
  const held = async () => ({ heap: await settledHeap(), device: backend.memory().live, buffers: liveMemory().buffers });
  const tenth = Math.ceil(count / 10);
  for (let i = 0; i < tenth; i++) await once(i);
  const first = await held();
  for (let i = tenth; i < count; i++) await once(i);
  const last = await held();
  return { heap: [first.heap, last.heap], device: [first.device, last.device], buffers: [first.buffers, last.buffers] };
}

/** Each load on a backend that was chosen, `count` times over. @throws Error for a wrong number */
export const loads: Readonly<Record<string, (backend: Backend, count: number) => Promise<Drift>>> = {
  'evaluations of a small graph': (backend, count) =>
    driftOf(backend, count, async (i) => {
      const x = tensor([i % 64, 1, 2]);
      const found = await x.mul(2).add(1).sum().item();
      if (found !== 2 * ((i % 64) + 3) + 3) throw new Error(`run ${i} gave ${found}`);
      x.dispose();
    }),

  async 'training steps'(backend, count) {
    const inputs = tensor(Float32Array.from({ length: 8 * 36 }, (_, i) => (i % 7) - 3), [8, 6, 6, 1]);
    const loss = ([filters, dense]: Tensor[]): Tensor => mean(square(matmul(reshape(relu(conv2d(inputs, filters!, { padding: 'valid' })), [8, 64]), dense!)));
    const step = compile(
      (params: Tensor[]) => {
        const { value, gradient } = valueAndGrad(loss)(params);
        return { value, params: params.map((param, i) => sub(param, mul((gradient as Tensor[])[i]!, 0.001))) };
      },
      undefined,
      { donate: [0] },
    );
    let params = [tensor(new Float32Array(36).fill(0.1), [3, 3, 1, 4]), tensor(new Float32Array(192).fill(0.1), [64, 3])];
    const drift = await driftOf(backend, count, async () => {
      const { value, params: next } = await step(params);
      params = next;
      value.dispose();
    });
    if (step.programCount() !== 1) throw new Error(`${step.programCount()} programs for one step`);
    for (const param of params) param.dispose();
    step.dispose();
    return drift;
  },

  'programs compiled and disposed of': (backend, count) =>
    driftOf(backend, count, async (i) => {
      // A factor of its own makes each a program of its own.
      const layer = compile((x: Tensor) => relu(conv2d(x, tensor(new Float32Array(9).fill(1), [3, 3, 1, 1]), { padding: 'same' }).mul(1 + (i % 512) / 512)));
      const x = tensor(new Float32Array(36).fill(1), [1, 6, 6, 1]);
      const y = await layer(x);
      await evaluate(y);
      for (const each of [x, y]) each.dispose();
      layer.dispose();
    }),
};
