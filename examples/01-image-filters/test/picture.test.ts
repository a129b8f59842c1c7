import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { decode, encode } from 'fast-png';
import jpeg from 'jpeg-js';
import { decodePicture, loadPicture, shrink, toPng, writeFile } from '../src/picture.js';
import { writePng, type PngParts } from './png-writer.js';

const rgbOf = (file: Uint8Array): number[] => [...decodePicture(file, 'test.png').rgb];
const png = (parts: Omit<PngParts, 'width' | 'height'> & Partial<PngParts>): Uint8Array => writePng({ width: 2, height: 1, ...parts });

describe('loading a picture', () => {
  it('reads 8-bit grey, RGB and their forms with alpha, which stand on white', () => {
    expect(rgbOf(png({ depth: 8, colourType: 0, rows: [[7, 250]] }))).to.deep.equal([7, 7, 7, 250, 250, 250]);
    expect(rgbOf(png({ depth: 8, colourType: 2, rows: [[1, 2, 3, 4, 5, 6]] }))).to.deep.equal([1, 2, 3, 4, 5, 6]);
    expect(rgbOf(png({ depth: 8, colourType: 4, rows: [[100, 255, 100, 0]] }))).to.deep.equal([100, 100, 100, 255, 255, 255]);
    expect(rgbOf(png({ depth: 8, colourType: 6, rows: [[0, 100, 200, 255, 0, 100, 200, 51]] }))).to.deep.equal([0, 100, 200, 204, 224, 244]);
  });

  it('reads 16 bits as the nearest 8', () => {
    expect(rgbOf(png({ depth: 16, colourType: 0, rows: [[0x80, 0x80, 0xff, 0xff]] }))).to.deep.equal([128, 128, 128, 255, 255, 255]);
    expect(rgbOf(png({ depth: 16, colourType: 2, rows: [[1, 1, 2, 2, 3, 3, 0, 0, 0, 200, 255, 255]] }))).to.deep.equal([1, 2, 3, 0, 1, 255]);
  });

  it('reads grey of 1, 2 and 4 bits, rows beginning at a byte', () => {
    expect(rgbOf(png({ width: 3, height: 2, depth: 1, colourType: 0, rows: [[0b10100000], [0b01000000]] })).filter((_, i) => i % 3 === 0)).to.deep.equal([255, 0, 255, 0, 255, 0]);
    expect(rgbOf(png({ width: 5, depth: 2, colourType: 0, rows: [[0b00011011, 0b01000000]] })).filter((_, i) => i % 3 === 0)).to.deep.equal([0, 85, 170, 255, 85]);
    expect(rgbOf(png({ width: 3, depth: 4, colourType: 0, rows: [[0x0f, 0x30]] })).filter((_, i) => i % 3 === 0)).to.deep.equal([0, 255, 51]);
  });

  it('reads palettes of every depth, transparent entries too', () => {
    const palette = [10, 20, 30, 40, 50, 60, 70, 80, 90];
    expect(rgbOf(png({ depth: 8, colourType: 3, palette, rows: [[2, 0]] }))).to.deep.equal([70, 80, 90, 10, 20, 30]);
    expect(rgbOf(png({ width: 3, depth: 4, colourType: 3, palette, rows: [[0x01, 0x20]] }))).to.deep.equal(palette);
    expect(rgbOf(png({ width: 3, depth: 2, colourType: 3, palette, rows: [[0b10010000]] }))).to.deep.equal([70, 80, 90, 40, 50, 60, 10, 20, 30]);
    expect(rgbOf(png({ depth: 1, colourType: 3, palette, rows: [[0b01000000]] }))).to.deep.equal([10, 20, 30, 40, 50, 60]);
    expect(rgbOf(png({ depth: 8, colourType: 3, palette, transparency: [0], rows: [[0, 1]] }))).to.deep.equal([255, 255, 255, 40, 50, 60]);
  });

  it('puts the transparent colour of an RGB or grey PNG on white', () => {
    expect(rgbOf(png({ depth: 8, colourType: 0, transparency: [0, 9], rows: [[9, 8]] }))).to.deep.equal([255, 255, 255, 8, 8, 8]);
    expect(rgbOf(png({ width: 3, depth: 8, colourType: 2, transparency: [0, 1, 0, 2, 0, 3], rows: [[1, 2, 3, 1, 2, 4, 7, 8, 9]] }))).to.deep.equal([255, 255, 255, 1, 2, 4, 7, 8, 9]);
  });

  it('reads interlaced PNGs', () => {
    const data = Uint8Array.from({ length: 9 * 7 * 3 }, (_, i) => (i * 37) % 256);
    expect(rgbOf(encode({ width: 9, height: 7, channels: 3, data }, { interlace: 'Adam7' }))).to.deep.equal([...data]);
  });

  it('reads JPEGs, grey and coloured, by their content and not by their name', () => {
    const flat = Buffer.from(Array.from({ length: 16 * 8 }, () => [200, 200, 200, 255]).flat());
    const { data } = jpeg.encode({ width: 16, height: 8, data: flat }, 100);
    const picture = decodePicture(data, 'named.png');
    expect([picture.width, picture.height]).to.deep.equal([16, 8]);
    expect(new Set(picture.rgb)).to.deep.equal(new Set([200]));
  });

  it('gives back what it wrote', () => {
    const folder = mkdtempSync(join(tmpdir(), 'filters-'));
    try {
      for (const [width, height, channels] of [[1, 1, 3], [5, 3, 3], [4, 7, 1]] as const) {
        const data = Uint8Array.from({ length: width * height * channels }, (_, i) => (i * 91) % 256);
        const path = join(folder, 'deep/er', `${width}x${height}.png`);
        writeFile(path, toPng({ data, width, height }));
        const back = loadPicture(path);
        expect([back.width, back.height]).to.deep.equal([width, height]);
        expect([...back.rgb]).to.deep.equal(channels === 3 ? [...data] : [...data].flatMap((value) => [value, value, value]));
      }
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('says what is wrong with a file that it cannot read', () => {
    const good = png({ depth: 8, colourType: 0, rows: [[7, 250]] });
    const flipped = Uint8Array.from(good);
    flipped[good.length - 20]! ^= 0xff;
    const photo = jpeg.encode({ width: 16, height: 16, data: Buffer.alloc(1024, 90) }, 90).data;
    const huge = png({ width: 60_000, height: 60_000, depth: 8, colourType: 0, rows: [[0]] });
    for (const [file, message] of [
      [new Uint8Array(), /it is empty/],
      [Buffer.from('GIF89a......'), /it is a GIF.*Fix: give a PNG or a JPEG/],
      [Buffer.from('hello, world'), /neither a PNG nor a JPEG/],
      [good.slice(0, 40), /damaged/],
      [flipped, /damaged/],
      [photo.subarray(0, photo.length >> 1), /damaged/],
      [huge, /3600 megapixels; 100 is the limit/],
    ] as const) {
      expect(() => decodePicture(file, 'x.png')).to.throw(/^Cannot read x\.png/).with.property('message').that.matches(message);
    }
    expect(() => loadPicture('no/such.png')).to.throw('Cannot read no/such.png: there is no such file.');
    expect(() => loadPicture(tmpdir())).to.throw('it is a folder');
  });
});

describe('reducing a picture', () => {
  const picture = { width: 5, height: 2, rgb: Uint8Array.from({ length: 30 }, (_, i) => 10 * Math.floor(i / 3)) };

  it('leaves one that fits as it is', () => {
    expect(shrink(picture, 5)).to.equal(picture);
  });

  it('takes means, over what there is at the right and lower edge', () => {
    const small = shrink(picture, 3);
    expect([small.width, small.height]).to.deep.equal([3, 1]);
    expect([...small.rgb]).to.deep.equal([30, 30, 30, 50, 50, 50, 65, 65, 65]);
  });
});

describe('the picture of the project', () => {
  const path = new URL('../assets/picture.png', import.meta.url);

  it('is small and has the colours, edges and fine patterns that filters show', () => {
    const { width, height, channels } = decode(readFileSync(path));
    expect([width, height, channels]).to.deep.equal([512, 384, 3]);
    expect(statSync(path).size).to.be.below(200_000);
  });
});

describe('writing a picture', () => {
  it('writes palettes', () => {
    const palette = [[1, 2, 3], [40, 50, 60], [255, 254, 253]];
    const file = toPng({ data: Uint8Array.of(2, 0, 1, 2), width: 2, height: 2, palette });
    expect(rgbOf(file)).to.deep.equal([255, 254, 253, 1, 2, 3, 40, 50, 60, 255, 254, 253]);
  });
});
