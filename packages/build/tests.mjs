// Runs mocha over compiled tests.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { parseArgs } from 'node:util';
import { compiledPath, testsOf } from './javascript.mjs';
import { summarize } from './summary.mjs';
import { readJson, root, units } from './workspace.mjs';

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

/** Units whose tests take minutes: each file of theirs is a part of its own, and they come first, so that no processor is left with much at the end. */
const slowest = ['packages/backend-gpu', 'test', 'packages/backend-wasm', 'packages/onnx', 'packages/nn', 'packages/distributed'];

/** The tests of each other unit are a part. */
function partsOf(files) {
  const parts = new Map();
  const ranks = new Map();
  for (const file of files) {
    const [unit] = relative(root, file).split('/dist-test/');
    const label = unit.startsWith('dist-test') ? 'test' : unit;
    const part = slowest.includes(label) ? relative(root, file) : label;
    ranks.set(part, slowest.includes(label) ? slowest.indexOf(label) : slowest.length);
    parts.set(part, [...(parts.get(part) ?? []), file]);
  }
  return [...parts].sort(([a], [b]) => ranks.get(a) - ranks.get(b));
}

/** Runs parts in as many processes as there are processors, and prints the lines of each when it ends. Gives the exit status. */
async function runParts(parts, mocha, env) {
  const folder = mkdtempSync(join(tmpdir(), 'unfold-tests-'));
  const waiting = [...parts.entries()];
  const results = [];
  const runNext = async () => {
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      const [index, [label, files]] = next;
      const file = join(folder, `${index}.json`);
      const lines = [];
      const status = await new Promise((resolve) => {
        const child = spawn(process.execPath, [...mocha, ...files], { cwd: root, stdio: ['ignore', 'pipe', 'pipe'], env: { ...env, UNFOLD_PART: file } });
        for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => lines.push(chunk));
        child.on('error', (error) => lines.push(Buffer.from(`${error.stack}\n`)));
        child.on('close', resolve);
      });
      const printed = Buffer.concat(lines).toString();
      console.log(printed.trimEnd());
      results[index] = existsSync(file) ? readJson(file) : { passed: 0, failures: [{ name: label, text: `mocha ended with status ${status} and no results.\n${printed.slice(-4000)}` }], skips: [], modes: [] };
    }
  };
  try {
    await Promise.all(Array.from({ length: Math.min(parts.length, availableParallelism()) }, runNext));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  return summarize(results) > 0 ? 1 : 0;
}

/**
 * Runs the tests and gives the exit status. `long` sets UNFOLD_LONG=1, by which tests take more cases; `problems` (builds
 * that failed) count as failures. All tests run in parts side by side; chosen ones in one process, which prints as they run.
 */
export async function runTests({ long, mochaArgs, filters }, problems = []) {
  const files = testFiles(filters);
  if (files.length === 0 && filters.length > 0) problems.push(`no test file's path contains ${filters.join(' or ')}`);
  process.env.UNFOLD_PROBLEMS = JSON.stringify(problems);
  if (files.length === 0) return summarize([]) > 0 ? 1 : 0;
  const longer = long && !mochaArgs.includes('--timeout') ? ['--timeout', String(longTimeoutMs)] : [];
  const mocha = [
    '--expose-gc',
    join(root, 'node_modules/mocha/bin/mocha.js'),
    ...['--config', join(root, 'packages/build/mocharc.json'), '--reporter', join(root, 'packages/build/reporter.mjs')],
    ...longer,
    ...mochaArgs,
  ];
  const env = { ...process.env, ...(long ? { UNFOLD_LONG: '1' } : {}) };
  if (filters.length === 0 && mochaArgs.length === 0) return runParts(partsOf(files), mocha, env);
  const { status, error } = spawnSync(process.execPath, [...mocha, ...files], { cwd: root, stdio: 'inherit', env });
  if (error) throw error;
  return status ?? 1;
}
