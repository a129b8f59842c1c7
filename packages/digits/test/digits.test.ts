import { expect } from 'chai';
import { drawDigits } from '@unfoldjs/digits';

describe('drawn digits', () => {
  it('come equally often, in the size asked for', () => {
    const { images, labels, classes } = drawDigits(25, { side: 12 });
    expect(images.shape).to.deep.equal([25, 12, 12, 1]);
    expect(classes).to.have.length(10);
    for (let digit = 0; digit < 10; digit++) expect(labels.filter((label) => label === digit).length).to.be.within(2, 3);
  });

  it('are the same for the same seed, all others for another', () => {
    const [one, again, other] = [drawDigits(20, { seed: 3 }), drawDigits(20, { seed: 3 }), drawDigits(20, { seed: 4 })];
    expect(again).to.deep.equal(one);
    const picture = (set: typeof one, i: number): string => set.images.data.subarray(i * 400, (i + 1) * 400).join();
    for (let i = 0; i < 20; i++) for (let j = 0; j < 20; j++) expect(picture(one, i)).not.to.equal(picture(other, j));
    expect(drawDigits(5, { seed: 3 }).images.data).to.deep.equal(one.images.data.subarray(0, 5 * 400));
  });

  it('have ink and paper, and stay on the page', () => {
    const { images, labels } = drawDigits(200, { seed: 5 });
    labels.forEach((_, i) => {
      const pixels = images.data.subarray(i * 400, (i + 1) * 400);
      const ink = pixels.filter((value) => value > 128).length;
      expect(ink, `picture ${i}`).to.be.within(12, 220);
    });
  });

  it('differ enough that means of pixels alone do not tell them apart, and little enough that they are mostly told apart', () => {
    const [train, test] = [drawDigits(500, { seed: 1 }), drawDigits(200, { seed: 2 })];
    const means = Array.from({ length: 10 }, (_, digit) => Float32Array.from({ length: 400 }, (_, pixel) => [...train.labels].reduce((sum, label, i) => sum + (label === digit ? train.images.data[i * 400 + pixel]! : 0), 0) / 50));
    const nearest = (pixels: Uint8Array | Float32Array): number => {
      const distances = means.map((mean) => mean.reduce((sum, value, pixel) => sum + (value - pixels[pixel]!) ** 2, 0));
      return distances.indexOf(Math.min(...distances));
    };
    const right = test.labels.filter((label, i) => nearest(test.images.data.subarray(i * 400, (i + 1) * 400)) === label).length / 200;
    expect(right).to.be.within(0.5, 0.95);
  });
});
