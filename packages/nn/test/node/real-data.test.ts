import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { channelStatistics, sliceDataset } from '@unfoldjs/nn';
import { readCsv, readIdx, readMnist } from '@unfoldjs/nn/node';
import { skip } from '@unfoldjs/test-support';

// Beside the repository; who has the files elsewhere names the folder.
const data = process.env['UNFOLD_DATA'] ?? fileURLToPath(new URL('../../../../../shared/data', import.meta.url));

describe('real data', () => {
  before(function () {
    if (!existsSync(data)) skip(this, 'the data sets are not here; UNFOLD_DATA names their folder');
  });

  it('MNIST: the pixels of the original files', async function () {
    this.timeout(60_000);
    const test = await readMnist(join(data, 'mnist'), 'test');
    expect(test.images.shape).to.deep.equal([10_000, 28, 28, 1]);
    expect([...test.labels.subarray(0, 10)]).to.deep.equal([7, 2, 1, 0, 4, 1, 4, 9, 5, 9]);
    const { data: pixels } = await readIdx(join(data, 'mnist/t10k-images-idx3-ubyte.gz'));
    const header = Uint8Array.of(0, 0, 8, 3, 0, 0, 0x27, 0x10, 0, 0, 0, 28, 0, 0, 0, 28);
    expect(createHash('md5').update(header).update(pixels).digest('hex')).to.equal('2646ac647ad5339dbf082846283269ea');
    const train = await readMnist(join(data, 'mnist'), 'train');
    // The mean and deviation that everybody uses for MNIST: 0.1307 and 0.3081.
    const { mean, std } = channelStatistics(train);
    expect((mean[0]! / 255).toFixed(4)).to.equal('0.1307');
    expect((std[0]! / 255).toFixed(4)).to.equal('0.3081');
  });

  it('digits of UCI: 1,797 rows, values from 0 to 1', async () => {
    const { images, labels, classes } = await readCsv(join(data, 'digits/digits.csv.gz'), { shape: [8, 8, 1], scale: 16 });
    expect(images.shape).to.deep.equal([1797, 8, 8, 1]);
    expect(classes).to.have.length(10);
    expect([...labels.subarray(0, 5)]).to.deep.equal([0, 1, 2, 3, 4]);
    expect(Math.max(...images.data)).to.equal(1);
    expect(Math.min(...images.data)).to.equal(0);
  });

  it('a single pair of Fashion-MNIST files: 90 of each class', async () => {
    const fashion = await readMnist(join(data, 'fashion-mnist-900'), 'train');
    for (let label = 0; label < 10; label++) expect(fashion.labels.filter((other) => other === label)).to.have.length(90);
    expect(sliceDataset(fashion, 0, 700).images.shape).to.deep.equal([700, 28, 28, 1]);
  });
});
