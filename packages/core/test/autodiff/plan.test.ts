import { expect } from 'chai';
import fc from 'fast-check';
import { add, avgPool2d, conv2d, conv2dTranspose, logSoftmax, matmul, maxPool2d, mul, relu, reshape, setBackend, sub, sum, tensor, type Conv2dOptions, type Tensor } from '@unfoldjs/core';
import { valueAndGrad } from '@unfoldjs/core/autodiff';
import { explain, type Explanation } from '@unfoldjs/core/explain';
import { cpu } from '@unfoldjs/backend-cpu';

const weights = (...shape: number[]): Tensor => tensor(new Float32Array(shape.reduce((a, b) => a * b, 1)), shape);
const stepsOf = ({ steps }: Explanation): string[] => steps.map(({ op }) => op);
const callsOf = ({ steps }: Explanation): string[] => steps.map(({ call }) => call);

function expectNoPatches(plan: Explanation): void {
  expect(stepsOf(plan).filter((op) => op === 'im2col' || op === 'col2im')).to.deep.equal([]);
}

type Parameters = Record<string, Tensor>;

/** The plan of one step of gradient descent. */
async function planOfStep(loss: (parameters: Parameters) => Tensor, parameters: Parameters): Promise<Explanation> {
  const { value, gradient } = valueAndGrad(loss)(parameters);
  return explain([value, ...Object.keys(parameters).map((name) => sub(parameters[name]!, mul(gradient[name]!, 0.1)))]);
}

describe('plans of gradients', () => {
  before(() => setBackend(cpu()));

  it('of a training step of LeNet build no patches, and update the filters where their gradient is stored', async () => {
    const [images, labels] = [weights(8, 28, 28, 1), weights(8, 10)];
    const plan = await planOfStep(
      (p) => {
        let x = maxPool2d(relu(add(conv2d(images, p.filters1!, { padding: 'same' }), p.bias1!)), { window: 2 });
        x = maxPool2d(relu(add(conv2d(x, p.filters2!), p.bias2!)), { window: 2 });
        x = relu(add(matmul(reshape(x, [8, 400]), p.weights3!), p.bias3!));
        x = relu(add(matmul(x, p.weights4!), p.bias4!));
        return sum(mul(logSoftmax(add(matmul(x, p.weights5!), p.bias5!)), labels)).mul(-1 / 8);
      },
      {
        filters1: weights(5, 5, 1, 6), bias1: weights(6), filters2: weights(5, 5, 6, 16), bias2: weights(16),
        weights3: weights(400, 120), bias3: weights(120), weights4: weights(120, 84), bias4: weights(84), weights5: weights(84, 10), bias5: weights(10),
      },
    );
    expectNoPatches(plan);
    const convolutions = callsOf(plan).filter((call) => call.startsWith('conv')).map((call) => call.replace(/\(.*\)/, ''));
    expect(convolutions).to.have.members([
      'convMatmul window 5x5 padding 2 then add, relu',
      'convMatmul window 5x5 then add, relu',
      // The images of the first layer want no gradient; those of the second get theirs from turned filters.
      'convMatmul window 5x5 padding 4',
      'convFilterMatmul window 5x5 padding 2 then mul, sub',
      'convFilterMatmul window 5x5 then mul, sub',
    ]);
    expect(stepsOf(plan).filter((op) => op === 'maxPool2dGradient')).to.have.length(2);
  });

  it('of a convolution hold less than its patches, at their highest', async () => {
    const [n, h, w, c, o] = [4, 28, 28, 16, 32] as const;
    const images = weights(n, h, w, c);
    for (const strides of [1, 2]) {
      const plan = await planOfStep((p) => sum(conv2d(add(images, p.shift!), p.filters!, { padding: 'same', strides }).square()), { filters: weights(3, 3, c, o), shift: weights(n, h, w, c) });
      const places = n * (h / strides) * (w / strides);
      const { intermediates, scratch } = plan.memory;
      const [patches, image, result] = [places * 9 * c * 4, n * h * w * c * 4, places * o * 4];
      expect(intermediates + scratch).to.be.below(patches);
      expect(intermediates + scratch).to.be.at.most(2 * image + 2 * result);
    }
  });

  it('build patches for no stride, dilation, padding, groups and format, forwards, backwards or transposed', async () => {
    const options: fc.Arbitrary<Conv2dOptions> = fc.record({
      strides: fc.integer({ min: 1, max: 3 }),
      dilations: fc.integer({ min: 1, max: 2 }),
      padding: fc.constantFrom('same' as const, 'valid' as const, 2),
      groups: fc.integer({ min: 1, max: 3 }),
      dataFormat: fc.constantFrom('NHWC' as const, 'NCHW' as const),
    });
    await fc.assert(
      fc.asyncProperty(options, fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 3 }), fc.boolean(), async (config, window, depth, isTransposed) => {
        const groups = config.groups!;
        const x = weights(...(config.dataFormat === 'NHWC' ? [2, 9, 8, depth * groups] : [2, depth * groups, 9, 8]));
        const filters = isTransposed ? weights(window, window, 2, depth * groups) : weights(window, window, depth, 2 * groups);
        const convolve = (a: Tensor, b: Tensor): Tensor => (isTransposed ? conv2dTranspose(a, b, { ...config, padding: 'same' }) : conv2d(a, b, config));
        const plan = await planOfStep((p) => sum(convolve(relu(p.x!), p.filters!).square()), { x, filters });
        expectNoPatches(plan);
        expect(stepsOf(plan)).to.include('convFilterMatmul');
      }),
      { numRuns: 60, seed: 3 },
    );
  });

  it('nor for an im2col and a matmul that somebody wrote by hand', async () => {
    const images = weights(1, 9, 9, 2);
    const plan = await planOfStep((p) => sum(matmul(add(images, p.shift!).im2col({ window: 3 }), p.filters!).square()), { filters: weights(18, 4), shift: weights(1, 9, 9, 2) });
    expectNoPatches(plan);
    expect(stepsOf(plan)).to.include.members(['convMatmul', 'convFilterMatmul', 'convInputMatmul']);
  });

  it('nor for pools, overlapping and padded', async () => {
    const plan = await planOfStep((p) => sum(avgPool2d(maxPool2d(p.x!, { window: 3, strides: 2, padding: 'same' }), { window: 3, strides: 1, padding: 'same' }).square()), { x: weights(2, 9, 9, 3) });
    expectNoPatches(plan);
    expect(stepsOf(plan)).to.include.members(['maxPool2dGradient', 'avgPool2dGradient']);
  });
});
