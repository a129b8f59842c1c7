import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { filters } from '../src/filters.js';
import { parseOptions } from '../src/options.js';
import { toPng } from '../src/picture.js';

const program = fileURLToPath(new URL('../dist/main.js', import.meta.url));
const timeoutMs = 120_000;

describe('the command line', () => {
  it('has defaults and takes every option', () => {
    expect(parseOptions([])).to.deep.equal({ image: null, out: 'out/image-filters', backend: 'auto', maxSide: 1024, rounds: 5 });
    expect(parseOptions(['-i', 'a.jpg', '--out', 'b', '-b', 'cpu', '--max-side', '64', '--rounds=0'])).to.deep.equal({ image: 'a.jpg', out: 'b', backend: 'cpu', maxSide: 64, rounds: 0 });
    expect(parseOptions(['--help'])).to.equal(null);
  });

  for (const [args, message] of [
    [['--nonsense'], "Unknown option '--nonsense'"],
    [['photo.png'], "Unexpected argument 'photo.png'"],
    [['--image'], "Option '-i, --image <value>' argument missing"],
    [['--backend', 'tpu'], '--backend tpu is unknown. Fix: use auto, cpu, wasm, gpu.'],
    [['--max-side', '0'], '--max-side "0" is not a whole number from 1.'],
    [['--rounds', 'many'], '--rounds "many" is not a whole number from 0.'],
  ] as const) {
    it(`refuses ${args.join(' ')} with one message`, () => {
      expect(() => parseOptions(args)).to.throw(message).with.property('exitCode', 2);
    });
  }
});

describe('the program', function () {
  this.timeout(timeoutMs);
  let folder: string;
  before(() => (folder = mkdtempSync(join(tmpdir(), 'filters-'))));
  after(() => rmSync(folder, { recursive: true }));

  const run = (...args: string[]) => spawnSync(process.execPath, [program, ...args], { cwd: folder, encoding: 'utf8', timeout: timeoutMs });

  it('filters a small picture on every backend, checks, times and writes the page', () => {
    const rgb = Uint8Array.from({ length: 19 * 13 * 3 }, (_, i) => (i * 29) % 256);
    writeFileSync(join(folder, 'small.png'), toPng({ data: rgb, width: 19, height: 13 }));
    const { status, stdout, stderr } = run('--image', 'small.png', '--out', 'results', '--rounds', '2');
    expect(stderr).not.to.include('Error');
    expect(status, stderr).to.equal(0);
    expect(stdout).to.include('small.png: 19 x 13 pixels').and.to.include('All results are within what float32 allows').and.to.include('nested loops').and.to.include('cpu, fused');
    const page = readFileSync(join(folder, 'results/index.html'), 'utf8');
    expect(page).not.to.match(/https?:|<script|<link/);
    for (const { id } of filters) expect(existsSync(join(folder, 'results/cpu', `${id}.png`)), id).to.equal(true);
    expect(readdirSync(join(folder, 'results'))).to.have.length.greaterThan(1);
  });

  it('prints help', () => {
    const { status, stdout } = run('--help');
    expect(status).to.equal(0);
    expect(stdout).to.include('--image').and.to.include('--backend').and.to.include('npm start');
  });

  it('ends with one message and no stack for a bad picture or a bad option', () => {
    writeFileSync(join(folder, 'bad.png'), 'not a picture');
    for (const [args, code, message] of [
      [['--image', 'missing.png'], 1, 'Cannot read missing.png: there is no such file.'],
      [['--image', 'bad.png'], 1, 'Cannot read bad.png: it is neither a PNG nor a JPEG.'],
      [['--bogus'], 2, "Unknown option '--bogus'"],
    ] as const) {
      const { status, stderr } = run(...args);
      expect(stderr.trim().split('\n')[0]).to.include(message);
      expect(stderr).not.to.match(/^\s+at /m);
      expect(status).to.equal(code);
    }
  });

  it('says where it cannot write', () => {
    writeFileSync(join(folder, 'file'), '');
    writeFileSync(join(folder, 'dot.png'), toPng({ data: Uint8Array.of(9), width: 1, height: 1 }));
    const { status, stderr } = run('--image', 'dot.png', '--out', 'file/below', '--backend', 'cpu', '--rounds', '0');
    expect(stderr).to.include('Cannot write');
    expect(status).to.equal(1);
  });
});
