import { expect } from 'chai';
import { tensor, UnfoldError, type Tensor } from '@unfoldjs/core';
import { decodeParams, decodeState, denseAfterFlatten, encodeParams, encodeSafetensors, encodeState, oihwToHwio, relayout, type HostTensor } from '@unfoldjs/nn';
import { onCpu } from '../helper.js';

const floats = (shape: readonly number[], values: readonly number[]): HostTensor => ({ dtype: 'float32', shape, data: Float32Array.from(values) });

describe('files of parameters', () => {
  onCpu();
  const params = () => ({ conv: { kernel: tensor([[1, 2, 3]]), bias: tensor([4]) }, none: {}, steps: tensor([7], [1], 'int32') });

  it('hold every tensor under its path', async () => {
    const file = await encodeParams(params(), { from: 'test' });
    const { params: read, metadata, notes } = decodeParams(file, params());
    expect(await read.conv.kernel.array()).to.deep.equal([[1, 2, 3]]);
    expect(await read.steps.data()).to.deep.equal(Int32Array.of(7));
    expect(read.none).to.deep.equal({});
    expect(metadata).to.deep.equal({ from: 'test' });
    expect(notes).to.deep.equal([]);
  });

  it('list everything that does not fit, at once', async () => {
    const file = encodeSafetensors({ 'conv.kernel': floats([3, 1], [1, 2, 3]), steps: floats([1], [7]), 'conv.gamma': floats([1], [1]) });
    try {
      decodeParams(file, params(), { name: 'w.safetensors' });
      expect.fail('it was accepted');
    } catch (error) {
      expect(error).to.be.instanceOf(UnfoldError).with.property('code', 'DATA_MISMATCH');
      const { message } = error as Error;
      for (const row of [
        /conv\.kernel +\| float32\[1, 3\] +\| float32\[3, 1\]/,
        /conv\.bias +\| float32\[1\] +\| nothing/,
        /steps +\| int32\[1\] +\| float32\[1\]/,
        /nothing +\| +\| float32\[1\] +\| conv\.gamma/,
      ]) expect(message).to.match(row);
      expect(message).to.include('4 of its tensors');
    }
  });

  it('load under other names, in other layouts, and say what was converted or left out', async () => {
    const like = { conv: { kernel: tensor([[[[0], [0]], [[0], [0]]]]) } };
    const file = encodeSafetensors({ 'features.0.weight': floats([1, 2, 1, 2], [1, 2, 3, 4]), extra: floats([1], [0]) });
    const said: string[] = [];
    const { params: read, notes } = decodeParams(file, like, { keys: { 'conv.kernel': 'features.0.weight' }, convert: oihwToHwio, allowExtra: true, onNote: (note) => said.push(note) });
    expect(await read.conv.kernel.data()).to.deep.equal(Float32Array.of(1, 3, 2, 4));
    expect(notes).to.deep.equal(['extra: left out, as nothing asks for it']);
    expect(said).to.deep.equal(notes);
    const byFunction = decodeParams(file, like, { keys: () => 'features.0.weight', convert: oihwToHwio, allowExtra: true });
    expect(await byFunction.params.conv.kernel.data()).to.deep.equal(Float32Array.of(1, 3, 2, 4));
  });

  it('refuse one tensor for two parameters', () => {
    const like = { a: tensor([1]), b: tensor([1]) };
    expect(() => decodeParams(encodeSafetensors({ x: floats([1], [1]) }), like, { keys: () => 'x' })).to.throw(UnfoldError, 'ask for "x" twice').with.property('code', 'INVALID_ARGUMENT');
  });
});

describe('layouts of kernels', () => {
  it('move axes as their letters say', () => {
    // element = 1000 o + 100 i + 10 h + w
    const values = [0, 1].flatMap((o) => [0, 1, 2].flatMap((i) => [0, 1].flatMap((h) => [0, 1, 2, 3].map((w) => 1000 * o + 100 * i + 10 * h + w))));
    const { shape, data } = oihwToHwio(floats([2, 3, 2, 4], values));
    expect(shape).to.deep.equal([2, 4, 3, 2]);
    for (let h = 0; h < 2; h++) for (let w = 0; w < 4; w++) for (let i = 0; i < 3; i++) for (let o = 0; o < 2; o++) expect(data[((h * 4 + w) * 3 + i) * 2 + o]).to.equal(1000 * o + 100 * i + 10 * h + w);
    expect(relayout(relayout(floats([2, 3, 2, 4], values), 'OIHW', 'HWIO'), 'HWIO', 'OIHW').data).to.deep.equal(Float32Array.from(values));
    expect(relayout(floats([0, 2], []), 'AB', 'BA').shape).to.deep.equal([2, 0]);
  });

  it('turn the weights behind a flatten of channels first into those of channels last', () => {
    // A picture of 1 x 2 with 2 channels: PyTorch flattens c0x0 c0x1 c1x0 c1x1, Unfold x0c0 x0c1 x1c0 x1c1.
    const { shape, data } = denseAfterFlatten(floats([1, 4], [1, 2, 3, 4]), [1, 2, 2]);
    expect(shape).to.deep.equal([4, 1]);
    expect([...data]).to.deep.equal([1, 3, 2, 4]);
  });

  it('refuse letters and shapes that do not fit', () => {
    expect(() => relayout(floats([1, 1], [1]), 'OI', 'OX')).to.throw(UnfoldError).with.property('code', 'INVALID_ARGUMENT');
    expect(() => relayout(floats([1, 1], [1]), 'OO', 'OO')).to.throw(UnfoldError).with.property('code', 'INVALID_ARGUMENT');
    expect(() => relayout(floats([1], [1]), 'OI', 'IO')).to.throw(UnfoldError).with.property('code', 'SHAPE_MISMATCH');
    expect(() => denseAfterFlatten(floats([1, 4], [1, 2, 3, 4]), [1, 3, 2])).to.throw(UnfoldError).with.property('code', 'SHAPE_MISMATCH');
  });
});

describe('files of states', () => {
  onCpu();

  it('hold tensors to the bit, and numbers, texts, lists and empty records beside them', async () => {
    const state = { params: { a: tensor([0.1, -0, 1e-45, Infinity]), none: {} }, list: [tensor([true, false]), 3], 'a.b': 'text', best: -Infinity, zero: -0, step: 7, flag: true, nothing: null };
    const read = decodeState<typeof state>(await encodeState(state));
    expect([...(await read.params.a.data())].map((value) => Object.is(value, -0) ? '-0' : value)).to.deep.equal([Math.fround(0.1), '-0', Math.fround(1e-45), Infinity]);
    expect(await (read.list[0] as Tensor).array()).to.deep.equal([true, false]);
    expect({ ...read, params: { none: read.params.none }, list: read.list[1] }).to.deep.equal({ params: { none: {} }, list: 3, 'a.b': 'text', best: -Infinity, zero: -0, step: 7, flag: true, nothing: null });
  });

  it('refuse what cannot be stored', async () => {
    for (const state of [{ f: () => 1 }, { a: new Float32Array(2) }, { d: new Date() }, { 'a.b': tensor([1]), a: { b: tensor([1]) } }]) {
      const error: unknown = await encodeState(state).catch((thrown: unknown) => thrown);
      expect(error).to.be.instanceOf(UnfoldError).with.property('code').that.is.oneOf(['INVALID_ARGUMENT', 'NAME_TAKEN']);
    }
  });

  it('are told from other safetensors files, and from files of states whose parts do not belong together', () => {
    const plain = encodeSafetensors({ a: floats([1], [1]) });
    const form = (json: unknown, tensors = { a: floats([1], [1]) }) => encodeSafetensors(tensors, { 'unfold.state': JSON.stringify(json) });
    for (const file of [plain, form({ version: 2, form: {} }), form(null), form({ version: 1, form: { tensor: 'b' } }), form({ version: 1, form: { record: {} } }), form({ version: 1, form: { record: { a: { what: 1 } } } }), encodeSafetensors({}, { 'unfold.state': '{' })]) {
      expect(() => decodeState(file)).to.throw(UnfoldError).with.property('code', 'INVALID_FILE');
    }
  });
});
