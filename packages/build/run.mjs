// The commands behind `npm start`, `npm test` and the other scripts of package.json. Needs only Node to begin with.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { install } from './install.mjs';
import { buildJavaScript } from './javascript.mjs';
import { packDevice } from './pack-device.mjs';
import { parseTestArgs, runTests } from './tests.mjs';
import { checkTypes } from './types.mjs';
import { cacheDir, readJson, root, units, unitsNamed } from './workspace.mjs';

/** The parts of `npm start`, in order. */
const parts = { filters: 'examples/01-image-filters', train: 'examples/02-train-digits' };

const tasks = {
  /** Builds and runs one part by its name, with its arguments; without a name all of them, the arguments going to the first. */
  async start(args) {
    install('start');
    const [name, ...rest] = args;
    if (Object.hasOwn(parts, name ?? '')) return runProgram(parts[name], 'main', rest);
    const help = args.filter((arg) => arg === '--help' || arg === '-h').slice(0, 1);
    const status = await runProgram(parts.filters, 'main', args);
    if (status !== 0) return status;
    console.log('');
    return runProgram(parts.train, 'main', help);
  },

  /** Builds and runs an example by the name of its folder, with its arguments. */
  async example([name, ...args]) {
    const names = readdirSync(join(root, 'examples')).sort();
    if (!names.includes(name)) throw new Error(`no example "${name ?? ''}". There are: ${names.join(', ')}`);
    install('all');
    return runProgram(`examples/${name}`, 'main', args);
  },

  /** Builds everything and runs the tests whose files' paths contain one of the arguments (all, with none). */
  async test(args) {
    const testArgs = parseTestArgs(args);
    install('all');
    const problems = await buildJavaScript(units());
    const types = checkTypes();
    return runTests(testArgs, types ? [...problems, `types are wrong:\n${types}`] : problems);
  },

  /** The same for a developer in a hurry: no install, no types. */
  async quick(args) {
    return runTests(parseTestArgs(args), await buildJavaScript(units()));
  },

  /** Builds the packages named (all, with none): JavaScript first, then types. */
  async build(names) {
    install('all');
    const chosen = names.length > 0 ? unitsNamed(names) : units();
    return report([...(await buildJavaScript(chosen)), checkTypes(chosen)]);
  },

  /** Types only. */
  async check(names) {
    install('all');
    return report([checkTypes(names.length > 0 ? unitsNamed(names) : units())]);
  },

  /** Runs the command `unfold` of what is here, in the folder in which npm was called. */
  async unfold(args) {
    install('all');
    const failed = report(await buildJavaScript(units().filter((unit) => unit.published)));
    if (failed) return failed;
    const { status, error } = spawnSync(process.execPath, [join(root, 'packages/unfoldjs/bin/unfold.js'), ...args], { cwd: process.env.INIT_CWD ?? process.cwd(), stdio: 'inherit' });
    if (error) throw error;
    return status ?? 1;
  },

  async bench(args) {
    install('all');
    return runProgram('packages/bench', 'main', args);
  },

  /** One archive with which a machine with a GPU runs the suite and the bench of WebGPU: into the folder named, or here. */
  async 'pack:device'(args) {
    install('all');
    const failed = report(await buildJavaScript(units()));
    if (failed) return failed;
    await packDevice(args.length > 0 ? args : [process.cwd()]);
    return 0;
  },

  /** Removes all that was built. */
  async clean() {
    for (const { dir } of units()) for (const out of ['dist', 'dist-test']) rmSync(join(dir, out), { recursive: true, force: true });
    rmSync(join(cacheDir, 'javascript'), { recursive: true, force: true });
    return 0;
  },
};

function report(problems) {
  const found = problems.filter(Boolean);
  for (const problem of found) console.error(problem);
  return found.length > 0 ? 1 : 0;
}

/** Runs dist/<name>.js of a private package, with what it needs built. */
async function runProgram(label, name, args) {
  const dir = join(root, label);
  if (!existsSync(join(dir, `src/${name}.ts`))) {
    console.error(`There is no ${label}/src/${name}.ts to run.`);
    return 1;
  }
  const { dependencies } = readJson(join(dir, 'package.json'));
  const needed = units().filter((unit) => unit.dir !== root && (unit.published || unit.dir === dir || unit.manifest.name in (dependencies ?? {})));
  const failed = report(await buildJavaScript(needed));
  if (failed) return failed;
  const { status, error } = spawnSync(process.execPath, [join(dir, `dist/${name}.js`), ...args], { cwd: process.cwd(), stdio: 'inherit' });
  if (error) throw error;
  return status ?? 1;
}

const [name, ...args] = process.argv.slice(2);
const task = tasks[name];
try {
  if (!task) throw new Error(`unknown task ${name}. Tasks: ${Object.keys(tasks).join(', ')}`);
  process.exitCode = await task(args);
} catch (error) {
  console.error(error.message);
  if (name === 'test' || name === 'quick') console.log('0 passed, 1 failed, 0 skipped');
  process.exitCode = 1;
}
