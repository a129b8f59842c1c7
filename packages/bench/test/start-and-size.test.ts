import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { build } from 'esbuild';
import { bundleSize } from '../src/benches/bundle-size.js';
import { coldStart } from '../src/benches/cold-start.js';
import { generatedModules } from '../src/bundles/generated.js';
import { sizeOf } from '../src/bundles/size.js';
import { metric, notRun, Unavailable } from '../src/bench.js';
import { engineOf } from '../src/engines/index.js';
import { openInChild } from '../src/processes.js';
import { runBench } from '../src/runner.js';
import { webAssembly } from '../src/web-assembly.js';
import { convWorkloads } from '../src/workloads/convs.js';
import { resultsOf, row } from './fixtures.js';

describe('the bench of cold starts', () => {
  it('starts an engine in a fresh process and checks what it gives', async function () {
    this.timeout(60_000);
    const cases = coldStart.cases.filter(({ name }) => name === 'unfold-cpu');
    const results = await runBench({ ...coldStart, cases }, { rounds: 2, open: openInChild() });
    expect(notRun(results)).to.deep.equal([]);
    const [open, start] = [metric(results, 'unfold-cpu', 'openMs'), metric(results, 'unfold-cpu', 'startMs')];
    expect(start).to.have.length(2);
    expect(start.every((ms, i) => ms > open[i]! && open[i]! > 0)).to.equal(true);
    expect(metric(results, 'unfold-cpu', 'error').every((error) => error > 0 && error < 1e-6)).to.equal(true);
  });

  it('has no module of Unfold loaded before it is timed', async () => {
    const entry = fileURLToPath(new URL('../dist/child.js', import.meta.url));
    const { metafile } = await build({ entryPoints: [entry], bundle: true, splitting: true, format: 'esm', platform: 'node', packages: 'external', outdir: 'unused', write: false, metafile: true });
    // What child.js and the module of this bench load at once, file by file.
    const { inputs } = metafile;
    const seen = new Set<string>();
    const external = new Set<string>();
    const visit = (file: string): void => {
      if (seen.has(file)) return;
      seen.add(file);
      for (const { path, kind, external: outside } of inputs[file]!.imports) {
        if (kind === 'dynamic-import') continue;
        if (outside) external.add(path);
        else visit(path);
      }
    };
    for (const name of ['/child.js', '/cold-start.js']) visit(Object.keys(inputs).find((file) => file.endsWith(name))!);
    expect([...seen].some((file) => file.endsWith('/engines/unfold.js'))).to.equal(true);
    expect([...external].filter((name) => /unfold/.test(name))).to.deep.equal(['@unfoldjs/measure']);
  });

  it('judges its target by the median', () => {
    const judged = (ms: number) => coldStart.verdicts!(resultsOf({ 'unfold-wasm-1t': [{ startMs: ms }, { startMs: 30 }, { startMs: 90 }] }))[0];
    expect(judged(39)).to.include({ measured: '39.0 ms', reached: true });
    expect(judged(41)).to.include({ measured: '41.0 ms', reached: false });
    expect(coldStart.verdicts!(resultsOf({}))[0]).to.include({ measured: '', reached: null });
  });
});

describe('the bench of bundle sizes', () => {
  const ours = { id: 'x', name: 'x', contents: '', source: "export { add } from '@unfoldjs/core/functions';" };

  it('bundles, minifies and compresses what is imported, and no more', async () => {
    const [add, all] = [await sizeOf(ours), await sizeOf({ ...ours, source: "export * from '@unfoldjs/core';" })];
    expect(add.gzip).to.be.below(add.minified);
    expect(all.minified).to.be.above(add.minified);
    expect((await sizeOf({ ...ours, external: ['@unfoldjs/core'] })).minified).to.be.below(200);
  });

  it('refuses a peer that is not installed', async () => {
    const error = await sizeOf({ ...ours, source: '', peers: ['no-such-peer'] }).catch((reason: unknown) => reason);
    expect(error).to.be.instanceOf(Unavailable);
  });

  it('finds the WebAssembly that a backend writes, and leaves WebAssembly as it was', async () => {
    const { Module, compile } = webAssembly;
    const modules = await generatedModules(engineOf('unfold-wasm-1t'), convWorkloads.A);
    expect(modules.length).to.be.above(0);
    expect(modules.every((bytes) => webAssembly.validate(bytes))).to.equal(true);
    expect([webAssembly.Module, webAssembly.compile]).to.deep.equal([Module, compile]);
  });

  it('adds files of WebAssembly to what is downloaded, and judges in thousands of bytes', () => {
    const size = { minified: 100_000, gzip: 45_000, assets: 20_000, assetsGzip: 5500 };
    const results = resultsOf({ core: [size], 'ort-web': [size] });
    expect(row(bundleSize.report(results), 'onnxruntime-web')).to.include.members(['100.0 kB', '45.0 kB', '20.0 kB', '5.5 kB', '50.5 kB']);
    expect(bundleSize.verdicts!(results).map(({ reached }) => reached)).to.deep.equal([false, null, null, null]);
  });
});
