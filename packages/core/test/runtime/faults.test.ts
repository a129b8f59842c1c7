import { expect } from 'chai';
import { backendApiVersion, evaluate, getBackend, liveMemory, setBackend, tensor, UnfoldError, type Backend, type Executable } from '@unfoldjs/core';
import { kernelBackend, referenceKernels } from '@unfoldjs/core/reference';

/** A healthy backend of which one method can be broken. */
function breakable(): { backend: Backend; break: (method: 'upload' | 'read' | 'compile' | 'run' | null) => void } {
  const healthy = kernelBackend({ name: 'breakable', kernels: referenceKernels });
  let broken: string | null = null;
  const guard = (method: string) => {
    if (broken === method) throw new Error(`${method} broke`);
  };
  const backend: Backend = {
    ...healthy,
    async upload(data, type) {
      guard('upload');
      return healthy.upload(data, type);
    },
    async read(buffer) {
      guard('read');
      return healthy.read(buffer);
    },
    async compile(program) {
      guard('compile');
      const executable = await healthy.compile(program);
      const run: Executable['run'] = async (inputs, options) => {
        guard('run');
        return executable.run(inputs, options);
      };
      return { ...executable, run };
    },
  };
  return { backend, break: (method) => (broken = method) };
}

describe('a backend that fails', () => {
  for (const method of ['upload', 'read', 'compile', 'run'] as const) {
    it(`in ${method} gives a typed error, loses nothing and may be used again`, async () => {
      const { backend, break: breakMethod } = breakable();
      await setBackend(backend);
      const kept = tensor([1, 2]).add(1);
      await evaluate(kept);
      const before = liveMemory();
      const x = tensor([5, 6]).add(kept).add(method.length);
      breakMethod(method);
      let fault: unknown;
      try {
        await x.data();
      } catch (error) {
        fault = error;
      }
      expect(fault).to.be.instanceOf(UnfoldError);
      expect((fault as UnfoldError).code).to.equal('BACKEND_FAILED');
      expect((fault as UnfoldError).message).to.contain(`${method} broke`);
      breakMethod(null);
      expect(await kept.data()).to.deep.equal(Float32Array.of(2, 3));
      expect(await x.data()).to.deep.equal(Float32Array.of(7 + method.length, 9 + method.length));
      expect(liveMemory().buffers - before.buffers).to.be.at.most(1); // the operand that was uploaded
    });
  }
});

describe('setBackend', () => {
  it('keeps the reasons of backends that did not open and takes the next', async () => {
    const { backendRefusals } = await import('@unfoldjs/core');
    const refusing = { name: 'absent', open: () => Promise.reject(new Error('no such device')) };
    const { backend } = breakable();
    expect(await setBackend([refusing, () => backend])).to.equal(backend);
    expect(backendRefusals()).to.deep.equal([{ name: 'absent', reason: 'no such device' }]);
  });

  it('names every reason where none opens, and leaves the backend that was chosen', async () => {
    const { backend } = breakable();
    await setBackend(backend);
    let fault: UnfoldError | undefined;
    try {
      await setBackend([{ name: 'absent', open: () => Promise.reject(new Error('no such device')) }]);
    } catch (error) {
      fault = error as UnfoldError;
    }
    expect(fault?.code).to.equal('NO_BACKEND');
    expect(fault?.message).to.contain('no such device');
    expect(getBackend()).to.equal(backend);
  });

  it('refuses what is no backend, and one of another version of the contract', async () => {
    const { backend } = breakable();
    for (const wrong of [{}, 3, null, { ...backend, apiVersion: backendApiVersion + 1 }]) {
      let code;
      try {
        await setBackend(wrong as unknown as Backend);
      } catch (error) {
        code = (error as UnfoldError).code;
      }
      expect(code).to.equal('INVALID_ARGUMENT');
    }
  });
});
