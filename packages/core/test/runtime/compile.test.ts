import { expect } from 'chai';
import { add, compile, evaluate, placeholder, setBackend, Tensor, tensor, UnfoldError } from '@unfoldjs/core';
import { cpu } from '@unfoldjs/backend-cpu';

/** The error that `work` ends with. */
async function failure(work: () => unknown): Promise<UnfoldError> {
  try {
    await work();
  } catch (error) {
    expect(error).to.be.instanceOf(UnfoldError);
    return error as UnfoldError;
  }
  throw new Error('expected an error');
}

describe('compile', () => {
  before(() => setBackend(cpu()));

  it('traces once for each set of argument types, whatever the values', async () => {
    let traces = 0;
    const scaled = compile((x: Tensor, factor: Tensor) => {
      traces++;
      return x.add(factor);
    });
    expect(await (await scaled(tensor([1, 2]), 10)).array()).to.deep.equal([11, 12]);
    expect(await (await scaled(tensor([1, 2]), 20)).array()).to.deep.equal([21, 22]);
    expect(traces).to.equal(1);
    expect(await (await scaled(tensor([[1]]), 20)).array()).to.deep.equal([[21]]);
    expect(traces).to.equal(2);
    expect(scaled.programCount()).to.equal(2);
  });

  it('takes and returns trees of tensors', async () => {
    const step = compile((state: { w: Tensor; biases: Tensor[] }) => ({ sum: add(state.w, state.biases[0]!), same: [state.w] }));
    const { sum, same } = await step({ w: tensor([1]), biases: [tensor([2])] });
    expect(await sum.data()).to.deep.equal(Float32Array.of(3));
    expect(await same[0]!.data()).to.deep.equal(Float32Array.of(1));
  });

  it('serves every size that a placeholder leaves free and refuses the others', async () => {
    const f = compile((x: Tensor) => x.add(1), [placeholder([null, 2])]);
    expect((await f(tensor([[1, 2]]))).shape).to.deep.equal([1, 2]);
    expect((await f(tensor([[1, 2], [3, 4]]))).shape).to.deep.equal([2, 2]);
    const wrong = await failure(() => f(tensor([[1, 2, 3]])));
    expect(wrong.code).to.equal('SHAPE_MISMATCH');
    expect(wrong.message).to.contain('float32[any, 2]');
    expect((await failure(() => f(tensor([[1, 2]], [1, 2], 'int32')))).code).to.equal('DTYPE_MISMATCH');
    expect((await failure(() => (f as (...args: unknown[]) => unknown)())).code).to.equal('INVALID_ARGUMENT');
  });

  it('throws at once what the function throws on placeholders without free sizes', async () => {
    const wrong = await failure(() => compile((x: Tensor) => x.add([1, 2, 3]), [placeholder([2])]));
    expect(wrong.code).to.equal('SHAPE_MISMATCH');
    expect(wrong.op).to.equal('add');
  });

  it('keeps captured host data as constants and reads captured results anew', async () => {
    const realised = tensor([1]).add(1);
    await evaluate(realised);
    const f = compile((x: Tensor) => x.add(realised).add(tensor([100])));
    expect(await (await f(tensor([1]))).data()).to.deep.equal(Float32Array.of(103));
    realised.dispose();
    expect((await failure(() => f(tensor([1])))).code).to.equal('DISPOSED');
  });

  it('takes the memory of donated arguments and leaves the others', async () => {
    const update = compile((state: { w: Tensor }, g: Tensor) => ({ w: state.w.sub(g) }), undefined, { donate: [0] });
    const g = tensor([1, 1]);
    const first = { w: tensor([5, 6]).add(0) };
    const second = await update(first, g);
    expect(await second.w.data()).to.deep.equal(Float32Array.of(4, 5));
    expect((await failure(() => first.w.data())).code).to.equal('DONATED');
    expect(await g.data()).to.deep.equal(Float32Array.of(1, 1));
    const third = await update(second, g);
    expect(await third.w.data()).to.deep.equal(Float32Array.of(3, 4));
    expect((await failure(() => update({ w: g }, g))).message).to.contain('donated');
    expect(await g.data()).to.deep.equal(Float32Array.of(1, 1));
  });

  it('passes a donated argument that is a result on as it is', async () => {
    const update = compile((state: { kept: Tensor; w: Tensor }) => ({ kept: state.kept, w: state.w.add(1) }), undefined, { donate: [0] });
    let state = { kept: tensor([1, 2]), w: tensor([3, 4]) };
    for (let i = 0; i < 3; i++) state = await update(state);
    expect([...(await state.kept.data())]).to.deep.equal([1, 2]);
    expect([...(await state.w.data())]).to.deep.equal([6, 7]);
  });

  it('leaves donated arguments whole when a run fails', async () => {
    const update = compile((w: Tensor, g: Tensor) => w.sub(g), undefined, { donate: [0] });
    const w = tensor([5, 6]);
    const stopped = update.withSignal({ aborted: true, reason: 'stop' });
    expect((await failure(() => stopped(w, 1))).code).to.equal('ABORTED');
    expect(await w.data()).to.deep.equal(Float32Array.of(5, 6));
  });

  it('refuses to read a value inside the function', async () => {
    let inside: Promise<unknown> = Promise.resolve();
    await compile((x: Tensor) => {
      const y = x.add(1);
      inside = failure(() => y.data());
      return y;
    })(tensor([1]));
    expect(((await inside) as UnfoldError).code).to.equal('TRACE_ONLY');
  });

  it('refuses an async function, a result that is no tensor, an argument that is none', async () => {
    const asynchronous = compile((async (x: Tensor) => x) as unknown as (x: Tensor) => Tensor);
    expect((await failure(() => asynchronous(tensor([1])))).argument).to.equal('fn');
    const textual = compile(((x: Tensor) => ({ x, name: 'text' })) as unknown as (x: Tensor) => Tensor);
    expect((await failure(() => textual(tensor([1])))).argument).to.equal('result.name');
    const identity = compile((x: Tensor) => x);
    expect((await failure(() => identity('text' as unknown as Tensor))).argument).to.equal('[0]');
  });
});
