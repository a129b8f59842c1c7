// The published packages of this workspace and their entries, read from the package.json files.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '');

export interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly private?: boolean;
  readonly sideEffects?: boolean | readonly string[];
  readonly exports: Record<string, string | { readonly types: string; readonly default: string }>;
  readonly bin?: Record<string, string>;
  readonly dependencies?: Record<string, string>;
  readonly peerDependencies?: Record<string, string>;
  /** `inlines`: dependencies whose code the build puts into the package's own files. */
  readonly unfold?: { readonly inlines: readonly string[] };
}

export interface Package {
  readonly folder: string;
  readonly dir: string;
  readonly manifest: Manifest;
}

/** One entry of a package: `@unfoldjs/core/explain`, the file that ships and the source it is built from. */
export interface Entry {
  readonly specifier: string;
  readonly file: string;
  readonly source: string;
}

export function packages(): Package[] {
  return readdirSync(join(root, 'packages')).map((folder) => {
    const dir = join(root, 'packages', folder);
    return { folder, dir, manifest: JSON.parse(readFileSync(join(dir, 'package.json'), 'utf8')) as Manifest };
  });
}

export const publishedPackages = (): Package[] => packages().filter(({ manifest }) => manifest.private !== true);

/** Packages that run in Node alone. Others do so only in entries whose path holds `/node`. */
export const isForNode = ({ folder }: Package): boolean => folder === 'distributed';

export function entriesOf({ dir, manifest }: Package): Entry[] {
  return Object.entries(manifest.exports).flatMap(([path, target]) => {
    if (typeof target === 'string') return [];
    const source = target.default.replace(/^\.\/dist\//, 'src/').replace(/\.js$/, '.ts');
    return [{ specifier: manifest.name + path.slice(1), file: join(dir, target.default), source: join(dir, source) }];
  });
}
