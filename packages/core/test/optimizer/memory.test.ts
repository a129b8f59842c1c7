import { expect } from 'chai';
import fc from 'fast-check';
import {
  add,
  avgPool2d,
  conv2d,
  im2col,
  matmul,
  maxPool2d,
  relu,
  reshape,
  setBackend,
  softmax,
  tensor,
  zeros,
  type Tensor,
} from '@unfoldjs/core';
import { explain, type Explanation } from '@unfoldjs/core/explain';
import { cpu } from '@unfoldjs/backend-cpu';

const weights = (...shape: number[]): Tensor => tensor(new Float32Array(shape.reduce((a, b) => a * b, 1)), shape);
const stepsOf = ({ steps }: Explanation): string[] => steps.map(({ op }) => op);

describe('planned memory', () => {
  before(() => setBackend(cpu()));

  it('of LeNet is two activations that take turns; nothing else is alive', async () => {
    let x = relu(add(conv2d(weights(1, 28, 28, 1), weights(5, 5, 1, 6), { padding: 'same' }), weights(6)));
    x = maxPool2d(x, { window: 2 });
    x = maxPool2d(relu(add(conv2d(x, weights(5, 5, 6, 16)), weights(16))), { window: 2 });
    x = relu(add(matmul(reshape(x, [1, 400]), weights(400, 120)), weights(120)));
    x = relu(add(matmul(x, weights(120, 84)), weights(84)));
    x = softmax(add(matmul(x, weights(84, 10)), weights(10)));
    const plan = await explain(x);
    expect(stepsOf(plan)).to.deep.equal([
      'convMatmul',
      'maxPool2d',
      'convMatmul',
      'maxPool2d',
      'matmulEpilogue',
      'matmulEpilogue',
      'matmulEpilogue',
      'softmax',
    ]);
    // Slot 0: 28 * 28 * 6 floats after the first convolution, later 10 * 10 * 16 after the second, 120, 10.
    // Slot 1: 14 * 14 * 6 floats after the first pool, later 5 * 5 * 16, 84.
    expect(plan.slots).to.deep.equal([28 * 28 * 6 * 4, 14 * 14 * 6 * 4]);
    // Image, two filters with their biases, three matrices with theirs: 784 + 156 + 2,416 + 48,120 + 10,164 + 850 floats.
    expect(plan.memory).to.deep.equal({
      inputs: 62_490 * 4,
      constants: 0,
      intermediates: 23_520,
      outputs: 40,
      scratch: 0,
      peak: 62_490 * 4 + 23_520 + 40,
    });
  });

  it('of a residual block is one activation: the second convolution adds the shortcut as it stores', async () => {
    const x = weights(1, 56, 56, 64);
    const first = relu(add(conv2d(x, weights(3, 3, 64, 64), { padding: 'same' }), weights(64)));
    const block = relu(add(add(conv2d(first, weights(3, 3, 64, 64), { padding: 'same' }), weights(64)), x));
    const plan = await explain(block);
    expect(plan.steps.map(({ call }) => call)).to.deep.equal([
      'convMatmul(in0, in1, in2) window 3x3 padding 1 then add, relu',
      'convMatmul(t0, in3, in4, in0) window 3x3 padding 1 then add, add, relu',
    ]);
    const activation = 56 * 56 * 64 * 4;
    const filters = 2 * (9 * 64 * 64 + 64) * 4;
    expect(plan.memory).to.deep.equal({
      inputs: activation + filters,
      constants: 0,
      intermediates: activation,
      outputs: activation,
      scratch: 0,
      peak: 3 * activation + filters,
    });
  });

  it('never holds the patches of a convolution, whatever its strides, dilations, padding, groups and format', async () => {
    const options = fc.record({
      strides: fc.integer({ min: 1, max: 3 }),
      dilations: fc.integer({ min: 1, max: 2 }),
      padding: fc.constantFrom('same' as const, 'valid' as const, 2),
      groups: fc.integer({ min: 1, max: 2 }),
      dataFormat: fc.constantFrom('NHWC' as const, 'NCHW' as const),
    });
    await fc.assert(
      fc.asyncProperty(
        options,
        fc.integer({ min: 1, max: 3 }),
        fc.integer({ min: 1, max: 3 }),
        async (config, window, channels) => {
          const all = channels * config.groups;
          const x = zeros(config.dataFormat === 'NHWC' ? [2, 9, 8, all] : [2, all, 9, 8]);
          const plan = await explain(relu(conv2d(add(x, 1), weights(window, window, channels, 4), config)));
          expect(stepsOf(plan)).to.not.include('im2col');
          expect(stepsOf(plan)).to.include('convMatmul');
        },
      ),
      { numRuns: 60, seed: 3 },
    );
  });

  it('nor those of an im2col that somebody wrote by hand', async () => {
    const patches = im2col(weights(1, 9, 9, 2), { window: 3 });
    const plan = await explain(matmul(reshape(patches, [49, 18]), weights(18, 4)));
    expect(stepsOf(plan)).to.deep.equal(['convMatmul']);
  });

  it('turns images of format NCHW once at each end, not around every convolution', async () => {
    const format = { dataFormat: 'NCHW', padding: 'same' } as const;
    const x = weights(1, 4, 8, 8);
    const first = relu(add(conv2d(x, weights(3, 3, 4, 4), format), weights(4, 1, 1)));
    const second = relu(add(conv2d(first, weights(3, 3, 4, 4), format), first));
    const plan = await explain(avgPool2d(second, { window: 2, dataFormat: 'NCHW' }));
    expect(stepsOf(plan)).to.deep.equal(['transpose', 'convMatmul', 'convMatmul', 'avgPool2d', 'transpose']);
  });
});
