import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { linkDependency, node, packInto } from './support/packed.js';
import { entriesOf, isForNode, publishedPackages, root, type Manifest } from './support/workspace.js';

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
        (file) => !/^package\/(dist\/.*\.(js|js\.map|d\.ts|wasm)|bin\/[\w-]+\.js|package\.json|README\.md|LICENSE)$/.test(file),
      );
      expect(others).to.deep.equal([]);
    });

    for (const [command, path] of Object.entries(pkg.manifest.bin ?? {})) {
      it(`${pkg.manifest.name} brings the command ${command}, which runs`, () => {
        expect(contents.get(pkg.manifest.name)).to.include(path.replace('./', 'package/'));
        expect(node(folder, [join(folder, 'node_modules', pkg.manifest.name, path), '--version'])).to.equal(pkg.manifest.version);
      });
    }

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

  for (const { manifest, folder: name } of all) {
    for (const inlined of manifest.unfold?.inlines ?? []) {
      it(`${manifest.name} loads nothing of ${inlined}, whose code and notice its own files have`, () => {
        const code = (contents.get(manifest.name) ?? [])
          .filter((file) => file.endsWith('.js'))
          .map((file) => readFileSync(join(folder, 'node_modules', manifest.name, file.replace('package/', '')), 'utf8'));
        expect(code.some((text) => new RegExp(`(from|import) ?\\(?['"]${inlined}`).test(text)), name).to.equal(false);
        expect(code.every((text) => text.startsWith(`/*! Contains ${inlined} `)), name).to.equal(true);
      });
    }
  }

  it('have types that hold for a strict user without the types of the DOM and of Node', () => {
    for (const pkg of all.filter(({ folder: name }) => name === 'backend-gpu')) linkDependency(folder, 'gpu.js', pkg);
    const strict = all.filter((pkg) => !isForNode(pkg)).flatMap(entriesOf).map(({ specifier }) => specifier);
    const lines = strict.map((specifier, index) => `import * as entry${index} from '${specifier}';`);
    const uses = strict.map((_, index) => `entry${index}`);
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
