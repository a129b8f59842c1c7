import { conv2d, evaluate, relu, setBackend, tensor, type Backend, type StepInfo } from '@unfoldjs/core';

/** What a backend says of the steps of a small program, once it ran. */
export async function stepsOf(backend: Backend): Promise<readonly StepInfo[]> {
  let steps = (): readonly StepInfo[] => [];
  await setBackend({
    ...backend,
    async compile(program) {
      const executable = await backend.compile(program);
      steps = () => executable.describe();
      return executable;
    },
  });
  const x = tensor(new Float32Array(2 * 8 * 8 * 4).fill(1), [2, 8, 8, 4]);
  const y = relu(conv2d(x, tensor(new Float32Array(9 * 4 * 8).fill(1), [3, 3, 4, 8]), { padding: 'same' })).sum();
  await evaluate(y);
  y.dispose();
  return steps();
}
