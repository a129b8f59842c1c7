import { add, compile, conv2d, logSoftmax, matmul, maxPool2d, mean, mul, neg, relu, reshape, sub, sum, tensor, type Tensor } from '@unfoldjs/core';
import { valueAndGrad } from '@unfoldjs/core/autodiff';

function numbers(seed: number, shape: readonly number[]): Tensor {
  let state = seed;
  return tensor(Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => ((state = (Math.imul(state, 1664525) + 1013904223) | 0) >>> 0) / 2 ** 32 - 0.5), shape);
}

/** The losses of a network of two convolutions, 78 million multiplications a step and more. `onStep` is called when a step has been asked for. */
export async function train(steps: number, onStep: () => void = () => {}): Promise<number[]> {
  const images = numbers(1, [32, 28, 28, 1]);
  const labels = tensor(Float32Array.from({ length: 320 }, (_, i) => Number(i % 10 === Math.floor(i / 10) % 10)), [32, 10]);
  const loss = ([f1, f2, w]: Tensor[]): Tensor => {
    const first = maxPool2d(relu(conv2d(images, f1!, { padding: 'same' })), { window: 2 });
    const second = maxPool2d(relu(add(conv2d(first, f2!, { padding: 'same' }), 0.1)), { window: 2 });
    return neg(mean(sum(mul(labels, logSoftmax(matmul(reshape(second, [32, -1]), w!))), { axes: -1 })));
  };
  const step = compile((params: Tensor[]) => {
    const { value, gradient } = valueAndGrad(loss)(params);
    return { value, params: params.map((param, i) => sub(param, mul((gradient as Tensor[])[i]!, 0.05))) };
  });
  let params = [numbers(2, [3, 3, 1, 16]), numbers(3, [3, 3, 16, 32]), mul(numbers(4, [1568, 10]), 0.1)];
  const losses: number[] = [];
  for (let i = 0; i < steps; i++) {
    const running = step(params);
    onStep();
    const result = await running;
    params = result.params;
    losses.push(Number(await result.value.item()));
  }
  return losses;
}
