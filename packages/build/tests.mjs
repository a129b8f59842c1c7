// Runs mocha over compiled tests.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join, relative } from 'node:path';
import { parseArgs } from 'node:util';
import { compiledPath, testsOf } from './javascript.mjs';
import { root, units } from './workspace.mjs';

const longTimeoutMs = 600_000;

const options = {
  grep: { type: 'string', short: 'g' },
  fgrep: { type: 'string', short: 'f' },
  invert: { type: 'boolean', short: 'i' },
  bail: { type: 'boolean', short: 'b' },
  timeout: { type: 'string', short: 't' },
  long: { type: 'boolean' },
};

/** Splits what follows `npm test --` into options of mocha, parts of the names of test files, and --long. */
export function parseTestArgs(args) {
  const { values, positionals } = parseArgs({ args, options, allowPositionals: true });
  const { long = false, ...mocha } = values;
  const mochaArgs = Object.entries(mocha).flatMap(([name, value]) => (value === true ? [`--${name}`] : [`--${name}`, value]));
  return { long, mochaArgs, filters: positionals };
}

/** A filter is a path ("test", "packages/core/test/x.test.ts") or any part of one ("conv2d"). */
function matches(path, filter) {
  const wanted = filter.replace(/^\.\//, '');
  return existsSync(join(root, wanted)) ? path.startsWith(wanted) : path.includes(wanted);
}

function testFiles(filters) {
  return units()
    .flatMap(testsOf)
    .filter((path) => path.endsWith('.test.ts'))
    .filter((path) => filters.length === 0 || filters.some((filter) => matches(relative(root, path), filter)))
    .map(compiledPath)
    .filter((path) => existsSync(path));
}

/**
 * Runs the tests and gives the exit status. `long` sets UNFOLD_LONG=1, by which tests take more cases; `problems` (builds
 * that failed) count as failures.
 */
export function runTests({ long, mochaArgs, filters }, problems = []) {
  const files = testFiles(filters);
  if (files.length === 0 && filters.length > 0) problems.push(`no test file's path contains ${filters.join(' or ')}`);
  if (files.length === 0) {
    for (const problem of problems) console.log(problem);
    console.log(`0 passed, ${problems.length} failed, 0 skipped`);
    return problems.length > 0 ? 1 : 0;
  }
  const mocha = join(root, 'node_modules/mocha/bin/mocha.js');
  const reporter = join(root, 'packages/build/reporter.mjs');
  const config = join(root, 'packages/build/mocharc.json');
  const longer = long && !mochaArgs.includes('--timeout') ? ['--timeout', String(longTimeoutMs)] : [];
  const { status, error } = spawnSync(
    process.execPath,
    ['--expose-gc', mocha, '--config', config, '--reporter', reporter, ...longer, ...mochaArgs, ...files],
    {
      cwd: root,
      stdio: 'inherit',
      env: { ...process.env, UNFOLD_PROBLEMS: JSON.stringify(problems), ...(long ? { UNFOLD_LONG: '1' } : {}) },
    },
  );
  if (error) throw error;
  return status ?? 1;
}
