import { compile, conv2d, matmul, mean, mul, relu, reshape, square, sub, tensor, type Tensor } from '@unfoldjs/core';
import { valueAndGrad } from '@unfoldjs/core/autodiff';

/** A small net in training: a convolution, a product, and steps that give the memory of the old parameters away. */
export interface SmallTraining {
  run(steps: number): Promise<void>;
  /** Programs that all steps were compiled to. */
  programCount(): number;
  dispose(): void;
}

/** On the backend that is chosen when it first runs. */
export function smallTraining(): SmallTraining {
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
  return {
    async run(steps) {
      for (let i = 0; i < steps; i++) {
        const { value, params: next } = await step(params);
        params = next;
        value.dispose();
      }
    },
    programCount: () => step.programCount(),
    dispose() {
      for (const each of [inputs, ...params]) each.dispose();
      step.dispose();
    },
  };
}
