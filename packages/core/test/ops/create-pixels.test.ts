import { expect } from 'chai';
import fc from 'fast-check';
import { fromPixels, setBackend, tensor, toPixels, UnfoldError, zeros } from '@unfoldjs/core';
import { cpu } from '@unfoldjs/backend-cpu';

/** The code of the error that a promise fails with. */
const codeOf = (promise: Promise<unknown>): Promise<string> => promise.then(() => 'none', (error: unknown) => (error instanceof UnfoldError ? error.code : 'other'));

describe('pixels', () => {
  before(() => setBackend(cpu()));
  const data = Uint8ClampedArray.of(1, 2, 3, 4, 5, 6, 7, 8);

  it('become int32 of the channels asked for', async () => {
    expect(await fromPixels({ data, width: 2, height: 1 }).array()).to.deep.equal([[[1, 2, 3], [5, 6, 7]]]);
    expect(await fromPixels({ data, width: 1, height: 2 }, { channels: 1 }).array()).to.deep.equal([[[1]], [[5]]]);
    expect(fromPixels({ data: new Uint8Array(data), width: 1, height: 2 }).dtype).to.equal('int32');
  });

  it('go and come back whole', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 5 }), fc.infiniteStream(fc.nat(255)), async (width, height, bytes) => {
        const pixels = { data: Uint8ClampedArray.from(bytes.take(width * height * 4)), width, height };
        expect(await toPixels(fromPixels(pixels, { channels: 4 }))).to.deep.equal(pixels);
      }),
      { seed: 2, numRuns: 30 },
    );
  });

  it('come from grey, RGB, float32 and bool', async () => {
    expect((await toPixels([[0, 0.5, 1]])).data).to.deep.equal(Uint8ClampedArray.of(0, 0, 0, 255, 128, 128, 128, 255, 255, 255, 255, 255));
    expect((await toPixels([[[0, 1, 0]]])).data).to.deep.equal(Uint8ClampedArray.of(0, 255, 0, 255));
    expect(await tensor([[true]]).toPixels()).to.deep.equal({ data: Uint8ClampedArray.of(255, 255, 255, 255), width: 1, height: 1 });
  });

  it('refuse what is no image', async () => {
    const never = (value: unknown): never => value as never;
    expect(() => fromPixels(never(null))).to.throw(UnfoldError).that.includes({ code: 'INVALID_ARGUMENT', argument: 'pixels' });
    expect(() => fromPixels({ data, width: 3, height: 1 })).to.throw(UnfoldError).that.includes({ code: 'DATA_MISMATCH', argument: 'data' });
    expect(() => fromPixels({ data, width: 2, height: 1 }, { channels: 5 })).to.throw(UnfoldError).that.includes({ code: 'INVALID_ARGUMENT', argument: 'channels' });
    expect(await codeOf(toPixels(zeros([1, 2, 2, 3])))).to.equal('SHAPE_MISMATCH');
    expect(await codeOf(toPixels(zeros([2, 2, 2])))).to.equal('SHAPE_MISMATCH');
    expect(await codeOf(toPixels([[1.5]]))).to.equal('DATA_MISMATCH');
    expect(await codeOf(toPixels([[NaN]]))).to.equal('DATA_MISMATCH');
    expect(await codeOf(toPixels(tensor(Int32Array.of(256), [1, 1])))).to.equal('DATA_MISMATCH');
  });
});
