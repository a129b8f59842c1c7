import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { gzipSync } from 'node:zlib';
import { expect } from 'chai';
import { build, type BuildOptions } from 'esbuild';
import * as core from '@unfoldjs/core';
import * as functions from '@unfoldjs/core/functions';
import { wasm } from '@unfoldjs/backend-wasm';
import { encodeProgram, type loadProgram } from '@unfoldjs/nn';
import { publicFunctions } from './support/ops-page.js';
import { entriesOf, isForNode, publishedPackages, root } from './support/workspace.js';

/** What a user's bundler makes of these lines, for the browser. */
async function bundle(contents: string, options: BuildOptions = {}): Promise<string> {
  const result = await build({
    stdin: { contents, resolveDir: root, loader: 'js' },
    bundle: true,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    write: false,
    absWorkingDir: root,
    logLevel: 'silent',
    ...options,
  });
  return result.outputFiles?.[0]?.text ?? '';
}

async function gzippedKilobytes(contents: string): Promise<number> {
  return gzipSync(await bundle(contents, { minify: true }), { level: 9 }).length / 1000;
}

/** Runs a bundled module; it reports by `export default`. From a file: Node takes seconds to import a data: URL of this size. */
async function run(code: string): Promise<unknown> {
  const folder = await mkdtemp(join(tmpdir(), 'unfold-bundle-'));
  try {
    const path = join(folder, 'bundle.mjs');
    await writeFile(path, code);
    const module: { default: unknown } = await import(pathToFileURL(path).href);
    return module.default;
  } finally {
    await rm(folder, { recursive: true });
  }
}

describe('bundling for the browser', () => {
  for (const { specifier } of publishedPackages().filter((pkg) => !isForNode(pkg)).flatMap(entriesOf)) {
    if (specifier.includes('/node')) continue;
    it(`${specifier} needs nothing of Node`, async () => {
      // gpu.js and Dawn look for Node at run time and stay outside, as dynamic imports do.
      const code = await bundle(`export * from '${specifier}';`, { external: ['gpu.js', 'webgpu'] });
      expect(code).not.to.match(/from\s*["']node:/);
    });
  }

  it('keeps the importer of ONNX and the command line out of unfoldjs', async () => {
    const code = await bundle(`export * from 'unfoldjs';`, { external: ['gpu.js', 'webgpu'] });
    expect(['commander', 'ModelProto', 'importOnnx'].filter((word) => code.includes(word))).to.deep.equal([]);
  });

  // docs/decisions/004-size-of-core.md
  const network = `export { conv2d, matmul, maxPool2d, relu, setBackend, softmax, tensor } from '@unfoldjs/core/functions';`;
  const page = `export { compile, conv2d, matmul, maxPool2d, relu, setBackend, softmax, tensor } from '@unfoldjs/core/functions'; export { wasm } from '@unfoldjs/backend-wasm';`;
  const exported = `export { loadProgram } from '@unfoldjs/nn'; export { wasm } from '@unfoldjs/backend-wasm';`;
  const budgets: readonly { what: string; code: string; kilobytes: number }[] = [
    { what: '@unfoldjs/core, all of it', code: `export * from '@unfoldjs/core';`, kilobytes: 52 },
    { what: '@unfoldjs/core and @unfoldjs/backend-wasm', code: `export * from '@unfoldjs/core'; export * from '@unfoldjs/backend-wasm';`, kilobytes: 92 },
    { what: '@unfoldjs/backend-wasm, which has no use for the optimizer', code: `export { wasm } from '@unfoldjs/backend-wasm';`, kilobytes: 45 },
    { what: 'what a convolutional network takes to run', code: network, kilobytes: 32 },
    { what: 'a page that runs a convolutional network on wasm', code: page, kilobytes: 75 },
    { what: 'the same with its weights read from safetensors', code: `${page} export { decodeSafetensors } from '@unfoldjs/nn';`, kilobytes: 78 },
    { what: 'a page that runs an exported network on wasm', code: exported, kilobytes: 54 },
    { what: 'what it takes to be trained', code: `${network} export { valueAndGrad } from '@unfoldjs/core/autodiff';`, kilobytes: 45 },
  ];
  for (const { what, code, kilobytes } of budgets) {
    it(`keeps ${what} under ${kilobytes} kB, minified and gzipped`, async () => {
      expect(await gzippedKilobytes(code)).to.be.below(kilobytes);
    });
  }

  it('runs an exported network from a minified bundle', async () => {
    await core.setBackend(wasm());
    const filters = core.arange(-4, 5).reshape([3, 3, 1, 1]);
    const network = (image: core.Tensor) => core.softmax(core.maxPool2d(core.relu(core.conv2d(image, filters)), { window: 2 }).reshape([1, 9]));
    const file = await encodeProgram(network, [core.placeholder([1, 8, 8, 1])]);
    const pixels = Float32Array.from({ length: 64 }, (_, i) => (i * 7) % 5);
    const load = (await run(await bundle(`${exported.replace('export {', 'import {').replace('export {', 'import {')} export default (file) => loadProgram(file, wasm());`, { minify: true }))) as (file: Uint8Array) => ReturnType<typeof loadProgram>;
    const program = await load(file);
    const { output } = await program.run({ input: pixels });
    await program.dispose();
    expect(output).to.deep.equal(await network(core.tensor(pixels, [1, 8, 8, 1])).data());
  });

  it('adds under 40 kB to a bundle that uses @unfoldjs/onnx, and nothing to one that does not', async () => {
    const plain = `export * from '@unfoldjs/core'; export * from '@unfoldjs/backend-wasm';`;
    const [without, unused, used] = await Promise.all([plain, `import '@unfoldjs/onnx'; ${plain}`, `export { importOnnx } from '@unfoldjs/onnx'; ${plain}`].map(gzippedKilobytes));
    expect(unused).to.equal(without);
    expect(used! - without!).to.be.within(1, 40);
  });

  it('runs the workers of @unfoldjs/backend-wasm from a minified bundle, also where names are kept', async () => {
    const code = `import { matmul, ones, setBackend } from '@unfoldjs/core';
      import { wasm } from '@unfoldjs/backend-wasm';
      export default async () => {
        const backend = await setBackend(wasm({ threads: 2 }));
        // Until a worker is up and has had chunks to take.
        for (const end = Date.now() + 500; Date.now() < end; await new Promise((resolve) => setTimeout(resolve))) await matmul(ones([256, 256]), ones([256, 256])).data();
        const [value] = await matmul(ones([256, 256]), ones([256, 256])).data();
        return { value, threads: backend.device.details.threads, reason: backend.device.fallbackReason };
      };`;
    for (const keepNames of [false, true]) {
      const program = (await run(await bundle(code, { minify: true, keepNames }))) as () => Promise<unknown>;
      expect(await program(), `keepNames: ${keepNames}`).to.deep.equal({ value: 256, threads: 2, reason: null });
    }
  });

  it('prints nothing of UNFOLD_DEBUG in a bundle but how to get it, and everything once setDebugLevel is called', async () => {
    const code = (start: string): string => `import { setBackend, tensor } from '@unfoldjs/core';
      import { cpu } from '@unfoldjs/backend-cpu';
      import * as explain from '@unfoldjs/core/explain';
      export default async () => {
        const lines = [];
        const { log } = console;
        console.log = (text) => lines.push(...text.split('\\n'));
        try {
          ${start}
          await setBackend(cpu());
          await tensor([1, 2]).add(3).data();
        } finally {
          console.log = log;
          delete globalThis.UNFOLD_DEBUG;
        }
        return lines;
      };`;
    const printed = async (start: string): Promise<string[]> => ((await run(await bundle(code(start), { minify: true }))) as () => Promise<string[]>)();
    expect(await printed('globalThis.UNFOLD_DEBUG = 2;')).to.deep.equal(['UNFOLD_DEBUG prints nothing here: call setDebugLevel of @unfoldjs/core/explain']);
    const lines = await printed('explain.setDebugLevel(2);');
    expect(lines[0]).to.equal('unfold 1 | runs on cpu: plain JavaScript, float32');
    expect(lines[1]).to.match(/^unfold 2 \| compiled for cpu/);
    expect(lines).to.have.length(2);
  });

  it('takes from @unfoldjs/core/functions only what is used', async () => {
    const all = await gzippedKilobytes(`export * from '@unfoldjs/core/functions';`);
    const one = await gzippedKilobytes(`export { version } from '@unfoldjs/core/functions';`);
    expect(one).to.be.below(all / 10);
  });

  it('leaves out the operations that neither the program nor the optimizer uses', async () => {
    const code = await bundle(`export { add, softmax } from '@unfoldjs/core/functions';`);
    const has = (op: string): boolean => code.includes(`name: "${op}"`);
    expect(['add', 'softmax', 'matmul', 'convMatmul'].filter(has)).to.deep.equal(['add', 'softmax', 'matmul', 'convMatmul']);
    expect(['avgPool2d', 'cumsum', 'erf', 'gelu', 'layerNorm', 'logSoftmax', 'tan'].filter(has)).to.deep.equal([]);
  });

  // Whatever makes the first tensor of a program also installs the methods: see docs/decisions/001.
  const firstTensors: Record<string, string> = {
    tensor: 'tensor([1, 2])',
    scalar: 'scalar(1)',
    zeros: 'zeros([2])',
    ones: 'ones([2])',
    full: 'full([2], 3)',
    eye: 'eye(2)',
    arange: 'arange(3)',
    linspace: 'linspace(0, 1, 3)',
    randomUniform: 'randomUniform([2], { seed: 1 })',
    oneHot: 'oneHot([0, 1], 2)',
    add: 'add(1, 2)',
  };
  for (const name of ['@unfoldjs/core', 'unfoldjs']) {
    for (const [creator, call] of Object.entries(firstTensors)) {
      it(`gives tensors their methods where ${creator} of ${name} is all that is imported`, async () => {
        const code = await bundle(`import { ${creator} } from '${name}'; export default typeof ${call}.relu;`, {
          external: ['gpu.js', 'webgpu'],
        });
        expect(await run(code)).to.equal('function');
      });
    }
  }

  it('wraps every operation, and whatever else can make a first tensor', () => {
    const makeNoTensor = ['philox', 'randomWords', 'toPixels'];
    const operations = publicFunctions().map(({ name }) => name).filter((name) => !makeNoTensor.includes(name));
    const names = [...operations, 'apply', 'compile', 'customGradient', 'stopGradient', 'toTensor'];
    const [wrapped, plain] = [new Map(Object.entries<unknown>(core)), new Map(Object.entries<unknown>(functions))];
    expect(names.filter((name) => typeof wrapped.get(name) !== 'function' || wrapped.get(name) === plain.get(name))).to.deep.equal([]);
  });

  it('lets the entries of the core share one class Tensor', async () => {
    const code = await bundle(`
      import { tensor } from '@unfoldjs/core/functions';
      import { Tensor } from '@unfoldjs/core';
      export default tensor([1]) instanceof Tensor;
    `);
    expect(await run(code)).to.equal(true);
  });
});
