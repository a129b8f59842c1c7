import { conv2d, evaluate, setBackend, tensor, type Backend } from '@unfoldjs/core';
import { cpu } from '@unfoldjs/backend-cpu';
import { fusedKernels, nest4, nestedLoops, nullBackend, withoutKernels } from '@unfoldjs/measure';
import { expect } from 'chai';
import { checkConv, gamma } from '../src/check-conv.js';
import { engines } from '../src/engines.js';
import { graphs } from '../src/graphs.js';
import { randomData } from '../src/random.js';
import { convFlops, convWorkloads, type ConvWorkload } from '../src/workloads.js';

const small: ConvWorkload = { id: 'small', input: [2, 7, 6, 3], filters: [3, 3, 3, 4], stride: 2, dilation: 1 };
const [x, w] = [randomData(2 * 7 * 6 * 3, 1), randomData(3 * 3 * 3 * 4, 2)];

describe('the check of a convolution', () => {
  const right = Float32Array.from(nestedLoops(nest4(x, small.input), nest4(w, small.filters), { stride: 2 }).flat(3));

  it('takes what is rounded right and refuses what is not', () => {
    expect(() => checkConv(small, x, w, right)).not.to.throw();
    const wrong = Float32Array.from(right, (value, i) => (i === 5 ? value + 1e-4 : value));
    expect(() => checkConv(small, x, w, wrong)).to.throw(/small: output \[0, 0, 1, 1\] is/);
    expect(() => checkConv(small, x, w, Float32Array.from(right, (value, i) => (i === 5 ? NaN : value)))).to.throw('NaN');
    expect(() => checkConv(small, x, w, right.subarray(1))).to.throw('elements instead of');
  });

  it('knows dilation: zeros between the weights of a larger filter', () => {
    const dilated: ConvWorkload = { id: 'dilated', input: [1, 6, 5, 1], filters: [3, 3, 1, 1], stride: 1, dilation: 2 };
    const [image, taps] = [randomData(30, 3), randomData(9, 4)];
    const stretched = Array.from({ length: 25 }, (_, i) => ((i % 5) % 2 === 0 && Math.floor(i / 5) % 2 === 0 ? taps[3 * (Math.floor(i / 5) / 2) + (i % 5) / 2]! : 0));
    const expected = nestedLoops(nest4(image, dilated.input), nest4(stretched, [5, 5, 1, 1])).flat(3);
    expect(() => checkConv(dilated, image, taps, Float32Array.from(expected))).not.to.throw();
  });

  it('has a bound that grows with the length of the sum', () => {
    expect(gamma(1)).to.be.closeTo(2 ** -24, 2 ** -46);
    expect(gamma(576) / gamma(1)).to.be.within(576, 577);
  });
});

describe('the engines', () => {
  for (const engine of engines.filter(({ name }) => name === 'nested loops' || name.startsWith('cpu') || name.startsWith('gpu:webasm'))) {
    it(`${engine.name} convolves`, async () => {
      const prepared = await engine.prepare(small, x, w);
      checkConv(small, x, w, prepared.flat(await prepared.run()));
    });
  }
});

describe('the form without fused kernels', () => {
  it('builds the patches and multiplies, where the fused one does not', async () => {
    const opsOn = async (like: Backend): Promise<string[]> => {
      const ops: string[] = [];
      await setBackend(nullBackend(like, { onCompile: ({ steps }) => ops.push(...steps.map(({ op }) => op.name)) }));
      await evaluate(conv2d(tensor(x, small.input), tensor(w, small.filters), { strides: 2, padding: 'same' }));
      return ops;
    };
    const backend = await cpu().open();
    expect(await opsOn(withoutKernels(backend, fusedKernels))).to.deep.equal(['im2col', 'matmul']);
    expect(await opsOn(backend)).to.have.length(1).and.not.to.include('im2col');
  });
});

describe('the workloads', () => {
  it('count multiplications and additions', () => {
    expect(convFlops(convWorkloads.D)).to.equal(2 * 56 * 56 * 64 * 9 * 64);
    expect(convFlops(convWorkloads.G)).to.equal(2 * 112 * 112 * 64 * 49 * 3);
  });

  it('have the same data in every process', () => {
    expect([...randomData(3, 7)]).to.deep.equal([...randomData(3, 7)]);
    expect([...randomData(3, 7)]).not.to.deep.equal([...randomData(3, 8)]);
    expect(randomData(1000, 1).every((value) => value >= -1 && value < 1)).to.equal(true);
  });

  it('are graphs of about the size that was asked for, and can be computed', async () => {
    await setBackend(cpu());
    for (const [name, build] of Object.entries(graphs)) {
      const { output, ops } = build(100);
      expect(ops, name).to.be.within(95, 105);
      expect((await output.data()).every(Number.isFinite), name).to.equal(true);
    }
  });
});
