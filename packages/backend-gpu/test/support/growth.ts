import { compile, conv2d, evaluate, matmul, mean, mul, relu, reshape, square, sub, tensor, tidy, type Backend, type Tensor } from '@unfoldjs/core';
import { valueAndGrad } from '@unfoldjs/core/autodiff';
import { deviceObjects } from './devices.js';

/** What a backend and its device hold. */
export interface Held {
  readonly live: number;
  readonly buffers: number;
  /** Buffers or textures that the device itself has; 0 where there are none to count. */
  readonly objects: number;
}

const heldBy = (backend: Backend): Held => {
  const { live, buffers } = backend.memory();
  return { live, buffers, objects: deviceObjects() };
};

const sumOf = (values: number[] | Float32Array): Promise<number | boolean> =>
  tidy(async (own) => {
    const total = own(own(tensor(values)).mul(2).sum());
    await evaluate(total);
    return total.item();
  });

/** One program many times, then many programs; what is held after half of the runs, after all of them, and at the end. @throws Error for a wrong sum */
export async function manyPrograms(backend: Backend, runs: number, programs: number): Promise<{ half: Held; all: Held; end: Held }> {
  const expectSum = async (values: number[] | Float32Array, sum: number): Promise<void> => {
    const found = await sumOf(values);
    if (found !== sum) throw new Error(`the sum of ${values.length} numbers is ${found}, not ${sum}`);
  };
  for (let i = 0; i < runs; i++) await expectSum([i, 1], 2 * i + 2);
  const half = heldBy(backend);
  for (let i = 0; i < runs; i++) await expectSum([i, 1], 2 * i + 2);
  const all = heldBy(backend);
  for (let i = 1; i <= programs; i++) await expectSum(new Float32Array(i).fill(1), 2 * i);
  return { half, all, end: heldBy(backend) };
}

/** Steps of training a small net, what is held after a tenth as many to warm up, and after all of them. */
export async function training(backend: Backend, steps: number, settledHeap: () => Promise<number>): Promise<{ before: Held; after: Held; programs: number; heapGrowth: number }> {
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
  const train = async (count: number): Promise<void> => {
    for (let i = 0; i < count; i++) {
      const { value, params: next } = await step(params);
      params = next;
      value.dispose();
    }
  };
  await train(Math.ceil(steps / 10));
  const before = heldBy(backend);
  const heap = await settledHeap();
  await train(steps);
  const after = heldBy(backend);
  return { before, after, programs: step.programCount(), heapGrowth: (await settledHeap()) - heap };
}

/** Bytes on the heap; what is found to be garbage is taken away in later turns of the event loop only. */
export const settled = (heapUsed: () => number) => async (): Promise<number> => {
  for (let turn = 0; turn < 3; turn++) {
    (globalThis as { gc?: () => void }).gc?.();
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  return heapUsed();
};
