import { expect } from 'chai';
import { augmentation, batchCount, batches, datasetOf, prefetch, type BatchesOptions, type HostBatch } from '@unfoldjs/nn';

const dataset = datasetOf({ images: Uint8Array.from({ length: 20 }, (_, i) => i), shape: [1, 2, 1], labels: Array.from({ length: 10 }, (_, i) => i) });

async function all(options: BatchesOptions): Promise<HostBatch[]> {
  const seen = [];
  for await (const batch of batches(dataset, options)) seen.push(batch);
  return seen;
}

describe('batches', () => {
  it('hold every image once, with its own label, bytes as 0 to 1', async () => {
    for (const shuffle of [false, true]) {
      const seen = await all({ batchSize: 3, shuffle, seed: 5 });
      expect(seen.map(({ shape }) => shape)).to.deep.equal([[3, 1, 2, 1], [3, 1, 2, 1], [3, 1, 2, 1], [1, 1, 2, 1]]);
      const labels = seen.flatMap((batch) => [...batch.labels]);
      expect([...labels].sort((a, b) => a - b)).to.deep.equal([...dataset.labels]);
      for (const batch of seen) batch.labels.forEach((label, i) => expect(batch.images[2 * i + 1]).to.equal(Math.fround((2 * label + 1) / 255)));
    }
  });

  it('may leave out a last one that is not full, and those that were seen before', async () => {
    expect((await all({ batchSize: 4, dropLast: true })).map(({ labels }) => labels.length)).to.deep.equal([4, 4]);
    expect((await all({ batchSize: 4, skip: 2 })).map(({ labels }) => [...labels])).to.deep.equal([[8, 9]]);
    expect(batchCount(dataset, { batchSize: 4 })).to.equal(3);
    expect(batchCount(dataset, { batchSize: 4, dropLast: true, skip: 1 })).to.equal(1);
    expect(batchCount(dataset, { batchSize: 4, skip: 9 })).to.equal(0);
  });

  it('go on in the middle of an epoch as if they had never stopped', async () => {
    const options = { batchSize: 3, shuffle: true, seed: 2, epoch: 4, augment: augmentation({ shift: 1, noise: 0.1 }) };
    expect(await all({ ...options, skip: 2 })).to.deep.equal((await all(options)).slice(2));
  });

  it('augment an image from seed, epoch and its place alone', async () => {
    const augment = augmentation({ shift: 1, noise: 0.1 });
    const byIndex = async (options: BatchesOptions): Promise<Map<number, readonly number[]>> =>
      new Map((await all({ augment, seed: 1, ...options })).flatMap(({ indices, images }) => [...indices].map((index, i) => [index, [...images.slice(2 * i, 2 * i + 2)]] as const)));
    const inOrder = await byIndex({ batchSize: 3 });
    const shuffled = await byIndex({ batchSize: 4, shuffle: true });
    for (const [index, pixels] of inOrder) expect(shuffled.get(index)).to.deep.equal(pixels);
    expect((await byIndex({ epoch: 1 })).get(0)).not.to.deep.equal(inOrder.get(0));
    expect(dataset.images.data[1]).to.equal(1);
  });

  it('refuse bad options at the call', () => {
    for (const options of [{ batchSize: 0 }, { seed: -1 }, { epoch: 0.5 }, { prefetch: -1 }, { skip: NaN }]) expect(() => batches(dataset, options)).to.throw().with.property('code', 'INVALID_ARGUMENT');
  });
});

describe('prefetch', () => {
  /** Notes when values are made and when the source ends. */
  function source(length: number, log: string[]): Iterable<number> {
    return {
      *[Symbol.iterator]() {
        try {
          for (let i = 0; i < length; i++) {
            log.push(`made ${i}`);
            yield i;
          }
        } finally {
          log.push('ended');
        }
      },
    };
  }

  const pause = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 5));

  it('makes the next values while the consumer is busy, and no more than asked', async () => {
    const log: string[] = [];
    for await (const value of prefetch(source(6, log), 2)) {
      await pause();
      log.push(`used ${value}`);
      if (value === 0) expect(log).to.deep.equal(['made 0', 'made 1', 'made 2', 'used 0']);
    }
    expect(log.filter((entry) => entry.startsWith('used'))).to.deep.equal(['used 0', 'used 1', 'used 2', 'used 3', 'used 4', 'used 5']);
    expect(log.filter((entry) => entry === 'ended')).to.have.length(1);
  });

  it('with 0 makes each value when it is asked for', async () => {
    const log: string[] = [];
    for await (const value of prefetch(source(3, log), 0)) {
      await pause();
      log.push(`used ${value}`);
    }
    expect(log).to.deep.equal(['made 0', 'used 0', 'made 1', 'used 1', 'made 2', 'used 2', 'ended']);
  });

  it('ends the source when the loop is left', async () => {
    const log: string[] = [];
    for await (const value of prefetch(source(100, log))) if (value === 1) break;
    expect(log.at(-1)).to.equal('ended');
    expect(log.length).to.be.below(8);
  });

  it('passes an error on after the values before it', async () => {
    const failing = {
      async *[Symbol.asyncIterator]() {
        yield 1;
        yield 2;
        throw new Error('broken');
      },
    };
    const seen: number[] = [];
    let message = '';
    try {
      for await (const value of prefetch(failing, 5)) seen.push(value);
    } catch (error) {
      message = (error as Error).message;
    }
    expect(seen).to.deep.equal([1, 2]);
    expect(message).to.equal('broken');
  });
});
