// TypeScript to JavaScript with esbuild, which does not check types (types.mjs does).
//   published package   one bundle for each entry of "exports", what entries share in chunks -> dist/
//   private package     src/**/*.ts, file by file -> dist/
//   tests               test/**/*.ts, file by file -> dist-test/, at the same depth, so that relative paths stay right
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { cacheDir, filesUnder, readJson, root } from './workspace.mjs';

const common = { format: 'esm', target: ['es2022', 'node20'], charset: 'utf8', sourcemap: true, logLevel: 'silent' };
const oldChunkMs = 60_000;

const isSource = (path) => path.endsWith('.ts') && !path.endsWith('.d.ts');
const sourcesOf = (unit) => (unit.dir === root ? [] : filesUnder(join(unit.dir, 'src')).filter(isSource));
/** The sources of a unit's tests and of what helps them. */
export const testsOf = (unit) => filesUnder(join(unit.dir, 'test')).filter(isSource);

/** The entries of a package: "./dist/x.js" in exports (or bin) is built from src/x.ts. */
export function entriesOf(unit) {
  const targets = Object.values(unit.manifest.exports ?? {}).map((target) => target.default ?? target);
  return [...targets, ...Object.values(unit.manifest.bin ?? {})]
    .filter((target) => target.startsWith('./dist/'))
    .map((target) => join(unit.dir, target.replace(/^\.\/dist\//, 'src/').replace(/\.js$/, '.ts')));
}

/** What the licence of an inlined package asks to be said where its code is. Bundlers keep comments that begin so. */
function noticeOf(unit, name) {
  const { version, license, repository } = readJson(join(unit.dir, 'node_modules', name, 'package.json'));
  return `/*! Contains ${name} ${version}, ${license}, ${repository.url} */\n`;
}

/**
 * Entries share their common modules through chunks (splitting), so that the state of a module (the hash-cons table, the
 * class Tensor) exists once, whichever entries are imported. Packages stay outside, but for those that the manifest names in
 * "unfold.inlines": one of many small modules takes Node longer to load than all the rest.
 */
async function bundle(esbuild, unit) {
  const { dependencies = {}, unfold: { inlines = [] } = {} } = unit.manifest;
  const outside = inlines.length > 0 ? { external: Object.keys(dependencies).filter((name) => !inlines.includes(name)) } : { packages: 'external' };
  const { outputFiles } = await esbuild.build({
    ...common,
    ...outside,
    banner: { js: inlines.map((name) => noticeOf(unit, name)).join('') },
    entryPoints: entriesOf(unit),
    outdir: join(unit.dir, 'dist'),
    bundle: true,
    splitting: true,
    chunkNames: 'chunks/[name]-[hash]',
    platform: 'neutral',
    write: false,
    absWorkingDir: root,
  });
  return outputFiles;
}

/** File by file; nothing is bundled, so that modules that tests and sources share stay shared. */
async function transpile(esbuild, unit, files, from, to) {
  if (files.length === 0) return [];
  const { outputFiles } = await esbuild.build({
    ...common,
    entryPoints: files,
    outbase: join(unit.dir, from),
    outdir: join(unit.dir, to),
    bundle: false,
    write: false,
    absWorkingDir: root,
  });
  return outputFiles.map((file) => ({ path: file.path, text: pointToDist(unit, file) }));
}

/**
 * A private package's tests may import "../src/x.js", which is compiled to dist/. Those of a published package may not:
 * they would test something else than what ships, next to a second copy of its state.
 */
function pointToDist(unit, file) {
  return file.text.replace(/(\bfrom\s*|\bimport\s*\(?\s*)"((?:\.\.\/)+)src\//g, (_, keyword, up) => {
    if (!unit.published && unit.dir !== root) return `${keyword}"${up}dist/`;
    throw new Error(`${relative(root, file.path)} imports from src/: tests import a published package by its name`);
  });
}

/** Writes what changed, each file at once, as other processes may be reading; removes outputs that no source has. */
function writeOutputs(dir, outputs, keep = () => false) {
  const wanted = new Set(outputs.map((file) => file.path));
  for (const { path, text } of outputs) {
    if (existsSync(path) && readFileSync(path, 'utf8') === text) continue;
    mkdirSync(dirname(path), { recursive: true });
    const temporary = `${path}.${process.pid}.tmp`;
    writeFileSync(temporary, text);
    renameSync(temporary, path);
  }
  for (const path of filesUnder(dir)) {
    const isOutput = /\.js(\.map)?$/.test(path);
    if (isOutput && !wanted.has(path) && !keep(path)) rmSync(path, { force: true });
  }
}

// A process that runs now may still load a chunk of the build before.
const isFreshChunk = (path) => path.includes('/chunks/') && Date.now() - statSync(path).mtimeMs < oldChunkMs;

function fingerprint(unit) {
  const hash = createHash('sha256').update(JSON.stringify(unit.manifest));
  const inputs = [...sourcesOf(unit), ...testsOf(unit), ...filesUnder(join(root, 'packages/build')).filter((path) => path.endsWith('.mjs'))];
  for (const path of inputs) hash.update(`\0${path}\0`).update(readFileSync(path));
  return hash.digest('hex');
}

const stampOf = (unit) => join(cacheDir, 'javascript', `${unit.label.replaceAll('/', '+')}.json`);

function isCurrent(unit, print) {
  if (!existsSync(stampOf(unit))) return false;
  const stamp = readJson(stampOf(unit));
  return stamp.fingerprint === print && stamp.outputs.every((path) => existsSync(join(root, path)));
}

async function buildUnit(unit, esbuild) {
  const print = fingerprint(unit);
  const compiled = unit.published
    ? await bundle(esbuild, unit)
    : await transpile(esbuild, unit, sourcesOf(unit), 'src', 'dist');
  const tests = await transpile(esbuild, unit, testsOf(unit), 'test', 'dist-test');
  if (unit.dir !== root) writeOutputs(join(unit.dir, 'dist'), compiled, isFreshChunk);
  writeOutputs(join(unit.dir, 'dist-test'), tests);
  mkdirSync(dirname(stampOf(unit)), { recursive: true });
  const outputs = [...compiled, ...tests].map((file) => relative(root, file.path));
  writeFileSync(stampOf(unit), JSON.stringify({ fingerprint: print, outputs }));
}

/** Builds the units whose sources changed. Gives the errors, one text for each unit that did not build. */
export async function buildJavaScript(unitsToBuild) {
  const stale = unitsToBuild.filter((unit) => !isCurrent(unit, fingerprint(unit)));
  if (stale.length === 0) return [];
  const esbuild = await import('esbuild');
  const errors = await Promise.all(
    stale.map((unit) =>
      buildUnit(unit, esbuild).then(
        () => [],
        async (error) => {
          const messages = error.errors ? await esbuild.formatMessages(error.errors, { kind: 'error' }) : [error.message];
          return [`${unit.label} does not build:\n${messages.join('')}`];
        },
      ),
    ),
  );
  return errors.flat();
}

/** Where the compiled form of a test file is: x/test/y.test.ts -> x/dist-test/y.test.js. */
export function compiledPath(source) {
  const cut = source.lastIndexOf('/test/');
  return `${source.slice(0, cut)}/dist-test/${source.slice(cut + '/test/'.length).replace(/\.ts$/, '.js')}`;
}
