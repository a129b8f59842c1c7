// Brings pnpm by npx and installs from the lockfile what a task needs, once for each state of the lockfile.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { cacheDir, readJson, root, units } from './workspace.mjs';

/** What each task needs, as arguments of pnpm. All units are built, and onnx cannot be without the code that it inlines. Test tools and oracles are the root's devDependencies, left out by --prod. */
const groups = {
  start: ['--prod', '--filter', '@unfoldjs/build', '--filter', '@unfoldjs/onnx', '--filter', '{./examples/01-image-filters}...', '--filter', '{./examples/02-train-digits}...'],
  all: [],
};

const stampPath = join(cacheDir, 'install.json');

function lockfilePrint() {
  const files = ['pnpm-lock.yaml', 'pnpm-workspace.yaml'].map((name) => join(root, name));
  const manifests = units().map((unit) => join(unit.dir, 'package.json'));
  const hash = createHash('sha256').update(process.version);
  for (const path of [...files, ...manifests]) hash.update(`\0${path}\0`).update(readFileSync(path));
  return hash.digest('hex');
}

/** Installs a group; does nothing where it, or all, is installed from this very lockfile. */
export function install(group) {
  const before = existsSync(stampPath) ? readJson(stampPath) : { group: 'start', lockfile: '' };
  const lockfile = lockfilePrint();
  if (before.lockfile === lockfile && (before.group === 'all' || before.group === group)) return;
  // What was there stays: a start after a test, with a new lockfile, installs all again.
  const wanted = before.group === 'all' ? 'all' : group;
  const pnpm = readJson(join(root, 'package.json')).packageManager;
  console.log(`Installing (${pnpm}, ${wanted === 'all' ? 'all packages' : 'what npm start needs'}) ...`);
  const args = ['-y', pnpm, 'install', '--frozen-lockfile', '--reporter=append-only', '--loglevel=warn', ...groups[wanted]];
  const { status, error } = spawnSync('npx', args, { cwd: root, stdio: 'inherit' });
  if (error) throw error;
  if (status !== 0) throw new Error(`pnpm install ended with ${status}. Fix: see its messages above; it needs the network once.`);
  mkdirSync(dirname(stampPath), { recursive: true });
  writeFileSync(stampPath, JSON.stringify({ group: wanted, lockfile }));
}
