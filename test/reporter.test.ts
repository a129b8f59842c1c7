import { spawnSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { root } from './support/workspace.js';

const folder = join(root, 'dist-test/reporter-fixtures');

/** Runs mocha with the reporter over one test file; gives what it printed and its exit status. */
function runMocha(tests: string, env: Record<string, string> = {}): { printed: string; lastLine: string; status: number | null } {
  const file = join(folder, 'fixture.mjs');
  writeFileSync(file, `import { modeRuns, skip } from '@unfoldjs/test-support';\n${tests}`);
  const mocha = join(root, 'node_modules/mocha/bin/mocha.js');
  const reporter = join(root, 'packages/build/reporter.mjs');
  const { stdout, status } = spawnSync(process.execPath, [mocha, '--no-config', '--reporter', reporter, file], {
    cwd: root,
    encoding: 'utf8',
    env: { ...process.env, UNFOLD_REQUIRE: '', UNFOLD_PROBLEMS: '[]', UNFOLD_PART: '', ...env },
  });
  return { printed: stdout, lastLine: stdout.trimEnd().split('\n').at(-1) ?? '', status };
}

describe('the report of a test run', () => {
  before(() => mkdirSync(folder, { recursive: true }));
  after(() => rmSync(folder, { recursive: true, force: true }));

  it('ends with the counts', () => {
    const { lastLine, status } = runMocha(`
      it('passes', () => {});
      it('fails', () => { throw new Error('two\\nlines'); });
      it('skips', function () { skip(this, 'no reason in particular'); });
    `);
    expect(lastLine).to.equal('1 passed, 1 failed, 1 skipped');
    expect(status).to.equal(1);
  });

  it('lists each skipped test with its reason, also where a hook skips a suite', () => {
    const { printed, lastLine, status } = runMocha(`
      it('one', function () { skip(this, { mode: 'gpu:webgpu', reason: 'no adapter' }); });
      describe('suite', () => {
        before(function () { skip(this, 'nothing to read'); });
        it('two', () => {});
        describe('inner', () => { it('three', () => {}); });
      });
      describe('each', () => {
        beforeEach(function () { skip(this, 'not now'); });
        it('four', () => {});
      });
    `);
    expect(printed).to.include('- one: gpu:webgpu: no adapter\n- suite two: nothing to read\n- suite inner three: nothing to read\n- each four: not now\n');
    expect(lastLine).to.equal('0 passed, 0 failed, 4 skipped');
    expect(status).to.equal(0);
  });

  it('counts a skip without a reason as a failure', () => {
    const { printed, lastLine } = runMocha(`xit('is left out', () => {});`);
    expect(lastLine).to.equal('0 passed, 1 failed, 0 skipped');
    expect(printed).to.include('is skipped without a reason');
  });

  it('fails where a required mode skips, and where none of its tests runs', () => {
    const tests = `
      it('runs', () => modeRuns('a'));
      it('would skip', function () { skip(this, { mode: 'b', reason: 'not here' }); });
    `;
    expect(runMocha(tests).lastLine).to.equal('1 passed, 0 failed, 1 skipped');
    expect(runMocha(tests, { UNFOLD_REQUIRE: 'a' }).lastLine).to.equal('1 passed, 0 failed, 1 skipped');
    const { printed, lastLine, status } = runMocha(tests, { UNFOLD_REQUIRE: 'a, b,c' });
    expect(printed).to.include('mode b must run here (UNFOLD_REQUIRE), but: not here');
    expect(printed).to.include('mode c');
    expect(lastLine).to.equal('1 passed, 3 failed, 0 skipped');
    expect(status).to.equal(3);
  });

  it('counts what did not build', () => {
    const { printed, lastLine } = runMocha(`it('passes', () => {});`, { UNFOLD_PROBLEMS: '["types are wrong"]' });
    expect(printed).to.include('types are wrong');
    expect(lastLine).to.equal('1 passed, 1 failed, 0 skipped');
  });
});
