import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { peersFolder } from './engines/peers.js';

/**
 * Installs the peers from their own lockfile, outside of the workspace and without their scripts.
 *
 * @throws Error where pnpm fails.
 */
export function installPeers(): void {
  const { packageManager } = JSON.parse(readFileSync(fileURLToPath(new URL('../../../package.json', import.meta.url)), 'utf8')) as { packageManager: string };
  console.log(`Installing the libraries to compare with (${packageManager}) ...`);
  const args = ['-y', packageManager, 'install', '--frozen-lockfile', '--ignore-workspace', '--ignore-scripts', '--reporter=append-only', '--loglevel=warn'];
  const { status, error } = spawnSync('npx', args, { cwd: peersFolder, stdio: 'inherit' });
  if (error) throw error;
  if (status !== 0) throw new Error(`pnpm install ended with ${status}. Fix: see its messages above; it needs the network once.`);
}
