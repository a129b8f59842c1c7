import { existsSync, mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { skip } from '@unfoldjs/test-support';
import { Folder } from './support/command.js';
import { small } from './support/models.js';

/** Where the benches of this repository have the libraries that they compare with. */
const peers = fileURLToPath(new URL('../../bench/peers/node_modules', import.meta.url));

/** A package with the face of onnxruntime, whose results are `values`. */
function installFake(folder: Folder, name: string, values: string): void {
  const home = join(folder.path, 'node_modules', name);
  mkdirSync(home, { recursive: true });
  folder.write(`node_modules/${name}/package.json`, JSON.stringify({ name, version: '9.9.9', main: 'index.cjs' }));
  folder.write(
    `node_modules/${name}/index.cjs`,
    `class Tensor { constructor(type, data, shape) { Object.assign(this, { type, data, shape }); } }
    const run = async ({ x }) => {
      if (x.type !== 'float32' || x.data.length !== 16 || x.shape.join() !== '1,1,4,4') throw new Error('wrong feeds');
      return { y: { data: ${values} } };
    };
    module.exports = { Tensor, env: { wasm: {} }, InferenceSession: { create: async (bytes) => { if (bytes[0] !== 8) throw new Error('no model'); return { run }; } } };`,
  );
}

describe('unfold bench', function () {
  this.timeout(60_000);
  let folder: Folder;
  beforeEach(() => {
    folder = new Folder();
    folder.model('small.onnx', small);
  });
  afterEach(() => folder.remove());

  it('prints median and quartiles, and which engines are not installed', async () => {
    const { code, out, err } = await folder.unfold('bench', 'small.onnx', '--runs', '5');
    expect([code, err]).to.deep.equal([0, '']);
    expect(out).to.include('small.onnx, x [1, 1, 4, 4]: 5 runs each');
    expect(out).to.match(/engine +\| median +\| quartiles +\| first result/);
    expect(out).to.match(/Unfold, wasm \(WebAssembly SIMD, 1 thread\) \| [\d.]+ ms +\| [\d.]+ ms to [\d.]+ ms \| [\d.]+ ms/);
    expect(out).to.include('onnxruntime-web is not installed for this folder: `npm install onnxruntime-web` brings it.\nonnxruntime-node is not installed for this folder');
  });

  it('times what is installed for its folder beside Unfold, and says how far results differ', async () => {
    installFake(folder, 'onnxruntime-node', 'Float32Array.of(1e6, 0)');
    const { code, out, err } = await folder.unfold('bench', 'small.onnx', '--runs', '3', '--backend', 'cpu');
    expect([code, err]).to.deep.equal([0, '']);
    expect(out).to.match(/Unfold, cpu \(plain JavaScript, float32\) +\| [\d.]+ ms/);
    expect(out).to.match(/onnxruntime-node 9\.9\.9 +\| [\d.]+ ms +\| [\d.]+ ms to [\d.]+ ms +\| [\d.]+ ms +\| 1\.0e\+6/);
    expect(out).not.to.include('onnxruntime-node is not installed');
    expect(out).to.include('onnxruntime-web is not installed');
  });

  for (const name of ['onnxruntime-web', 'onnxruntime-node']) {
    it(`agrees with ${name}`, async function () {
      if (!existsSync(join(peers, name))) skip(this, `${name} is not installed: npm run bench -- --install-peers`);
      mkdirSync(join(folder.path, 'node_modules'));
      symlinkSync(join(peers, name), join(folder.path, 'node_modules', name));
      const { code, out } = await folder.unfold('bench', 'small.onnx', '--runs', '3');
      expect(code).to.equal(0);
      // Each engine rounds sums of nine products, of 81 at most, ten times by 2^-24 of them: under 5e-5.
      expect(Number(new RegExp(`${name} 1\\.[\\d.]+ .* (\\S+)$`, 'm').exec(out)?.[1])).to.be.below(1e-4);
    });
  }

  it('ends with 1 where an engine gives NaN for numbers', async () => {
    installFake(folder, 'onnxruntime-web', 'Float32Array.of(NaN, 0)');
    const { code, out, err } = await folder.unfold('bench', 'small.onnx', '--runs', '3');
    expect(code).to.equal(1);
    expect(out).to.match(/onnxruntime-web 9\.9\.9 .* Infinity/);
    expect(err).to.include('[DATA_MISMATCH]');
  });

  it('says why an engine did not run, and goes on', async () => {
    installFake(folder, 'onnxruntime-web', '(() => { throw new Error("no such kernel") })()');
    const { code, out } = await folder.unfold('bench', 'small.onnx', '--runs', '3');
    expect(code).to.equal(0);
    expect(out).to.match(/onnxruntime-web 9\.9\.9 +\| not run: no such kernel/);
  });

  it('asks for sizes that are free', async () => {
    folder.model('free.onnx', { ...small, inputs: [{ name: 'x', shape: ['batch', 1, 'height', 4] }] });
    const { code, err } = await folder.unfold('bench', 'free.onnx');
    expect(code).to.equal(2);
    expect(err).to.include('--shape x=1x3x224x224');
    const given = await folder.unfold('bench', 'free.onnx', '--shape', 'x=1x1x4x4', '--runs', '1');
    expect(given.code).to.equal(0);
  });

  it('times a model whose weights are other files', async () => {
    folder.model('outside.onnx', { ...small, weights: [{ name: 'w', shape: [2, 1, 3, 3], location: 'weights.bin' }, ...small.weights!.slice(1)] });
    folder.write('weights.bin', small.weights![0]!.raw!);
    const { code, err } = await folder.unfold('bench', 'outside.onnx', '--runs', '1');
    expect(code, err).to.equal(0);
  });

  it('refuses a model with nodes that cannot be read', async () => {
    folder.model('strange.onnx', { ...small, nodes: [{ op: 'Wavelet', inputs: ['x'], outputs: ['y'] }] });
    const { code, err } = await folder.unfold('bench', 'strange.onnx');
    expect(code).to.equal(1);
    expect(err).to.include('[UNSUPPORTED_OP]');
  });
});
