import { compile, conv2d, evaluate, liveMemory, relu, tensor, type Backend, type Tensor } from '@unfoldjs/core';
import { smallTraining } from '@unfoldjs/test-support/small-training';
import { weighHeap } from './weigh-heap.js';

/** What is held after a tenth of a load, and after all of it. */
export interface Drift {
  /** Bytes: see `weighHeap`. */
  readonly heap: readonly [number, number];
  /** Bytes that the backend holds. */
  readonly device: readonly [number, number];
  /** Buffers that tensors own. */
  readonly buffers: readonly [number, number];
}

/** A load is run half as often first: what is made once, such as a table of all that differs between rounds, is no growth. */
async function driftOf(backend: Backend, count: number, once: (i: number) => Promise<void>): Promise<Drift> {
  for (let i = 0; i < count / 2; i++) await once(i);
  const held = async () => ({ heap: await weighHeap(), device: backend.memory().live, buffers: liveMemory().buffers });
  // The first weighing leaves things of its own.
  await held();
  const tenth = Math.ceil(count / 10);
  for (let i = 0; i < tenth; i++) await once(i);
  const first = await held();
  for (let i = tenth; i < count; i++) await once(i);
  const last = await held();
  return { heap: [first.heap, last.heap], device: [first.device, last.device], buffers: [first.buffers, last.buffers] };
}

/** Each load on a backend that was chosen, `count` times over. @throws Error for a wrong number */
export const loads = {
  'evaluations of a small graph': (backend, count) =>
    driftOf(backend, count, async (i) => {
      const x = tensor([i % 64, 1, 2]);
      const found = await x.mul(2).add(1).sum().item();
      if (found !== 2 * ((i % 64) + 3) + 3) throw new Error(`run ${i} gave ${found}`);
      x.dispose();
    }),

  async 'training steps'(backend, count) {
    const net = smallTraining();
    const drift = await driftOf(backend, count, () => net.run(1));
    if (net.programCount() !== 1) throw new Error(`${net.programCount()} programs for one step`);
    net.dispose();
    return drift;
  },

  'programs compiled and disposed of': (backend, count) =>
    driftOf(backend, count, async (i) => {
      // A factor of its own makes each a program of its own; there are fewer of them than rounds to warm up.
      const layer = compile((x: Tensor) => relu(conv2d(x, tensor(new Float32Array(9).fill(1), [3, 3, 1, 1]), { padding: 'same' }).mul(1 + (i % 256) / 256)));
      const x = tensor(new Float32Array(36).fill(1), [1, 6, 6, 1]);
      const y = await layer(x);
      await evaluate(y);
      for (const each of [x, y]) each.dispose();
      layer.dispose();
    }),
} satisfies Readonly<Record<string, (backend: Backend, count: number) => Promise<Drift>>>;

export type LoadName = keyof typeof loads;
