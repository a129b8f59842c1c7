import { expect } from 'chai';
import { evaluate, getBackend, setBackend, tensor } from '@unfoldjs/core';
import { kernelBackend, referenceKernels } from '@unfoldjs/core/reference';

describe('schedule', () => {
  it('computes the demanding operand first, whichever side it stands on', async () => {
    await setBackend(kernelBackend({ name: 'unfused', kernels: referenceKernels }));
    const peakOf = async (swap: boolean): Promise<number> => {
      // Large intermediates that shrink to one element each; a poor order holds several at once.
      const x = tensor(new Float32Array(1000).fill(1));
      const large = (k: number) => x.reshape([1000, 1]).broadcastTo([1000, 10]).pow(k).sum();
      const small = x.sum();
      const chain = large(2).add(large(3));
      const result = swap ? small.add(chain) : chain.add(small);
      await x.data();
      getBackend().resetPeak!();
      await evaluate(result);
      return getBackend().memory().peak - getBackend().memory().live;
    };
    expect(await peakOf(true)).to.equal(await peakOf(false));
  });
});
