import { expect } from 'chai';
import fc from 'fast-check';
import { UnfoldError } from '@unfoldjs/core';
import { idxDataset, parseIdx } from '@unfoldjs/nn';
import { idxBytes } from '../idx-bytes.js';

describe('IDX', () => {
  it('reads every element type, big-endian', () => {
    const header = (type: number) => [0, 0, type, 1, 0, 0, 0, 2];
    const vectors: readonly (readonly [number, readonly number[], readonly number[]])[] = [
      [0x08, [7, 255], [7, 255]],
      [0x09, [7, 255], [7, -1]],
      [0x0b, [1, 2, 255, 254], [258, -2]],
      [0x0c, [0, 0, 1, 0, 255, 255, 255, 255], [256, -1]],
      [0x0d, [0x3f, 0x80, 0, 0, 0xc0, 0x20, 0, 0], [1, -2.5]],
      [0x0e, [0x3f, 0xf8, 0, 0, 0, 0, 0, 0, 0xbf, 0xf0, 0, 0, 0, 0, 0, 0], [1.5, -1]],
    ];
    for (const [type, elements, expected] of vectors) {
      const { shape, data } = parseIdx(Uint8Array.from([...header(type), ...elements]));
      expect(shape).to.deep.equal([2]);
      expect([...data]).to.deep.equal(expected);
    }
  });

  it('reads bytes that begin anywhere in a buffer', () => {
    const file = idxBytes([2], Uint8Array.of(3, 4));
    const padded = new Uint8Array(file.length + 3);
    padded.set(file, 3);
    expect([...parseIdx(padded.subarray(3)).data]).to.deep.equal([3, 4]);
  });

  const refusals: readonly (readonly [string, Uint8Array, string])[] = [
    ['an empty file', new Uint8Array(), '0 bytes are too few for a header'],
    ['a PNG', Uint8Array.of(0x89, 0x50, 0x4e, 0x47), 'begins with the bytes 137, 80'],
    ['a packed file', Uint8Array.of(0x1f, 0x8b, 8, 0), 'packed with gzip'],
    ['an unknown element type', Uint8Array.of(0, 0, 0x0a, 1, 0, 0, 0, 0), '0x0a'],
    ['a header that ends early', Uint8Array.of(0, 0, 8, 3, 0, 0, 0, 1), '8 bytes end inside the header: 3 sizes need 16'],
    ['a file that ends early', idxBytes([2, 2], Uint8Array.of(1, 2, 3)), '[2, 2], which are 16 bytes; there are 15'],
    ['a file that goes on', idxBytes([1], Uint8Array.of(1, 2)), 'which are 9 bytes; there are 10'],
    ['sizes that no file can have', idxBytes([2 ** 32 - 1, 2 ** 32 - 1, 2 ** 32 - 1], Uint8Array.of(1)), 'there are 17'],
  ];
  for (const [what, file, message] of refusals) {
    it(`refuses ${what}`, () => {
      expect(() => parseIdx(file, 'f')).to.throw(UnfoldError, message).with.property('code', 'INVALID_FILE');
    });
  }

  it('pairs images with labels, and refuses pairs that are none', () => {
    const images = idxBytes([2, 1, 2], Uint8Array.of(1, 2, 3, 4));
    const { images: read, labels } = idxDataset(images, idxBytes([2], Uint8Array.of(1, 0)));
    expect(read.shape).to.deep.equal([2, 1, 2, 1]);
    expect([...labels]).to.deep.equal([1, 0]);
    expect(idxDataset(idxBytes([1, 1, 1, 3], Uint8Array.of(1, 2, 3)), idxBytes([1], Uint8Array.of(0))).images.shape).to.deep.equal([1, 1, 1, 3]);
    expect(() => idxDataset(images, idxBytes([3], Uint8Array.of(1, 0, 1)))).to.throw('2 images and 3 labels');
    expect(() => idxDataset(idxBytes([2], Uint8Array.of(1, 0)), images)).to.throw('not pictures of bytes');
    expect(() => idxDataset(images, images)).to.throw('not one label for each image');
  });

  it('answers any bytes with an array or with a typed error', () => {
    const file = idxBytes([2, 3], Uint8Array.from({ length: 6 }, (_, i) => i));
    fc.assert(
      fc.property(fc.nat({ max: file.length - 1 }), fc.nat({ max: 255 }), fc.nat({ max: file.length }), (at, byte, length) => {
        const changed = file.slice(0, length);
        if (at < length) changed[at] = byte;
        try {
          const { shape, data } = parseIdx(changed);
          expect(shape.reduce((size, dim) => size * dim, 1)).to.equal(data.length);
        } catch (error) {
          expect(error).to.be.instanceOf(UnfoldError).with.property('code', 'INVALID_FILE');
        }
      }),
      { seed: 3, numRuns: 500 },
    );
  });
});
