import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { Unavailable } from '../bench.js';

/** Where the libraries live that are compared with: an install of its own, as they take 0.7 GB. */
export const peersFolder = fileURLToPath(new URL('../../peers', import.meta.url));

const requirePeer = createRequire(join(peersFolder, 'package.json'));

interface Manifest {
  readonly version: string;
  readonly dependencies?: Readonly<Record<string, string>>;
}

const manifestAt = (folder: string): Manifest => JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest;

const folderOf = (name: string): string => join(peersFolder, 'node_modules', name);

/** The version of each peer that is installed, by name; null for one that is not. */
export const peerVersions = (): Readonly<Record<string, string | null>> =>
  Object.fromEntries(Object.keys(manifestAt(peersFolder).dependencies ?? {}).map((name) => [name, existsSync(folderOf(name)) ? manifestAt(folderOf(name)).version : null]));

/** @throws Unavailable where the peer is not installed. */
export function assertInstalled(name: string): void {
  if (!existsSync(folderOf(name))) throw new Unavailable(`${name} is not installed: npm run bench -- --install-peers`);
}

/**
 * Loads a peer. `as` is as much of its face as is used here: its own types are not there where it is not installed.
 *
 * @throws Unavailable where it is not installed.
 */
export async function importPeer<Face>(name: string, file?: string): Promise<Face> {
  assertInstalled(name);
  const path = file === undefined ? requirePeer.resolve(name) : join(folderOf(name), file);
  const module = (await import(pathToFileURL(path).href)) as { default?: Face } & Face;
  return module.default ?? module;
}

/** A file or folder inside a peer that is installed. */
export const peerPath = (name: string, part: string): string => join(folderOf(name), part);

/** What is missing and how it is brought; null where everything is there. */
export function peersNote(): string | null {
  const missing = Object.entries(peerVersions()).flatMap(([name, version]) => (version === null ? [name] : []));
  return missing.length > 0 ? `Not installed: ${missing.join(', ')}. Their engines do not run. Fix: npm run bench -- --install-peers` : null;
}
