import { add, conv2d, mul, relu, tanh, tensor, transpose, type Tensor } from '@unfoldjs/core';
import { randomData } from './random.js';

/** Builds a graph of about `size` ops over fresh data, so that nothing is found in a table, and says how many it has. */
export type GraphBuilder = (size: number) => { readonly output: Tensor; readonly ops: number };

/** A chain of elementwise ops under a transpose: what a rule that moves views must not visit once an op. */
export const chain: GraphBuilder = (size) => {
  const shape = [4, 8];
  const [a, b] = [tensor(randomData(32, 1), shape), tensor(randomData(32, 2), shape)];
  let x = tensor(randomData(32, 3), shape);
  for (let i = 0; i < size - 1; i++) x = i % 3 === 0 ? add(x, a) : i % 3 === 1 ? mul(x, b) : tanh(x);
  return { output: transpose(x), ops: size };
};

/** Half of the ops side by side on one operand, each with a number of its own, the other half a balanced tree that adds them. */
export const wide: GraphBuilder = (size) => {
  const x = tensor(randomData(32, 1), [4, 8]);
  let layer = Array.from({ length: Math.ceil(size / 2) }, (_, i) => mul(x, 1 + i / size));
  let ops = layer.length;
  while (layer.length > 1) {
    const next: Tensor[] = [];
    for (let i = 0; i < layer.length; i += 2) {
      const right = layer[i + 1];
      next.push(right ? add(layer[i]!, right) : layer[i]!);
      if (right) ops++;
    }
    layer = next;
  }
  return { output: layer[0]!, ops };
};

/** Blocks of convolution, bias and relu over eight sets of weights. */
export const convNet: GraphBuilder = (size) => {
  const layers = Array.from({ length: 8 }, (_, i) => ({ filters: tensor(randomData(144, i), [3, 3, 4, 4]), bias: tensor(randomData(4, i), [4]) }));
  let x = tensor(randomData(256, 9), [1, 8, 8, 4]);
  const blocks = Math.ceil(size / 3);
  for (let i = 0; i < blocks; i++) {
    const { filters, bias } = layers[i % layers.length]!;
    x = relu(add(conv2d(x, filters, { padding: 'same' }), bias));
  }
  return { output: x, ops: 3 * blocks };
};

export const graphs = { chain, wide, 'conv net': convNet } as const satisfies Record<string, GraphBuilder>;
