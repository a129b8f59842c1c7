import { expect } from 'chai';
import { compile, customGradient, setBackend, stopGradient, tensor, type Tensor, type UnfoldError } from '@unfoldjs/core';
import { grad, valueAndGrad } from '@unfoldjs/core/autodiff';
import { cpu } from '@unfoldjs/backend-cpu';

function failure(work: () => unknown): UnfoldError {
  try {
    work();
  } catch (error) {
    return error as UnfoldError;
  }
  throw new Error('expected an error');
}

describe('grad', () => {
  before(() => setBackend(cpu()));

  it('undoes broadcasting of both operands', async () => {
    const { value, gradient } = valueAndGrad(([a, b]: [Tensor, Tensor]) => a.mul(b).add(b).sum())([tensor([[1], [2]]), tensor([3, 4, 5])]);
    expect(await value.item()).to.equal(3 * 12 + 2 * 12);
    expect(await gradient[0].array()).to.deep.equal([[12], [12]]);
    expect(await gradient[1].data()).to.deep.equal(Float32Array.of(5, 5, 5));
  });

  it('differentiates with respect to the argument alone, not to the same tensor captured', async () => {
    const x = tensor([2, 3]);
    expect(await grad((y: Tensor) => y.mul(x).sum())(x).data()).to.deep.equal(Float32Array.of(2, 3));
    expect(await grad((y: Tensor) => y.mul(y).sum())(x).data()).to.deep.equal(Float32Array.of(4, 6));
  });

  it('takes and gives trees, and chooses the argument', async () => {
    const loss = (x: Tensor, { w, biases }: { w: Tensor; biases: Tensor[] }) => x.mul(w).add(biases[0]!).sum();
    const gradient = grad(loss, { argument: 1 })(tensor([1, 2]), { w: tensor([5, 6]), biases: [tensor(1), tensor([9])] }) as unknown as { w: Tensor; biases: Tensor[] };
    expect(await gradient.w.data()).to.deep.equal(Float32Array.of(1, 2));
    expect(await gradient.biases[0]!.item()).to.equal(2);
    expect(await gradient.biases[1]!.data()).to.deep.equal(Float32Array.of(0));
  });

  it('may be taken again', async () => {
    const cubed = (x: Tensor) => x.mul(x).mul(x);
    expect(await grad(cubed)(tensor(2)).item()).to.equal(12);
    expect(await grad(grad(cubed))(tensor(2)).item()).to.equal(12);
    expect(await grad(grad(grad(cubed)))(tensor(2)).item()).to.equal(6);
  });

  it('works inside a compiled function', async () => {
    const step = compile((w: Tensor, x: Tensor) => valueAndGrad((v: Tensor) => v.mul(x).sum())(w));
    const { value, gradient } = await step(tensor([1, 2]), tensor([3, 4]));
    expect(await value.item()).to.equal(11);
    expect(await gradient.data()).to.deep.equal(Float32Array.of(3, 4));
  });

  it('gives what stands beside the loss unchanged', async () => {
    const { value } = valueAndGrad((x: Tensor) => ({ loss: x.sum(), aux: { doubled: x.mul(2) } }))(tensor([1, 2]));
    expect(await value.aux.doubled.data()).to.deep.equal(Float32Array.of(2, 4));
  });

  it('stops where stopGradient says so', async () => {
    expect(await grad((x: Tensor) => stopGradient(x).mul(x).sum())(tensor([3])).data()).to.deep.equal(Float32Array.of(3));
    expect(await stopGradient([1, 2]).data()).to.deep.equal(Float32Array.of(1, 2));
  });

  it('uses a gradient of the user in place of the derived one', async () => {
    const clipped = customGradient((x: Tensor) => ({ value: x.mul(x), gradient: (dy) => dy.mul(7) }));
    expect(await grad((x: Tensor) => clipped(x).sum())(tensor([3])).data()).to.deep.equal(Float32Array.of(7));
    expect(await clipped(tensor([3])).data()).to.deep.equal(Float32Array.of(9));
  });

  it('differentiates a chain of 20,000 ops', async () => {
    const deep = (x: Tensor) => {
      let y = x;
      for (let i = 0; i < 20_000; i++) y = y.add(x);
      return y.sum();
    };
    expect(await grad(deep)(tensor([1])).data()).to.deep.equal(Float32Array.of(20_001));
  });

  it('refuses integers, results that are no scalar, and ways that lead through integers, unless they are stopped', async () => {
    const x = tensor([1, 2]);
    expect(failure(() => grad((y: Tensor) => y.sum())(tensor([1], [1], 'int32'))).code).to.equal('DTYPE_MISMATCH');
    expect(failure(() => grad((y: Tensor) => y)(x)).code).to.equal('SHAPE_MISMATCH');
    const blocked = failure(() => grad((y: Tensor) => y.argMax().cast('float32').sum())(x));
    expect(blocked.code).to.equal('NOT_DIFFERENTIABLE');
    expect(blocked.message).to.contain('argMax');
    expect(await grad((y: Tensor) => stopGradient(y).argMax().cast('float32').sum())(x).data()).to.deep.equal(Float32Array.of(0, 0));
    expect(failure(() => grad((y: Tensor) => y.sum())(3 as unknown as Tensor)).code).to.equal('INVALID_ARGUMENT');
  });
});
