import { backendRefusals, setBackend, tensor, type Backend } from '@unfoldjs/core';
import { cpu } from '@unfoldjs/backend-cpu';
import { gpu, gpuModes } from '@unfoldjs/backend-gpu';
import { wasm } from '@unfoldjs/backend-wasm';
import { skip } from '@unfoldjs/test-support';
import { expect } from 'chai';
import { describeModes, errorOf, withGpu } from './open.js';
import { expectAsDocumented } from './support/documented.js';

await describeModes('mode of gpu.js:', gpuModes, (mode) => {
  let backend: Backend;
  before(async () => {
    backend = await gpu({ mode }).open();
  });
  after(() => backend.dispose());

  it('says what it is', () => {
    expect(backend.name).to.equal(`gpu-${mode}`);
    expect(backend.device.details['mode']).to.equal(mode);
    expect(backend.device.label).to.include(mode);
    expect(backend.device.kind).to.equal(mode === 'webasm' ? 'wasm' : mode === 'cpu' ? 'cpu' : 'gpu');
    expect(backend.device.fallbackReason === null).to.equal(backend.device.details['software'] === false);
  });

  it('keeps of numbers what docs/conformance.md says', function () {
    if (mode === 'headlessgl' || mode === 'webgl' || mode === 'webgl2') skip(this, `the page has no row of ${mode} in Node: it was never had`);
    expectAsDocumented(backend.device, mode, 'Node');
  });

  it('runs what was asked for, and says how', async () => {
    await setBackend(backend);
    expect([...(await tensor([1, 2, 3]).add([10, 20, 30]).data())]).to.deep.equal([11, 22, 33]);
  });
});

describe('modes of gpu.js', () => {
  it('are refused without hardware where none is named, with a reason for each', async function () {
    const spec = gpu();
    const opened = await spec.open().catch((fault: Error) => fault);
    if (!(opened instanceof Error)) {
      await opened.dispose();
      skip(this, `this machine has a GPU: ${opened.device.label}`);
    }
    const error = await errorOf(() => gpu().open());
    expect(error.code).to.equal('NO_BACKEND');
    for (const mode of ['webgpu', 'webgl2', 'webgl', 'headlessgl']) expect(error.problem).to.match(new RegExp(`${mode}: .+`));
    expect(error.problem).not.to.include('webasm');

    const chosen = await setBackend([gpu(), wasm(), cpu()]);
    expect(chosen.name).to.equal('wasm');
    expect(backendRefusals().map(({ name }) => name)).to.deep.equal(['gpu']);
    expect(error.problem).to.include(backendRefusals()[0]!.reason);
  });

  it('are no GPU where hardware is required of webasm or cpu', async () => {
    for (const mode of ['webasm', 'cpu'] as const) {
      const error = await errorOf(() => gpu({ mode, require: 'hardware' }).open());
      expect(error.code).to.equal('NO_BACKEND');
      expect(error.problem).to.include('is no GPU');
    }
  });

  it('refuse options that do not exist, at the call', async () => {
    for (const options of [{ mode: 'metal' }, { require: 'software' }, { threads: 1 }, { without: 'tiles' }, { without: ['speed'] }]) {
      const error = await errorOf(() => gpu(options as never));
      expect(error.code).to.equal('INVALID_ARGUMENT');
      expect(error.argument).to.equal(Object.keys(options)[0]);
    }
  });

  it('give the same results with threads', async () => {
    const data = Float32Array.from({ length: 64 * 64 * 8 }, (_, i) => ((i * 7) % 9) - 4);
    const run = async (threads: boolean) =>
      withGpu({ mode: 'webasm', threads }, async (backend) => {
        await setBackend(backend);
        const x = tensor(data, [64, 64, 8]);
        return x.mul(x).add(1).transpose([2, 0, 1]).data();
      });
    expect([...(await run(true))]).to.deep.equal([...(await run(false))]);
  });
});
