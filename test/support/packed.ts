// Packages as an install outside of the workspace would have them: packed, and unpacked into a node_modules.
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, realpathSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect } from 'chai';
import { root, type Package } from './workspace.js';

const pnpm = (JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { packageManager: string }).packageManager;

/** Packs a package and unpacks it into the node_modules of an otherwise empty folder. Gives the paths it brought. */
export function packInto(folder: string, { dir, manifest }: Package): string[] {
  const tarballs = join(folder, 'tarballs');
  mkdirSync(tarballs, { recursive: true });
  execFileSync('npx', ['-y', pnpm, 'pack', '--pack-destination', tarballs], { cwd: dir, stdio: 'pipe' });
  const tarball = join(tarballs, `${manifest.name.replace('@', '').replace('/', '-')}-${manifest.version}.tgz`);
  const home = join(folder, 'node_modules', manifest.name);
  mkdirSync(home, { recursive: true });
  execFileSync('tar', ['-xzf', tarball, '-C', home, '--strip-components=1']);
  return execFileSync('tar', ['-tzf', tarball], { encoding: 'utf8' }).trim().split('\n');
}

/** Makes a dependency that is not of this workspace (immer, gpu.js) available as an install would. */
export function linkDependency(folder: string, name: string, from: Package): void {
  const target = join(folder, 'node_modules', name);
  if (existsSync(target)) return;
  mkdirSync(dirname(target), { recursive: true });
  symlinkSync(realpathSync(join(from.dir, 'node_modules', name)), target);
}

/** Runs Node in a folder and gives what it printed. */
export function node(folder: string, args: readonly string[]): string {
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd: folder, encoding: 'utf8' });
  expect(status, `${stdout}${stderr}`).to.equal(0);
  return stdout.trim();
}
