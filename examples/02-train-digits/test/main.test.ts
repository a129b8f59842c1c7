import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';

const program = fileURLToPath(new URL('../dist/main.js', import.meta.url));

describe('training on digits', function () {
  this.timeout(120_000);
  let folder: string;
  before(() => (folder = mkdtempSync(join(tmpdir(), 'digits-'))));
  after(() => rmSync(folder, { recursive: true }));

  const run = (...args: string[]) => spawnSync(process.execPath, [program, ...args], { cwd: folder, encoding: 'utf8' });

  it('prints model, program, progress and accuracy, and writes the report', () => {
    const { status, stdout, stderr } = run('--backend', 'cpu', '--train', '200', '--test', '50', '--epochs', '2', '--out', 'results');
    expect(status, stderr).to.equal(0);
    expect(stdout).to.include('runs on cpu').and.to.include('maxPool2d').and.to.include('as written:').and.to.include('epoch 2/2');
    expect(stdout).to.match(/test accuracy \d+\.\d+ % of 50 images of another seed/);
    const page = readFileSync(join(folder, 'results/report.html'), 'utf8');
    for (const heading of ['Training', 'Which class is taken for which', 'Filters of the first layer', 'The model', 'One step of training']) expect(page).to.include(`<h2>${heading}`);
  });

  it('prints help, and one message for a bad flag', () => {
    const help = run('--help');
    expect(help.status).to.equal(0);
    expect(help.stdout).to.include('--epochs <n>').and.to.include('default: 5');
    for (const [args, message] of [[['--epochs', 'many'], '--epochs "many" is not a whole number from 0.'], [['--bogus'], "Unknown option '--bogus'"], [['--backend', 'tpu'], '--backend tpu is unknown. Use auto, gpu, wasm, webasm, cpu.']] as const) {
      const { status, stderr } = run(...args);
      expect(status).to.equal(2);
      expect(stderr.trim()).to.include(message);
      expect(stderr).not.to.match(/^\s+at /m);
    }
  });
});
