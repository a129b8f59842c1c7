import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';

const program = fileURLToPath(new URL('../dist/main.js', import.meta.url));

describe('training on many workers', function () {
  this.timeout(120_000);
  let folder: string;
  before(() => (folder = mkdtempSync(join(tmpdir(), 'many-'))));
  after(() => rmSync(folder, { recursive: true }));

  const run = (...args: string[]) => {
    const { status, stdout, stderr } = spawnSync(process.execPath, [program, '--training', 'few', ...args], { cwd: folder, encoding: 'utf8' });
    expect(status, stderr).to.equal(0);
    return stdout;
  };

  it('averages gradients, and says where the time went', () => {
    const printed = run('--local-steps', '1', '--epochs', '1', '--out', 'gradients');
    expect(printed).to.match(/epoch 1\/1 .* loss \d/).and.to.match(/19 rounds in [\d.]+ s, [\d,]+ images\/s: \d+ % in steps and means, \d+ % in blobs, \d+ % waiting/);
    expect(printed).to.match(/accuracy [\d.]+ % of 100 other images, seed 1/);
  });

  it('ends with the same weights whether it was stopped in between or not', () => {
    run('--local-steps', '5', '--out', 'whole');
    run('--local-steps', '5', '--out', 'parts', '--epochs', '1');
    run('--local-steps', '5', '--out', 'parts');
    const [a, b] = ['whole', 'parts'].map((name) => readFileSync(join(folder, name, 'few/weights.safetensors')));
    expect(a!.equals(b!)).to.equal(true);
  });
});
