// Where everything is: the root, and the units (packages, examples, the tests of the whole) that are built.
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '');
export const cacheDir = join(root, 'node_modules/.cache/unfold');

export const readJson = (path) => JSON.parse(readFileSync(path, 'utf8'));

/** All files under a folder, sorted, as absolute paths; none where the folder is missing. */
export function filesUnder(dir) {
  if (!existsSync(dir)) return [];
  return readdirSync(dir, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name))
    .sort();
}

const isDirectory = (path) => existsSync(path) && statSync(path).isDirectory();

function unitAt(dir) {
  const manifestPath = join(dir, 'package.json');
  const manifest = existsSync(manifestPath) ? readJson(manifestPath) : { private: true };
  return { dir, label: relative(root, dir) || 'test', manifest, published: manifest.private !== true };
}

/** Every folder with a package.json in packages/ and examples/, then the root, whose tests are in test/. */
export function units() {
  const folders = ['packages', 'examples']
    .map((group) => join(root, group))
    .filter(isDirectory)
    .flatMap((group) => readdirSync(group).map((name) => join(group, name)))
    .filter((dir) => existsSync(join(dir, 'package.json')));
  return [...folders, root].map(unitAt);
}

/** The units with these names ("core", "packages/core", "@unfoldjs/core", "01-image-filters", "test"). */
export function unitsNamed(names) {
  const all = units();
  return names.map((name) => {
    const found = all.find(
      (unit) => unit.label === name || unit.label.endsWith(`/${name}`) || (unit.dir !== root && unit.manifest.name === name),
    );
    if (found) return found;
    throw new Error(`no package "${name}". There are: ${all.map((unit) => unit.label).join(', ')}`);
  });
}
