import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { assertInstalled, peerPath, peersFolder } from '../engines/peers.js';
import type { BundleSpec } from './bundles.js';

const packageFolder = fileURLToPath(new URL('../..', import.meta.url));

/** Bytes after gzip, as a server sends them: level 9. */
export const gzipped = (bytes: Uint8Array): number => gzipSync(bytes, { level: 9 }).length;

/**
 * Bundles for browsers with esbuild, minified.
 *
 * @throws Unavailable where a peer is not installed.
 */
export async function sizeOf({ source, external = [], peers, assets = [] }: BundleSpec): Promise<{ minified: number; gzip: number; assets: number; assetsGzip: number }> {
  peers?.forEach(assertInstalled);
  const { outputFiles } = await build({
    stdin: { contents: source, resolveDir: peers ? peersFolder : packageFolder, loader: 'js' },
    bundle: true,
    minify: true,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    // Modules of Node stand behind tests for Node in the libraries: a page never loads them.
    external: [...external, 'node:*', ...nodeModules],
    write: false,
    logLevel: 'silent',
  });
  const [script] = outputFiles;
  const files = assets.map(({ peer, file }) => {
    const path = peerPath(peer, file);
    if (!existsSync(path)) throw new Error(`${peer} has no ${file}. Fix: correct its assets in src/bundles/bundles.ts.`);
    return readFileSync(path);
  });
  const sum = (sizes: readonly number[]): number => sizes.reduce((all, size) => all + size, 0);
  return { minified: script!.contents.length, gzip: gzipped(script!.contents), assets: sum(files.map(({ length }) => length)), assetsGzip: sum(files.map(gzipped)) };
}

const nodeModules = ['fs', 'path', 'os', 'crypto', 'util', 'string_decoder', 'worker_threads', 'perf_hooks', 'ws', 'module', 'url'];
