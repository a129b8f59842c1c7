import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';

const program = fileURLToPath(new URL('../dist/main.js', import.meta.url));

describe('the sweep', function () {
  this.timeout(120_000);
  let folder: string;
  before(() => (folder = mkdtempSync(join(tmpdir(), 'sweep-'))));
  after(() => rmSync(folder, { recursive: true }));

  const run = (...flags: string[]): string => {
    const { status, stdout, stderr } = spawnSync(process.execPath, [program, '--trials', '4', '--epochs', '2', '--factor', '2', '--workers', '2', '--out', folder, ...flags], { encoding: 'utf8' });
    expect(status, stderr).to.equal(0);
    return stdout;
  };

  it('tries settings, gives the best of them more, and shows all of it', () => {
    const output = run();
    expect(output).to.match(/4\/4 {2}trial \d: [\d.]+ % after 1 epoch/).and.to.match(/after 2 epochs/).and.to.include('batchSize');
    expect(Number(/the best, .*: ([\d.]+) % of 1,000 digits/.exec(output)![1])).to.be.above(60);
    const page = readFileSync(join(folder, 'report.html'), 'utf8');
    for (const heading of ['What was tried', 'Learning curves', 'All trials, the best first']) expect(page).to.include(`<h2>${heading}`);
    const { trials } = JSON.parse(readFileSync(join(folder, 'result.json'), 'utf8')) as { trials: { trial: number; budget: number }[] };
    expect(trials.map(({ trial }) => trial).sort()).to.deep.equal([0, 1, 2, 3]);
    expect(trials.filter(({ budget }) => budget === 2).length).to.be.within(2, 3);
  });

  it('started again, runs nothing again and shows the same', () => {
    const before = readFileSync(join(folder, 'result.json'), 'utf8');
    expect(run()).not.to.match(/after \d epoch/);
    expect(readFileSync(join(folder, 'result.json'), 'utf8')).to.equal(before);
  });
});
