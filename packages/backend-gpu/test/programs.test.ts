import { concat, conv2d, matmul, maxPool2d, relu, setBackend, softmax, tensor, type Backend, type Tensor } from '@unfoldjs/core';
import { cpu } from '@unfoldjs/backend-cpu';
import { gpu } from '@unfoldjs/backend-gpu';
import { skip } from '@unfoldjs/test-support';
import { expect } from 'chai';
import { describeModes } from './open.js';
import { stepsOf } from './support/ran-on.js';

/** Small whole numbers: every order of a float32 sum is exact. */
const whole = (shape: readonly number[], step: number): Tensor => {
  const size = shape.reduce((product, dim) => product * dim, 1);
  return tensor(Float32Array.from({ length: size }, (_, i) => ((i * step) % 5) - 2), [...shape]);
};

const concatOf = (parts: Tensor[]): Tensor => concat(parts, 1);

const convolved = () => relu(conv2d(whole([2, 9, 7, 3], 3), whole([3, 3, 3, 5], 7), { padding: 'same', strides: [2, 1] }).add(whole([5], 1)));

/** Programs with a name, run on a backend and on the reference. */
const programs: Record<string, () => Tensor> = {
  'a convolution with bias and activation': convolved,
  'a dilated convolution with wide rows': () => conv2d(whole([1, 12, 11, 40], 3), whole([3, 2, 40, 4], 7), { dilations: [2, 3], padding: [[1, 2], [0, 3]] }),
  'a grouped convolution': () => conv2d(whole([1, 8, 8, 4], 3), whole([3, 3, 2, 6], 7), { groups: 2 }),
  'two layers and a matrix product': () => {
    const pooled = maxPool2d(convolved(), { window: 2 });
    return matmul(pooled.reshape([2, -1]), whole([pooled.size / 2, 4], 2));
  },
  'a residual': () => {
    const x = whole([1, 6, 6, 8], 3);
    return relu(conv2d(x, whole([3, 3, 8, 8], 7), { padding: 'same' }).add(x));
  },
  'a chain of 200 steps between transposes': () => {
    let x = whole([5, 6, 7], 3);
    for (let i = 0; i < 100; i++) x = x.transpose([2, 0, 1]).add(i % 3).sub(1);
    return x;
  },
  'forty operands side by side': () => concatOf(Array.from({ length: 40 }, (_, i) => whole([3, 1 + (i % 2)], i + 1))),
  'a long sum, in parts': () => whole([3, 9000], 7).sum({ axes: 1 }),
  'a loop beyond the iterations that gpu.js allows': () => matmul(whole([2, 1500], 3), whole([1500, 3], 7)),
  'what has no elements': () => concatOf([whole([2, 0], 1), whole([2, 3], 1)]).add(whole([2, 0], 1).sum()),
};

await describeModes('programs in mode', ['webasm', 'cpu', 'webgpu'], (mode) => {
  let backend: Backend;
  before(async () => {
    backend = await gpu({ mode }).open();
  });
  after(() => backend.dispose());

  for (const [title, program] of Object.entries(programs)) {
    it(`${title}: as on the reference, bit for bit`, async () => {
      await setBackend(cpu());
      const expected = await program().data();
      await setBackend(backend);
      const actual = await program().data();
      expect(actual).to.deep.equal(expected);
    });
  }

  it('a program that is disposed of while it runs comes to its end first', async () => {
    const hasty: Backend = {
      ...backend,
      async compile(program) {
        const executable = await backend.compile(program);
        return {
          ...executable,
          run(inputs, options) {
            const running = executable.run(inputs, options);
            executable.dispose();
            return running;
          },
        };
      },
    };
    await setBackend(hasty);
    const { live } = backend.memory();
    const [x, factors] = [tensor([[1, -2], [3, 4]]), tensor([[1, 2], [-1, 1]])];
    expect(await relu(matmul(x, factors)).add(1).array()).to.deep.equal([[4, 1], [1, 11]]);
    for (const each of [x, factors]) each.dispose();
    expect(backend.memory().live).to.equal(live);
  });

  it('every step tells on what it ran, and how', async () => {
    const how = mode === 'webasm' ? 'one pipeline, fused-sync' : 'a chain of kernels';
    const steps = await stepsOf(backend);
    expect(steps.length).to.be.above(1);
    for (const { ranOn } of steps) expect(ranOn).to.equal(`gpu.js ${mode}, ${how}`);
  });

  it('softmax is a distribution, with NaN where a logit is NaN', async function () {
    if (backend.device.float32.nan === 'lost') skip(this, 'the device declares that float32 loses NaN');
    await setBackend(backend);
    const rows = (await softmax(tensor([[1, 2, 3], [NaN, 0, 0], [-Infinity, 0, 0]])).array()) as number[][];
    expect(Math.abs(rows[0]!.reduce((sum, p) => sum + p, 0) - 1)).to.be.at.most(3 * 2 ** -23);
    expect(rows[1]).to.deep.equal([NaN, NaN, NaN]);
    expect(rows[2]).to.deep.equal([0, 0.5, 0.5]);
  });
});
