import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect } from 'chai';
import { entriesOf, publishedPackages, root, type Manifest, type Package } from './support/workspace.js';

const pnpm = (JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { packageManager: string }).packageManager;

/** Packs a package and unpacks it into the node_modules of an otherwise empty folder. Gives the paths it brought. */
function packInto(folder: string, { dir, manifest }: Package): string[] {
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
function linkDependency(folder: string, name: string, from: Package): void {
  const target = join(folder, 'node_modules', name);
  if (existsSync(target)) return;
  mkdirSync(dirname(target), { recursive: true });
  symlinkSync(realpathSync(join(from.dir, 'node_modules', name)), target);
}

function node(folder: string, args: readonly string[]): string {
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd: folder, encoding: 'utf8' });
  expect(status, `${stdout}${stderr}`).to.equal(0);
  return stdout.trim();
}

describe('packages as they are published', function () {
  this.timeout(120_000);
  let folder = '';
  const contents = new Map<string, string[]>();
  const all = publishedPackages();
  const specifiers = all.flatMap(entriesOf).map(({ specifier }) => specifier);

  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'unfold-packages-'));
    for (const pkg of all) contents.set(pkg.manifest.name, packInto(folder, pkg));
    const own = new Set(all.map(({ manifest }) => manifest.name));
    for (const pkg of all) {
      const others = Object.keys(pkg.manifest.dependencies ?? {}).filter((name) => !own.has(name) && name !== 'gpu.js');
      for (const name of others) linkDependency(folder, name, pkg);
    }
  });

  after(() => rmSync(folder, { recursive: true, force: true }));

  for (const pkg of all) {
    it(`${pkg.manifest.name} brings its code, its types and its licence, and nothing else`, () => {
      const files = contents.get(pkg.manifest.name) ?? [];
      expect(files).to.include.members(['package/package.json', 'package/LICENSE']);
      const targets = Object.values(pkg.manifest.exports).flatMap((target) =>
        typeof target === 'string' ? [] : [target.types, target.default],
      );
      expect(files).to.include.members(targets.map((target) => target.replace('./', 'package/')));
      const others = files.filter(
        (file) => !/^package\/(dist\/.*\.(js|js\.map|d\.ts|wasm)|package\.json|README\.md|LICENSE)$/.test(file),
      );
      expect(others).to.deep.equal([]);
    });

    it(`${pkg.manifest.name} names versions, not workspace links, as dependencies`, () => {
      const path = join(folder, 'node_modules', pkg.manifest.name, 'package.json');
      const packed = JSON.parse(readFileSync(path, 'utf8')) as Manifest;
      for (const range of Object.values(packed.dependencies ?? {})) expect(range).not.to.match(/workspace|file|link/);
    });

    it(`${pkg.manifest.name} tells bundlers that its files have no side effects`, () => {
      expect(pkg.manifest.sideEffects).to.equal(false);
    });
  }

  for (const specifier of specifiers) {
    it(`${specifier} is imported and required without gpu.js being there`, () => {
      const byImport = node(folder, ['--input-type=module', '-e', `await import('${specifier}'); console.log('loaded')`]);
      expect(byImport).to.equal('loaded');
      // A top-level await would make this fail with ERR_REQUIRE_ASYNC_MODULE.
      const byRequire = node(folder, ['--input-type=commonjs', '-e', `require('${specifier}'); console.log('loaded')`]);
      expect(byRequire).to.equal('loaded');
    });
  }

  it('have types that hold for a strict user without the types of the DOM and of Node', () => {
    for (const pkg of all.filter(({ folder: name }) => name === 'backend-gpu')) linkDependency(folder, 'gpu.js', pkg);
    const lines = specifiers.map((specifier, index) => `import * as entry${index} from '${specifier}';`);
    const uses = specifiers.map((_, index) => `entry${index}`);
    writeFileSync(join(folder, 'user.ts'), `${lines.join('\n')}\nexport const entries: readonly object[] = [${uses.join(', ')}];\n`);
    writeFileSync(join(folder, 'package.json'), JSON.stringify({ type: 'module' }));
    const compilerOptions = {
      strict: true,
      exactOptionalPropertyTypes: true,
      noUncheckedIndexedAccess: true,
      noEmit: true,
      skipLibCheck: false,
      target: 'ES2022',
      lib: ['ES2023', 'ESNext.Disposable'],
      types: [],
    };
    const tsc = join(root, 'node_modules/typescript/bin/tsc');
    for (const [module, moduleResolution] of [['NodeNext', 'NodeNext'], ['ESNext', 'Bundler']]) {
      const config = { compilerOptions: { ...compilerOptions, module, moduleResolution }, files: ['user.ts'] };
      writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(config));
      expect(node(folder, [tsc, '-p', '.'])).to.equal('');
    }
  });
});
