import { expect } from 'chai';
import fc from 'fast-check';
import { UnfoldError } from '@unfoldjs/core';
import { channelStatistics, datasetOf, normalize, pickFrom, shuffledIndices, sliceDataset, type Dataset } from '@unfoldjs/nn';

const ten: Dataset = datasetOf({ images: Uint8Array.from({ length: 20 }, (_, i) => i), shape: [1, 2, 1], labels: Array.from({ length: 10 }, (_, i) => i % 3) });

/** The code of the error that a function throws. */
const codeOf = (run: () => unknown): string => {
  try {
    run();
  } catch (error) {
    if (error instanceof UnfoldError) return error.code;
    throw error;
  }
  return 'none';
};

describe('datasets in memory', () => {
  it('keep bytes as they are, and anything else as float32', () => {
    const bytes = Uint8Array.of(1, 2);
    expect(datasetOf({ images: bytes, shape: [1, 1, 2], labels: [0] }).images.data).to.equal(bytes);
    expect(datasetOf({ images: [0.5, 2], shape: [1, 1, 2], labels: [0] }).images.data).to.deep.equal(Float32Array.of(0.5, 2));
  });

  it('name as many classes as the labels need, or those that are given', () => {
    expect(ten.classes).to.deep.equal(['0', '1', '2']);
    expect(datasetOf({ images: [1], shape: [1, 1, 1], labels: [1], classes: ['cat', 'dog'] }).classes).to.deep.equal(['cat', 'dog']);
  });

  it('refuse numbers that do not fit each other, and labels without a class', () => {
    expect(codeOf(() => datasetOf({ images: [1, 2, 3], shape: [1, 2, 1], labels: [0] }))).to.equal('DATA_MISMATCH');
    expect(codeOf(() => datasetOf({ images: [1, 2], shape: [1, 2, 1], labels: [-1] }))).to.equal('DATA_MISMATCH');
    expect(codeOf(() => datasetOf({ images: [1, 2], shape: [1, 2, 1], labels: [0.5] }))).to.equal('DATA_MISMATCH');
    expect(codeOf(() => datasetOf({ images: [1, 2], shape: [1, 2, 1], labels: [2], classes: ['a', 'b'] }))).to.equal('DATA_MISMATCH');
    expect(codeOf(() => datasetOf({ images: [1], shape: [1, 0, 1], labels: [0] }))).to.equal('INVALID_ARGUMENT');
  });

  it('are cut without a copy, from either end', () => {
    const part = sliceDataset(ten, 2, 5);
    expect(part.images.shape).to.deep.equal([3, 1, 2, 1]);
    expect([...part.images.data]).to.deep.equal([4, 5, 6, 7, 8, 9]);
    expect([...part.labels]).to.deep.equal([2, 0, 1]);
    expect(part.images.data.buffer).to.equal(ten.images.data.buffer);
    expect([...sliceDataset(ten, -2).labels]).to.deep.equal([2, 0]);
    for (const [start, end] of [[0, 11], [5, 4], [-11, 0], [0.5, 1]]) expect(codeOf(() => sliceDataset(ten, start!, end))).to.equal('INVALID_ARGUMENT');
  });

  it('give chosen images in the order asked for', () => {
    const picked = pickFrom(ten, [9, 0, 9]);
    expect([...picked.images.data]).to.deep.equal([18, 19, 0, 1, 18, 19]);
    expect([...picked.labels]).to.deep.equal([0, 0, 0]);
    expect(codeOf(() => pickFrom(ten, [10]))).to.equal('INVALID_ARGUMENT');
  });
});

describe('normalisation', () => {
  const colours = datasetOf({ images: [0, 10, 2, 30, 4, 50], shape: [1, 1, 2], labels: [0, 0, 0] });

  it('takes mean and deviation of each channel', () => {
    const { mean, std } = channelStatistics(colours);
    expect(mean).to.deep.equal([2, 30]);
    expect(std[0]).to.equal(Math.sqrt(8 / 3));
    expect(std[1]).to.equal(Math.sqrt(800 / 3));
  });

  it('centres and scales each channel, and only centres one that never changes', () => {
    expect(normalize(colours, { mean: [2, 30], std: [2, 10] }).images.data).to.deep.equal(Float32Array.of(-1, -2, 0, 0, 1, 2));
    expect(normalize(colours, { mean: [1, 0], std: [0, 1] }).images.data[2]).to.equal(1);
    expect(codeOf(() => normalize(colours, { mean: [1], std: [1] }))).to.equal('INVALID_ARGUMENT');
  });

  it('divides bytes by 255 where no statistics are given', () => {
    expect(normalize(ten).images.data[10]).to.equal(Math.fround(10 / 255));
    expect(normalize(colours).images.data).to.deep.equal(colours.images.data);
  });
});

describe('shuffling', () => {
  it('gives every number once, the same for the same seed and epoch, another for another', () => {
    fc.assert(
      fc.property(fc.nat({ max: 200 }), fc.nat(), fc.nat({ max: 100 }), (count, seed, epoch) => {
        const order = shuffledIndices(count, seed, epoch);
        expect([...order].sort((a, b) => a - b)).to.deep.equal(Array.from({ length: count }, (_, i) => i));
        expect(shuffledIndices(count, seed, epoch)).to.deep.equal(order);
      }),
      { seed: 4, numRuns: 50 },
    );
    expect(shuffledIndices(100, 1, 0)).not.to.deep.equal(shuffledIndices(100, 1, 1));
    expect(shuffledIndices(100, 1)).not.to.deep.equal(shuffledIndices(100, 2));
  });

  it('favours no order: each of the 6 orders of 3 comes about 1000 times in 6000', () => {
    const counts = new Map<string, number>();
    for (let epoch = 0; epoch < 6000; epoch++) {
      const order = shuffledIndices(3, 9, epoch).join('');
      counts.set(order, (counts.get(order) ?? 0) + 1);
    }
    expect(counts.size).to.equal(6);
    // Five standard deviations of a binomial of 6000 draws with chance 1/6.
    for (const count of counts.values()) expect(Math.abs(count - 1000)).to.be.below(5 * Math.sqrt((6000 * 5) / 36));
  });
});
