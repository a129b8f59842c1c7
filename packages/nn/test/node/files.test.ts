import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect } from 'chai';
import { encode as encodePng } from 'fast-png';
import jpeg from 'jpeg-js';
import { tensor, UnfoldError } from '@unfoldjs/core';
import { decodePicture, loadParams, readCsv, readIdx, readImageFolder, readMnist, saveParams, writeAtomically } from '@unfoldjs/nn/node';
import { onCpu } from '../helper.js';
import { idxBytes } from '../idx-bytes.js';

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'nn-files-'))));
afterEach(() => rmSync(folder, { recursive: true }));

/** Expects INVALID_FILE with this text. */
async function refused(promise: Promise<unknown>, text: string): Promise<void> {
  const error: unknown = await promise.then(
    () => expect.fail('it was accepted'),
    (thrown: unknown) => thrown,
  );
  expect(error).to.be.instanceOf(UnfoldError).with.property('code', 'INVALID_FILE');
  expect((error as Error).message).to.include(text);
}

const put = (name: string, content: Uint8Array | string): string => {
  const path = join(folder, name);
  mkdirSync(join(path, '..'), { recursive: true });
  writeFileSync(path, content);
  return path;
};

describe('IDX and CSV files', () => {
  it('are read as they are or packed with gzip', async () => {
    const bytes = idxBytes([3], Uint8Array.of(1, 2, 3));
    expect([...(await readIdx(put('plain', bytes))).data]).to.deep.equal([1, 2, 3]);
    expect([...(await readIdx(put('packed', gzipSync(bytes)))).data]).to.deep.equal([1, 2, 3]);
    expect([...(await readCsv(put('digits.csv.gz', gzipSync('0,16,1\n8,4,0\n')), { shape: [1, 2, 1], scale: 16 })).images.data]).to.deep.equal([0, 1, 0.5, 0.25]);
  });

  it('that are missing, folders or damaged give an error that names them', async () => {
    await refused(readIdx(join(folder, 'none')), 'none cannot be read: there is no such file');
    await refused(readIdx(folder), 'it is a folder');
    const packed = gzipSync(idxBytes([3], Uint8Array.of(1, 2, 3)));
    await refused(readIdx(put('cut', packed.subarray(0, packed.length - 6))), 'cut cannot be unpacked');
    await refused(readIdx(put('text', 'hello')), 'text');
    await refused(readCsv(put('bad.csv', '1,x,0'), { shape: [1, 2, 1] }), 'bad.csv');
  });

  it('are found in a folder by the names of MNIST', async () => {
    for (const [prefix, value] of [['train-', 5], ['t10k-', 6]] as const) {
      put(`${prefix}images-idx3-ubyte.gz`, gzipSync(idxBytes([1, 1, 1], Uint8Array.of(value))));
      put(`${prefix}labels-idx1-ubyte`, idxBytes([1], Uint8Array.of(0)));
    }
    expect([...(await readMnist(folder, 'train')).images.data]).to.deep.equal([5]);
    const test = await readMnist(folder, 'test', { classes: ['shoe'] });
    expect([...test.images.data]).to.deep.equal([6]);
    expect(test.classes).to.deep.equal(['shoe']);
  });

  it('are found in a folder that holds a single pair, and missed by name where there is none', async () => {
    put('images-idx3-ubyte', idxBytes([1, 1, 1], Uint8Array.of(9)));
    await refused(readMnist(folder, 'train'), 'images-idx3-ubyte');
    put('labels-idx1-ubyte', idxBytes([1], Uint8Array.of(0)));
    expect([...(await readMnist(folder, 'train')).images.data]).to.deep.equal([9]);
    put('train-images-idx3-ubyte', idxBytes([1, 1, 1], Uint8Array.of(9)));
    await refused(readMnist(folder, 'test'), 't10k-');
    await refused(readMnist(join(folder, 'none'), 'test'), 'there is no such file');
  });
});

describe('pictures', () => {
  const rgb = Uint8Array.of(255, 0, 0, 0, 255, 0, 0, 0, 255, 10, 20, 30);
  const png = encodePng({ width: 2, height: 2, channels: 3, depth: 8, data: rgb });

  it('are decoded to colours or to grey by luminance', () => {
    expect(decodePicture(png, 3)).to.deep.equal({ width: 2, height: 2, channels: 3, data: rgb });
    expect([...decodePicture(png, 1).data]).to.deep.equal([76, 150, 29, 18]);
    const grey = encodePng({ width: 1, height: 2, channels: 1, depth: 8, data: Uint8Array.of(7, 200) });
    expect([...decodePicture(grey, 3).data]).to.deep.equal([7, 7, 7, 200, 200, 200]);
    expect([...decodePicture(grey, 1).data]).to.deep.equal([7, 200]);
  });

  it('stand on white where they are transparent', () => {
    const clear = encodePng({ width: 1, height: 2, channels: 4, depth: 8, data: Uint8Array.of(9, 9, 9, 0, 9, 9, 9, 255) });
    expect([...decodePicture(clear, 1).data]).to.deep.equal([255, 9]);
  });

  it('of 16 bits and of 1 bit become 8 bits', () => {
    const wide = encodePng({ width: 2, height: 1, channels: 1, depth: 16, data: Uint16Array.of(65535, 257) });
    expect([...decodePicture(wide, 1).data]).to.deep.equal([255, 1]);
  });

  it('may be JPEG', () => {
    const { data } = jpeg.encode({ width: 8, height: 8, data: new Uint8Array(256).fill(120) }, 100);
    const picture = decodePicture(data, 1);
    expect([picture.width, picture.height]).to.deep.equal([8, 8]);
    for (const value of picture.data) expect(Math.abs(value - 120)).to.be.at.most(1);
  });

  it('that are damaged or none give a typed error', () => {
    for (const file of [new Uint8Array(), Uint8Array.of(1, 2, 3), png.slice(0, 40), Uint8Array.of(0xff, 0xd8, 1, 2)]) expect(() => decodePicture(file, 3)).to.throw(UnfoldError).with.property('code', 'INVALID_FILE');
  });

  it('in one folder for each class are a dataset', async () => {
    put('dog/b.png', png);
    put('cat/a.PNG', png);
    put('cat/notes.txt', 'no picture');
    const { images, labels, classes } = await readImageFolder(folder);
    expect(classes).to.deep.equal(['cat', 'dog']);
    expect([...labels]).to.deep.equal([0, 1]);
    expect(images.shape).to.deep.equal([2, 2, 2, 3]);
    expect([...images.data]).to.deep.equal([...rgb, ...rgb]);
  });

  it('are brought to one size by the means of areas', async () => {
    put('a/x.png', encodePng({ width: 4, height: 2, channels: 1, depth: 8, data: Uint8Array.of(0, 40, 80, 120, 120, 160, 200, 240) }));
    expect([...(await readImageFolder(folder, { size: [1, 2], channels: 1 })).images.data]).to.deep.equal([80, 160]);
    expect([...(await readImageFolder(folder, { size: [2, 3], channels: 1 })).images.data]).to.deep.equal([10, 60, 110, 130, 180, 230]);
    expect([...(await readImageFolder(folder, { size: [4, 4], channels: 1 })).images.data.subarray(0, 8)]).to.deep.equal([0, 40, 80, 120, 0, 40, 80, 120]);
  });

  it('of different sizes, or folders without any, are refused by name', async () => {
    await refused(readImageFolder(folder), 'holds no folders');
    await refused(readImageFolder(join(folder, 'none')), 'there is no such file');
    put('a/x.png', png);
    put('a/y.png', encodePng({ width: 1, height: 1, channels: 1, depth: 8, data: Uint8Array.of(0) }));
    await refused(readImageFolder(folder), 'y.png');
    put('a/y.png', 'no picture');
    await refused(readImageFolder(folder), 'neither a PNG nor a JPEG');
    mkdirSync(join(folder, 'b'));
    rmSync(join(folder, 'a/y.png'));
    await refused(readImageFolder(folder), 'holds no PNG or JPEG');
  });
});

describe('files that are written', () => {
  onCpu();

  it('take the place of the old one as a whole, in folders that are made for them', async () => {
    const path = join(folder, 'new/deep/file');
    await writeAtomically(path, 'one');
    await writeAtomically(path, Uint8Array.of(1, 2));
    expect(readdirSync(join(folder, 'new/deep'))).to.deep.equal(['file']);
  });

  it('that cannot be written leave nothing behind', async () => {
    mkdirSync(join(folder, 'taken'));
    await refused(writeAtomically(join(folder, 'taken'), 'x'), 'cannot be written');
    await refused(writeAtomically(join(put('file', ''), 'below'), 'x'), 'cannot be written');
    expect(readdirSync(folder).sort()).to.deep.equal(['file', 'taken']);
  });

  it('hold parameters, checked by name when they come back', async () => {
    const params = { dense: { kernel: tensor([[1, 2]]) } };
    const path = join(folder, 'weights.safetensors');
    await saveParams(path, params, { accuracy: '0.98' });
    const { params: read, metadata } = await loadParams(path, params);
    expect(await read.dense.kernel.array()).to.deep.equal([[1, 2]]);
    expect(metadata).to.deep.equal({ accuracy: '0.98' });
    const error: unknown = await loadParams(path, { dense: { kernel: tensor([1]) } }).catch((thrown: unknown) => thrown);
    expect(error).to.be.instanceOf(UnfoldError).with.property('code', 'DATA_MISMATCH');
    expect((error as Error).message).to.include('weights.safetensors');
  });
});
