import { conv2d, evaluate, relu, setBackend, tensor, type Backend, type StepInfo, type Tensor } from '@unfoldjs/core';

const small = (): Tensor => {
  const x = tensor(new Float32Array(2 * 8 * 8 * 4).fill(1), [2, 8, 8, 4]);
  return relu(conv2d(x, tensor(new Float32Array(9 * 4 * 8).fill(1), [3, 3, 4, 8]), { padding: 'same' })).sum();
};

/** What a backend says of the steps of a program, once it ran. Default: a small convolution. */
export async function stepsOf(backend: Backend, program: () => Tensor = small): Promise<readonly StepInfo[]> {
  let steps = (): readonly StepInfo[] => [];
  await setBackend({
    ...backend,
    async compile(compiled) {
      const executable = await backend.compile(compiled);
      steps = () => executable.describe();
      return executable;
    },
  });
  const y = program();
  await evaluate(y);
  y.dispose();
  return steps();
}
