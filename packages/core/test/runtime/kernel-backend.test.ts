import { expect } from 'chai';
import { allocate, compile, setBackend, tensor, type TypedArray } from '@unfoldjs/core';
import { isReferenceKernel, kernelBackend, referenceKernels, type Kernel } from '@unfoldjs/core/reference';

/** Memory that notes which of its arrays are out. */
function countedMemory() {
  const out = new Set<ArrayBufferLike>();
  return {
    out,
    allocate: (dtype: 'float32' | 'int32' | 'bool', size: number): TypedArray => {
      const array = allocate(dtype, size);
      out.add(array.buffer);
      return array;
    },
    release: ({ buffer }: TypedArray): void => {
      if (!out.delete(buffer)) throw new Error('this array is not out');
    },
  };
}

describe('kernelBackend', () => {
  const { exp, sin, add, matmul, reduceSum } = referenceKernels;

  it('gives every array that it was given back, once, when its last reader is done', async () => {
    const memory = countedMemory();
    const backend = await setBackend(kernelBackend({ name: 'counted', kernels: { exp, sin, matmul, reduceSum, add }, ...memory }));
    const layer = compile((x: ReturnType<typeof tensor>) => x.exp().matmul(tensor([[1, 2], [3, 4]])).sin().add(1).sum());
    const x = tensor([[1, 2]]);
    for (let i = 0; i < 3; i++) {
      const y = await layer(x);
      await y.data();
      y.dispose();
    }
    x.dispose();
    layer.dispose();
    // What is left is the matrix and the number, which the compiled function keeps.
    expect(backend.memory().buffers).to.equal(0);
    expect([...memory.out].reduce((bytes, { byteLength }) => bytes + byteLength, 0)).to.equal(backend.memory().live);
    expect(memory.out.size).to.equal(2);
    await backend.dispose();
  });

  it('gives the arrays of a run that fails back', async () => {
    const memory = countedMemory();
    let isBroken = true;
    const breaks: Kernel = (call) => {
      if (isBroken) throw new Error('broken');
      sin(call);
    };
    const backend = kernelBackend({ name: 'breaking', kernels: { exp, sin: breaks }, ...memory });
    await setBackend(backend);
    const x = tensor([1, 2]);
    const held = () => ({ arrays: memory.out.size, ...backend.memory() });
    expect((await x.exp().sin().data().catch((error: { code: string }) => error)) as object).to.include({ code: 'BACKEND_FAILED' });
    const failed = held();
    isBroken = false;
    const y = x.exp().sin();
    await y.data();
    y.dispose();
    expect(held().arrays).to.equal(failed.arrays);
    expect(failed.arrays).to.equal(failed.buffers);
  });

  it('says of each step whether a reference kernel runs it', async () => {
    const mine: Kernel = (call) => exp(call);
    expect(isReferenceKernel(exp)).to.equal(true);
    expect(isReferenceKernel(mine)).to.equal(false);
    const backend = kernelBackend({ name: 'mixed', kernels: { exp: mine, sin } });
    let kernels: readonly string[] = [];
    await setBackend({
      ...backend,
      async compile(program) {
        const executable = await backend.compile(program);
        kernels = executable.describe().map(({ kernel, reason }) => `${kernel}: ${reason}`);
        return executable;
      },
    });
    await tensor([1]).exp().sin().data();
    expect(kernels).to.deep.equal(['exp: the kernel of mixed', "reference: mixed runs sin with the core's kernel"]);
  });
});
