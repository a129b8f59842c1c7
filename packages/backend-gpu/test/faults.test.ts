import { add, evaluate, setBackend, tensor, type Backend, type Program, type TensorType } from '@unfoldjs/core';
import { gpu, KernelFault } from '@unfoldjs/backend-gpu';
import { expect } from 'chai';
import { errorOf, hostModes, withGpu } from './open.js';

const vector: TensorType = { dtype: 'float32', shape: [3] };

/** The program of one op on one vector, as the optimizer would never make it. */
async function programOf(backend: Backend, attrs: Program['steps'][number]['attrs']): Promise<Program> {
  let seen: Program | null = null;
  const recorder: Backend = { ...backend, compile: (program) => ((seen = program), backend.compile(program)) };
  await setBackend(recorder);
  await evaluate(tensor([1, 2, 3]).slice(1, 2));
  const step = seen!.steps[0]!;
  return { ...seen!, steps: [{ ...step, attrs }] };
}

for (const mode of hostModes) {
  describe(`faults in mode ${mode}`, () => {
    it('a kernel that gpu.js refuses names its step and carries its source, and the console stays quiet', async () => {
      await withGpu({ mode }, async (backend) => {
        const program = await programOf(backend, { begin: ['nowhere'], size: [2], strides: [1] });
        const written: unknown[] = [];
        const methods = ['log', 'info', 'warn', 'error'] as const;
        const own = methods.map((name) => console[name]);
        for (const name of methods) console[name] = (...values: unknown[]) => void written.push(values);
        try {
          const error = await errorOf(async () => {
            const executable = await backend.compile(program);
            await executable.run([await backend.upload(Float32Array.of(1, 2, 3), vector)]);
          });
          expect(error.code).to.equal('BACKEND_FAILED');
          expect(error.op).to.equal('slice');
          expect(error.cause).to.be.instanceOf(KernelFault);
          expect((error.cause as KernelFault).source).to.match(/^function \(a0\) \{/).and.to.include('NaN');
          expect(written).to.deep.equal([]);
        } finally {
          methods.forEach((name, i) => (console[name] = own[i]!));
        }
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
