import { expect } from 'chai';
import fc from 'fast-check';
import { UnfoldError } from '@unfoldjs/core';
import { augmentation, randomAt, type PictureShape, type Random } from '@unfoldjs/nn';

/** Draws these shares of each range in turn: shift down, shift right, rotation, zoom, mirror. */
function scripted(...shares: readonly number[]): Random {
  let next = 0;
  const uniform = (): number => shares[next++] ?? 0.5;
  return { word: () => 0, uniform, between: (low, high) => low + (high - low) * uniform(), below: () => 0, normal: () => 1 };
}

const shape: PictureShape = [3, 3, 1];
const picture = Float32Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9);
const close = (values: Float32Array): number[] => [...values].map((value) => Math.round(value * 1e5) / 1e5);

describe('augmentation', () => {
  it('without options changes nothing', () => {
    const same = augmentation()(picture, shape, randomAt(1));
    expect(same).to.deep.equal(picture);
    expect(same).not.to.equal(picture);
  });

  it('shifts down and right by whole pixels exactly, and fills', () => {
    expect([...augmentation({ shift: 1, fill: -1 })(picture, shape, scripted(1, 1))]).to.deep.equal([-1, -1, -1, -1, 1, 2, -1, 4, 5]);
    expect([...augmentation({ shift: 1 })(picture, shape, scripted(0, 0.5))]).to.deep.equal([4, 5, 6, 7, 8, 9, 0, 0, 0]);
  });

  it('shifts by half a pixel as the mean of two', () => {
    expect([...augmentation({ shift: 1 })(picture, shape, scripted(0.5, 0.75))]).to.deep.equal([0.5, 1.5, 2.5, 2, 4.5, 5.5, 3.5, 7.5, 8.5]);
  });

  it('turns clockwise by a positive angle', () => {
    expect(close(augmentation({ rotate: 90 })(picture, shape, scripted(0.5, 0.5, 1)))).to.deep.equal([7, 4, 1, 8, 5, 2, 9, 6, 3]);
    expect(close(augmentation({ rotate: 180 })(picture, shape, scripted(0.5, 0.5, 1)))).to.deep.equal([9, 8, 7, 6, 5, 4, 3, 2, 1]);
  });

  it('mirrors left and right', () => {
    expect([...augmentation({ flip: true })(picture, shape, scripted(0.5, 0.5, 0.5, 0.5, 0.1))]).to.deep.equal([3, 2, 1, 6, 5, 4, 9, 8, 7]);
    expect([...augmentation({ flip: true })(picture, shape, scripted(0.5, 0.5, 0.5, 0.5, 0.9))]).to.deep.equal([...picture]);
  });

  it('zooms about the middle', () => {
    const half = augmentation({ zoom: 0.5 })(picture, shape, scripted(0.5, 0.5, 0.5, 0));
    expect(half[4]).to.equal(5);
    expect([...half].filter((value) => value === 0)).to.have.length(8);
  });

  it('moves all channels of a pixel together', () => {
    expect([...augmentation({ shift: 1 })(Float32Array.of(1, 2, 3, 4), [1, 2, 2], scripted(0.5, 1))]).to.deep.equal([0, 0, 1, 2]);
  });

  it('keeps every number between the picture and the fill, whatever is drawn', () => {
    const change = augmentation({ shift: 2, rotate: 30, zoom: 0.3, flip: true });
    fc.assert(
      fc.property(fc.nat(), (seed) => {
        for (const value of change(picture, shape, randomAt(seed))) expect(value).to.be.within(0, 9);
      }),
      { seed: 5, numRuns: 200 },
    );
  });

  it('adds noise of the asked deviation', () => {
    const flat = new Float32Array(10_000);
    const noisy = augmentation({ noise: 0.5 })(flat, [100, 100, 1], randomAt(3));
    const mean = noisy.reduce((sum, value) => sum + value, 0) / flat.length;
    const variance = noisy.reduce((sum, value) => sum + (value - mean) ** 2, 0) / flat.length;
    // Five standard errors: 0.5 / sqrt(n) of the mean, 0.25 * sqrt(2 / n) of the variance.
    expect(Math.abs(mean)).to.be.below(0.025);
    expect(Math.abs(variance - 0.25)).to.be.below(0.25 * 5 * Math.sqrt(2 / flat.length));
  });

  it('refuses limits outside their range', () => {
    for (const options of [{ shift: -1 }, { rotate: 181 }, { zoom: 1 }, { noise: NaN }]) expect(() => augmentation(options)).to.throw(UnfoldError).with.property('code', 'INVALID_ARGUMENT');
  });
});
