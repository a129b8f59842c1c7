import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { expect } from 'chai';

const program = fileURLToPath(new URL('../dist/main.js', import.meta.url));

/** An IDX file of bytes. */
const idx = (shape: readonly number[], value: (i: number) => number): Uint8Array => {
  const sizes = shape.flatMap((dim) => [0, 0, dim >> 8, dim & 255]);
  const elements = Array.from({ length: shape.reduce((size, dim) => size * dim, 1) }, (_, i) => value(i));
  return gzipSync(Uint8Array.from([0, 0, 8, shape.length, ...sizes, ...elements]));
};

describe('training on MNIST', function () {
  this.timeout(120_000);
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'mnist-'));
    for (const [prefix, count] of [['train', 40], ['t10k', 20]] as const) {
      // A bright upper half is a 0, a bright lower half a 1.
      const isBright = (i: number): boolean => (Math.floor(i / 784) % 2 === 0) === (i % 784 < 392);
      writeFileSync(join(folder, `${prefix}-images-idx3-ubyte.gz`), idx([count, 28, 28], (i) => (isBright(i) ? 200 + (i % 50) : i % 50)));
      writeFileSync(join(folder, `${prefix}-labels-idx1-ubyte.gz`), idx([count], (i) => i % 2));
    }
    const row = (i: number): string => [...Array.from({ length: 64 }, (_, pixel) => ((i % 2 === 0) === pixel < 32 ? 15 : 1)), i % 2].join();
    writeFileSync(join(folder, 'digits.csv.gz'), gzipSync(Array.from({ length: 1797 }, (_, i) => row(i)).join('\n')));
  });
  after(() => rmSync(folder, { recursive: true }));

  const run = (...args: string[]) => spawnSync(process.execPath, [program, '--backend', 'cpu', ...args], { cwd: folder, encoding: 'utf8' });

  it('learns from a folder of IDX files and writes report, weights and checkpoint', () => {
    const { status, stdout, stderr } = run('--data', '.', '--epochs', '3', '--batch', '20', '--shift', '1', '--out', 'results');
    expect(status, stderr).to.equal(0);
    expect(stdout).to.include('40 images to learn from, 20 to test with').and.to.include('accuracy 100.00 % of 20 images');
    for (const name of ['report.html', 'weights.safetensors', 'checkpoint.safetensors']) expect(existsSync(join(folder, 'results', name)), name).to.equal(true);
  });

  it('knows the fixed splits, and keeps the test part out of the choice of settings', () => {
    const { status, stdout, stderr } = run('--data', 'digits.csv.gz', '--split', 'digits-8x8', '--choose', '--train', '40', '--epochs', '1', '--shift', '0.5', '--rate', '0.01');
    expect(status, stderr).to.equal(0);
    expect(stdout).to.include('40 images to learn from, 144 to choose settings with');
  });

  it('says what is missing', () => {
    for (const [args, message] of [[[], '--data is missing: folder with IDX files'], [['--data', 'nowhere'], 'nowhere cannot be read: there is no such file'], [['--data', '.', '--split', 'half'], '--split half is unknown'], [['--data', '.', '--epochs', '1.5'], '--epochs "1.5" is not a whole number from 0.']] as const) {
      const { status, stderr } = run(...args);
      expect(status).to.be.oneOf([1, 2]);
      expect(stderr).to.include(message).and.not.to.match(/^\s+at /m);
    }
  });
});
