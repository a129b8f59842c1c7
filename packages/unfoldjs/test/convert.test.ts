import { expect } from 'chai';
import { cpu } from '@unfoldjs/backend-cpu';
import { setBackend, tensor, UnfoldError, type Tensor } from '@unfoldjs/core';
import { decodeSafetensors, encodeSafetensors, type HostTensor } from '@unfoldjs/nn';
import { importOnnx, withWeights } from '@unfoldjs/onnx';
import { skip } from '@unfoldjs/test-support';
import { Folder } from './support/command.js';
import { small } from './support/models.js';
import { floats, halfType, onnxFile, type FileContent } from './support/onnx-file.js';
import { missing, publishedModels } from '@unfoldjs/test-support/published-models';

/** Adds half floats and a constant node to weights, with one input each. */
const several: FileContent = {
  inputs: [{ name: 'x', shape: [2] }],
  outputs: [{ name: 'y', shape: [2] }],
  nodes: [
    { op: 'Constant', inputs: [], outputs: ['k'], tensor: { name: '', shape: [2], raw: floats(3, 4) } },
    { op: 'Add', inputs: ['x', 'h'], outputs: ['a'] },
    { op: 'Mul', inputs: ['a', 'k'], outputs: ['y'] },
  ],
  weights: [{ name: 'h', shape: [2], type: halfType, raw: new Uint8Array(Uint16Array.of(0x3c00, 0xc000).buffer) }],
};

const values = async (params: Readonly<Record<string, Tensor>>): Promise<Record<string, number[]>> =>
  Object.fromEntries(await Promise.all(Object.entries(params).map(async ([name, each]) => [name, Array.from(await each.data())] as const)));

describe('unfold convert', function () {
  this.timeout(60_000);
  let folder: Folder;
  before(async () => {
    folder = new Folder();
    folder.model('small.onnx', small);
    await setBackend(cpu());
  });
  after(() => folder.remove());

  it('writes weights as safetensors, filters as [KH, KW, I, O]', async () => {
    const { code, out, err } = await folder.unfold('convert', 'small.onnx', 'small.safetensors');
    expect([code, err, out]).to.deep.equal([0, '', '2 tensors, 20 numbers: small.safetensors\n']);
    const { tensors } = decodeSafetensors(folder.read('small.safetensors'));
    expect([...tensors.keys()].sort()).to.deep.equal(['b', 'w']);
    expect(tensors.get('w')!.shape).to.deep.equal([3, 3, 1, 2]);
    expect(Array.from(tensors.get('w')!.data).slice(0, 4)).to.deep.equal([-8, 1, -7, 2]);
    expect(Array.from(tensors.get('b')!.data)).to.deep.equal([1, -1]);
  });

  it('gives the same file back, byte for byte, from weights that are not changed', async () => {
    await folder.unfold('convert', 'small.onnx', 'same.safetensors');
    const { code, out } = await folder.unfold('convert', 'same.safetensors', 'same.onnx', '--model', 'small.onnx');
    expect([code, out]).to.deep.equal([0, 'small.onnx with 2 tensors of same.safetensors: same.onnx\n']);
    expect(folder.read('same.onnx')).to.deep.equal(folder.read('small.onnx'));
  });

  it('puts changed weights into the model, and keeps all else byte for byte', async () => {
    await folder.unfold('convert', 'small.onnx', 'before.safetensors');
    const { tensors } = decodeSafetensors(folder.read('before.safetensors'));
    const doubled = new Map([...tensors].map(([name, each]): [string, HostTensor] => [name, { dtype: 'float32', shape: each.shape, data: Float32Array.from(each.data, (value) => value * 2) }]));
    folder.write('doubled.safetensors', encodeSafetensors(doubled));
    const { code } = await folder.unfold('convert', 'doubled.safetensors', 'doubled.onnx', '--model', 'small.onnx');
    expect(code).to.equal(0);
    // The same file with other bytes for the weights alone.
    const expected = onnxFile({ ...small, weights: [{ name: 'w', shape: [2, 1, 3, 3], raw: floats(...Array.from({ length: 18 }, (_, i) => 2 * (i - 8))) }, { name: 'b', shape: [2], raw: floats(2, -2) }] });
    expect(folder.read('doubled.onnx')).to.deep.equal(expected);
  });

  const wrong: Readonly<Record<string, readonly [tensors: Readonly<Record<string, HostTensor>>, says: string]>> = {
    'a tensor missing': [{ b: { dtype: 'float32', shape: [2], data: Float32Array.of(1, 2) } }, 'float32[3, 3, 1, 2] | nothing'],
    'another shape': [
      { b: { dtype: 'float32', shape: [2], data: Float32Array.of(1, 2) }, w: { dtype: 'float32', shape: [2, 1, 3, 3], data: new Float32Array(18) } },
      'float32[3, 3, 1, 2] | float32[2, 1, 3, 3]',
    ],
  };
  for (const [what, [tensors, says]] of Object.entries(wrong)) {
    it(`refuses weights with ${what}, and writes nothing`, async () => {
      folder.write('wrong.safetensors', encodeSafetensors(tensors));
      const { code, err } = await folder.unfold('convert', 'wrong.safetensors', 'wrong.onnx', '--model', 'small.onnx');
      expect(code).to.equal(1);
      expect(err).to.include('[DATA_MISMATCH]').and.to.include(says);
      expect(() => folder.read('wrong.onnx')).to.throw('ENOENT');
    });
  }

  it('refuses a model with nodes that cannot be read', async () => {
    folder.model('strange.onnx', { ...small, nodes: [{ op: 'Wavelet', inputs: ['x'], outputs: ['y'] }] });
    const { code, err } = await folder.unfold('convert', 'strange.onnx', 'strange.safetensors');
    expect(code).to.equal(1);
    expect(err).to.include('[UNSUPPORTED_OP]');
  });

  if (missing) {
    it('gives every model that other people published back, byte for byte', function () {
      skip(this, missing!);
    });
  }
  for (const { file, path } of publishedModels().filter((model) => /mnist|lenet|emotion/.test(model.file))) {
    it(`gives ${file} back, byte for byte`, async () => {
      expect((await folder.unfold('convert', path, 'p.safetensors')).code).to.equal(0);
      expect((await folder.unfold('convert', 'p.safetensors', 'p.onnx', '--model', path)).code).to.equal(0);
      expect(Buffer.compare(folder.read('p.onnx'), folder.read(path))).to.equal(0);
    });
  }
});

describe('withWeights', () => {
  before(() => setBackend(cpu()));

  it('writes half floats, rounded to the nearest, and constant nodes', async () => {
    // 0.1 lies between two halves, and 2^-26 is below half of the least of them; 65520 is the first that becomes infinite.
    const changed = await withWeights(onnxFile(several), { h: tensor([0.1, 65520]), k: tensor([5, 6]) });
    const { params } = await importOnnx(changed);
    expect(await values(params)).to.deep.equal({ h: [0.0999755859375, Infinity], k: [5, 6] });
  });

  it('writes every half float as it is', async () => {
    const bits = Uint16Array.from({ length: 2 ** 16 }, (_, i) => i).filter((each) => (each & 0x7c00) !== 0x7c00);
    const content = (raw: Uint16Array): FileContent => ({ ...several, inputs: [{ name: 'x', shape: [raw.length] }], weights: [{ name: 'h', shape: [raw.length], type: halfType, raw: new Uint8Array(raw.buffer) }], nodes: [{ op: 'Add', inputs: ['x', 'h'], outputs: ['y'] }] });
    const { params } = await importOnnx(onnxFile(content(bits)));
    const zeros = onnxFile(content(new Uint16Array(bits.length)));
    const back = (await importOnnx(await withWeights(zeros, params))).params;
    expect(Buffer.compare(new Uint8Array((await back['h']!.data()).buffer), new Uint8Array((await params['h']!.data()).buffer))).to.equal(0);
  });

  it('brings weights of other files into the new one', async () => {
    const file = onnxFile({ ...several, weights: [{ name: 'h', shape: [2], location: 'weights.bin' }] });
    const readExternal = (): Uint8Array => floats(7, 8);
    const { params } = await importOnnx(file, { readExternal });
    const changed = await withWeights(file, params, { readExternal });
    expect(await values((await importOnnx(changed)).params)).to.deep.equal({ h: [7, 8], k: [3, 4] });
  });

  const refusals: Readonly<Record<string, readonly [code: string, params: Readonly<Record<string, Tensor>>]>> = {
    'a parameter is missing': ['INVALID_ARGUMENT', { h: tensor([1, 2]) }],
    'there is one too many': ['INVALID_ARGUMENT', { h: tensor([1, 2]), k: tensor([1, 2]), z: tensor([1]) }],
    'a shape is another': ['SHAPE_MISMATCH', { h: tensor([1, 2, 3]), k: tensor([1, 2]) }],
    'one holds whole numbers': ['DTYPE_MISMATCH', { h: tensor([1, 2], [2], 'int32'), k: tensor([1, 2]) }],
  };
  for (const [what, [code, params]] of Object.entries(refusals)) {
    it(`refuses where ${what}`, async () => {
      const fault = await withWeights(onnxFile(several), params).catch((error: unknown) => error);
      expect(fault).to.be.instanceOf(UnfoldError);
      expect((fault as UnfoldError).code).to.equal(code);
    });
  }
});
