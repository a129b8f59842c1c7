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

  for (const steps of ['1', '5']) {
    it(`ends with the same weights whether it was stopped in between or not, with ${steps} local steps`, () => {
      const whole = run('--local-steps', steps, '--out', `whole${steps}`);
      expect(whole).to.match(/epoch 2\/2 .* loss \d/).and.to.match(/\d+ rounds in [\d.]+ s, [\d,]+ images\/s: \d+ % in steps and means, \d+ % in blobs, \d+ % waiting/);
      expect(whole).to.match(/accuracy [\d.]+ % of 100 other images, seed 1/);
      run('--local-steps', steps, '--out', `parts${steps}`, '--epochs', '1');
      run('--local-steps', steps, '--out', `parts${steps}`);
      const [a, b] = ['whole', 'parts'].map((name) => readFileSync(join(folder, `${name}${steps}`, 'few/weights.safetensors')));
      expect(a!.equals(b!)).to.equal(true);
    });
  }
});
