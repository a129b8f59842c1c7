import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';

const program = fileURLToPath(new URL('../dist/main.js', import.meta.url));

describe('saving and loading', function () {
  this.timeout(120_000);

  it('resumes to the same bits, loads weights, and lists what does not fit', () => {
    const folder = mkdtempSync(join(tmpdir(), 'save-and-load-'));
    try {
      const { status, stdout, stderr } = spawnSync(process.execPath, [program, '--images', '60', '--out', folder], { encoding: 'utf8' });
      expect(status, stderr).to.equal(0);
      expect(stdout).to.include('straight through: the same bits').and.to.include('loaded weights, trained on 60 digits').and.to.include('3 of its tensors');
      expect(readdirSync(folder).sort()).to.deep.equal(['checkpoint.safetensors', 'weights.safetensors']);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
