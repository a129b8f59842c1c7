import { add, setBackend, tensor, type TensorType } from '@unfoldjs/core';
import { gpu } from '@unfoldjs/backend-gpu';
import { provideWebGpu } from '@unfoldjs/test-support/webgpu';
import { expect } from 'chai';
import { describeModes, errorOf, hostModes, withGpu } from './open.js';
import { watchDevices } from './support/devices.js';
import { brokenKernel, lostDevice, programOf, strayError, vector } from './support/faults.js';

for (const mode of hostModes) {
  describe(`faults in mode ${mode}`, () => {
    it('a kernel that gpu.js refuses names its step and carries its source, and the console stays quiet', async () => {
      await withGpu({ mode }, async (backend) => {
        const { refusal, written, after } = await brokenKernel(backend);
        expect(refusal).to.include({ code: 'BACKEND_FAILED', op: 'slice' });
        expect(refusal!.source).to.match(/^function \(a0\) \{/).and.to.include('NaN');
        expect(written).to.deep.equal([]);
        expect(after).to.deep.equal([2, 4, 6]);
      });
    });

    it('a step that it does not support is refused when it is compiled', async () => {
      await withGpu({ mode }, async (backend) => {
        const program = await programOf(backend, { begin: [1], size: [2], strides: [1] });
        const huge: TensorType = { dtype: 'float32', shape: [2 ** 24 + 1] };
        const step = program.steps[0]!;
        const error = await errorOf(() => backend.compile({ ...program, steps: [{ ...step, inputs: [{ ...step.inputs[0]!, type: huge }] }] }));
        expect(error.code).to.equal('UNSUPPORTED_OP');
        expect(error.problem).to.include('16777216');
      });
    });

    it('int32 beyond what float32 counts is refused at upload and at reading', async () => {
      await withGpu({ mode }, async (backend) => {
        const type: TensorType = { dtype: 'int32', shape: [2] };
        const upload = await errorOf(() => backend.upload(Int32Array.of(1, 2 ** 24 + 1), type));
        expect(upload.code).to.equal('DATA_MISMATCH');
        expect(upload.problem).to.include('16777217');

        await setBackend(backend);
        const edge = tensor([2 ** 24], [1], 'int32');
        expect([...(await edge.data())]).to.deep.equal([2 ** 24]);
        const read = await errorOf(() => add(edge, edge).data());
        expect(read.code).to.equal('BACKEND_FAILED');
        expect(read.problem).to.include('33554432');
      });
    });

    it('buffers, programs and the backend are refused after their end', async () => {
      const backend = await gpu({ mode }).open();
      const program = await programOf(backend, { begin: [1], size: [2], strides: [1] });
      const executable = await backend.compile(program);
      const buffer = await backend.upload(Float32Array.of(1, 2, 3), vector);
      const [result] = await executable.run([buffer]);
      expect([...(await backend.read(result!))]).to.deep.equal([2, 3]);
      expect((await errorOf(() => executable.run([]))).code).to.equal('INVALID_ARGUMENT');

      backend.free(buffer);
      backend.free(buffer);
      expect((await errorOf(() => backend.read(buffer))).code).to.equal('DISPOSED');
      expect((await errorOf(() => executable.run([buffer]))).code).to.equal('DISPOSED');
      executable.dispose();
      executable.dispose();
      expect((await errorOf(() => executable.run([result!]))).code).to.equal('DISPOSED');
      await backend.dispose();
      await backend.dispose();
      for (const use of [() => backend.read(result!), () => backend.upload(Float32Array.of(1, 2, 3), vector), () => backend.compile(program)]) {
        expect((await errorOf(use)).code).to.equal('DISPOSED');
      }
    });
  });
}

await provideWebGpu();
watchDevices();
await describeModes('faults of a device in mode', ['webgpu'], (mode) => {
  it('a shader that does not compile names its step and carries its source, and the console stays quiet', async () => {
    await withGpu({ mode }, async (backend) => {
      const { refusal, written, after } = await brokenKernel(backend);
      expect(refusal).to.include({ code: 'BACKEND_FAILED', op: 'slice' });
      expect(refusal!.source).to.match(/^function \(a0\) \{/);
      expect(written).to.deep.equal([]);
      expect(after).to.deep.equal([2, 4, 6]);
    });
  });

  it('what it reports on its own is thrown by the next call, and the one after it runs', async () => {
    await withGpu({ mode }, async (backend) => {
      const { refusal, after } = (await strayError(backend))!;
      expect(refusal!.code).to.equal('BACKEND_FAILED');
      expect(after).to.deep.equal([2, 3, 4]);
    });
  });

  it('a lost one is said by everything that needs it, and another takes its place', async () => {
    const { running, reading, uploading, again, onNext, written } = await lostDevice(mode);
    for (const refusal of [running, reading, uploading]) {
      expect(refusal!.code).to.equal('DEVICE_LOST');
      expect(refusal!.problem).to.include('lost');
    }
    expect(again).to.deep.equal([3, 6, 9]);
    expect(onNext).to.deep.equal([3, 6, 9]);
    expect(written).to.deep.equal([]);
  });
});
