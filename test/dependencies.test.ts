import { readFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { join, relative } from 'node:path';
import { expect } from 'chai';
import { build } from 'esbuild';
import { entriesOf, isForNode, packages, publishedPackages, root, type Package } from './support/workspace.js';

/** Which packages of the workspace each package may depend on. A new package takes its place here. */
const mayDependOn: Record<string, readonly string[]> = {
  core: [],
  'backend-cpu': ['core'],
  'backend-gpu': ['core'],
  'backend-wasm': ['core'],
  'backend-testkit': ['core'],
  'explain-html': ['core'],
  nn: ['core'],
  onnx: ['core'],
  distributed: ['core', 'nn'],
  unfoldjs: ['core', 'backend-cpu', 'backend-gpu', 'backend-wasm', 'nn', 'onnx', 'distributed'],
};

interface Import {
  readonly from: string;
  readonly to: string;
  readonly dynamic: boolean;
}

/** Every import that is left of a package's sources once types are erased, but those of its own files. */
async function importsOf(pkg: Package): Promise<Import[]> {
  const { metafile } = await build({
    entryPoints: entriesOf(pkg).map(({ source }) => source),
    bundle: true,
    format: 'esm',
    packages: 'external',
    platform: 'neutral',
    outdir: 'unused',
    write: false,
    metafile: true,
    absWorkingDir: root,
  });
  return Object.entries(metafile.inputs).flatMap(([from, { imports }]) =>
    imports
      .filter(({ external }) => external)
      .map(({ path, kind }) => ({ from, to: path, dynamic: kind === 'dynamic-import' })),
  );
}

const packageName = (specifier: string): string =>
  specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/');

const isBuiltin = (specifier: string): boolean => specifier.startsWith('node:') || builtinModules.includes(specifier);

describe('dependencies of the packages', () => {
  for (const pkg of publishedPackages()) {
    const { folder, manifest } = pkg;

    describe(manifest.name, () => {
      it('depends only on packages below it', () => {
        const below = mayDependOn[folder];
        expect(below, `packages/${folder} has no place in the table of this test`).to.be.an('array');
        const names = new Map(packages().map((other) => [other.manifest.name, other.folder]));
        const used = Object.keys({ ...manifest.dependencies, ...manifest.peerDependencies })
          .map((name) => names.get(name))
          .filter((name) => name !== undefined);
        expect(below).to.include.members(used);
      });

      it('imports nothing that its package.json does not name', async () => {
        const declared = Object.keys({ ...manifest.dependencies, ...manifest.peerDependencies });
        const undeclared = (await importsOf(pkg))
          .filter(({ to }) => !isBuiltin(to) && !declared.includes(packageName(to)))
          .map(({ from, to }) => `${from} imports ${to}`);
        expect(undeclared).to.deep.equal([]);
      });

      if (!isForNode(pkg)) it('uses the modules of Node only in entries for Node and in dynamic imports', async () => {
        const uses = (await importsOf(pkg))
          .filter(({ from, to, dynamic }) => isBuiltin(to) && !dynamic && !relative(root, from).includes('/node/'))
          .map(({ from, to }) => `${from} imports ${to}`);
        expect(uses).to.deep.equal([]);
      });
    });
  }

  it('of the core are immer alone', () => {
    const core = publishedPackages().find(({ folder }) => folder === 'core');
    expect(Object.keys(core?.manifest.dependencies ?? {})).to.deep.equal(['immer']);
    expect(core?.manifest.peerDependencies).to.equal(undefined);
  });

  it('load gpu.js only in backend-gpu, and only dynamically', async () => {
    for (const pkg of publishedPackages()) {
      const uses = (await importsOf(pkg)).filter(({ to }) => packageName(to) === 'gpu.js');
      const wrong = uses.filter(({ dynamic }) => pkg.folder !== 'backend-gpu' || !dynamic);
      expect(wrong).to.deep.equal([]);
    }
  });

  it('each have a row in docs/dependencies.md, and nothing else has', () => {
    const page = readFileSync(join(root, 'docs/dependencies.md'), 'utf8');
    const rows = [...page.matchAll(/^\| `([^`]+)` \| ([^|]+) \|/gm)].map(([, name, users]) => [name!, users!] as const);
    const outside = new Map<string, string[]>();
    for (const { folder, manifest } of publishedPackages()) {
      for (const name of Object.keys({ ...manifest.dependencies, ...manifest.peerDependencies })) {
        if (!packages().some((other) => other.manifest.name === name)) outside.set(name, [...(outside.get(name) ?? []), folder]);
      }
    }
    expect(rows.map(([name]) => name).sort()).to.deep.equal([...outside.keys()].sort());
    for (const [name, users] of rows) for (const folder of outside.get(name)!) expect(users, name).to.include(folder);
  });
});
