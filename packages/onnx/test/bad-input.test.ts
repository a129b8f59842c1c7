import { create, toBinary } from '@bufbuild/protobuf';
import { setBackend, tensor, UnfoldError, type Backend } from '@unfoldjs/core';
import { cpu } from '@unfoldjs/backend-cpu';
import { importOnnx } from '@unfoldjs/onnx';
import { ModelProtoSchema, NodeProtoSchema, StringStringEntryProtoSchema, TensorProto_DataLocation, TensorProto_DataType as Type, TensorProtoSchema, type TensorProto } from '@unfoldjs/onnx/proto';
import { expect } from 'chai';
import { floats, imported, info, ints, modelBytes, modelOf, node, smallTensor, type ModelParts } from './support/model.js';

/** The refusal of a promise or a call. */
async function refusal(attempt: () => unknown): Promise<UnfoldError> {
  try {
    await attempt();
  } catch (fault) {
    if (fault instanceof UnfoldError) return fault;
    throw fault;
  }
  throw new Error('it was not refused');
}

const external = (name: string, entries: Readonly<Record<string, string>>): TensorProto =>
  create(TensorProtoSchema, { name, dataType: Type.FLOAT, dims: [2n], dataLocation: TensorProto_DataLocation.EXTERNAL, externalData: Object.entries(entries).map(([key, value]) => create(StringStringEntryProtoSchema, { key, value })) });

const using = (initializer: TensorProto): ModelParts => ({ nodes: [node('Add', 'x w', 'y')], initializers: [initializer] });

/** What is wrong, the parts of the message that say so, and the code. */
const broken: readonly (readonly [what: string, file: () => Uint8Array, code: string, says: readonly string[]])[] = [
  ['an empty file', () => new Uint8Array(0), 'INVALID_FILE', ['the file is empty']],
  ['a page of HTML', () => new TextEncoder().encode('<!DOCTYPE html><html></html>'), 'INVALID_FILE', ['it is text: "<!DOCTYPE html>']],
  ['a pointer of Git LFS', () => new TextEncoder().encode('version https://git-lfs.github.com/spec/v1\noid sha256:0'), 'INVALID_FILE', ['git lfs pull']],
  ['a file that an editor saved again as UTF-8', () => new TextEncoder().encode(new TextDecoder().decode(modelBytes(using(floats('w', [32], Array.from({ length: 32 }, (_, i) => -i / 7)))))), 'INVALID_FILE', ['saved as UTF-8 text', 'U+FFFD']],
  ['no opset', () => modelBytes({ nodes: [node('Relu', 'x', 'y')], opset: null }), 'INVALID_FILE', ['opset_import']],
  ['an opset of another domain alone', () => modelBytes({ nodes: [node('Relu', 'x', 'y')], opset: null, domains: { 'ai.onnx.ml': 3 } }), 'UNSUPPORTED_OP', ['the file does not import its opset']],
  ['an opset before those that are read', () => modelBytes({ nodes: [node('Relu', 'x', 'y')], opset: 6 }), 'UNSUPPORTED_OP', ['opset 6', 'convert_version']],
  ['an opset after those that are read', () => modelBytes({ nodes: [node('Relu', 'x', 'y')], opset: 999 }), 'UNSUPPORTED_OP', ['opset 999']],
  ['nodes in a circle', () => modelBytes({ nodes: [node('Add', 'x b', 'a'), node('Relu', 'a', 'b', {}, { name: 'second' }), node('Relu', 'a', 'y')] }), 'INVALID_FILE', ['in a circle', 'Add (node 0)', 'Relu `second`']],
  ['a node that needs itself', () => modelBytes({ nodes: [node('Add', 'x y', 'y')] }), 'INVALID_FILE', ['in a circle', 'Add (node 0)']],
  ['missing initialisers, all of them', () => modelBytes({ nodes: [node('Gemm', 'x w b', 'y', {}, { name: 'fc' })] }), 'INVALID_FILE', ['`w` of Gemm `fc`', '`b` of Gemm `fc`']],
  ['an output that nothing makes', () => modelBytes({ nodes: [node('Relu', 'x', 'z')] }), 'INVALID_FILE', ['nothing makes its output `y`']],
  ['no outputs', () => modelBytes({ nodes: [node('Relu', 'x', 'y')], outputs: [] }), 'INVALID_FILE', ['no outputs']],
  ['two nodes that make one name', () => modelBytes({ nodes: [node('Relu', 'x', 'y'), node('Exp', 'x', 'y')] }), 'INVALID_FILE', ['`y` is made twice', 'Relu (node 0)', 'Exp (node 1)']],
  ['a node that makes an input', () => modelBytes({ nodes: [node('Relu', 'x', 'x')] }), 'INVALID_FILE', ['`x` is made twice', 'an input or initialiser']],
  ['two inputs of one name', () => modelBytes({ nodes: [node('Relu', 'x', 'y')], inputs: [info('x', [1]), info('x', [2])] }), 'INVALID_FILE', ['two inputs of one name: `x`']],
  ['two initialisers of one name', () => modelBytes({ nodes: [node('Add', 'x w', 'y')], initializers: [floats('w', [1], [1]), floats('w', [1], [2])] }), 'INVALID_FILE', ['two initialisers of one name: `w`']],
  ['fewer bytes than the shape takes', () => modelBytes(using(floats('w', [3], [1, 2]))), 'INVALID_FILE', ['`w` takes 12 bytes (3 of float)', '8']],
  ['fewer elements than the shape takes', () => modelBytes(using(create(TensorProtoSchema, { name: 'w', dataType: Type.FLOAT, dims: [3n], floatData: [1, 2] }))), 'INVALID_FILE', ['`w` is [3]', '2 elements']],
  ['a negative size', () => modelBytes(using(floats('w', [-2], []))), 'INVALID_FILE', ['negative size: [-2]']],
  ['sizes whose product overflows', () => modelBytes(using(floats('w', [2 ** 31, 2 ** 31, 2 ** 31], []))), 'INVALID_FILE', ['overflow']],
  ['sizes whose product overflows to 0 in 64 bits', () => modelBytes(using(floats('w', [2 ** 32, 2 ** 32], []))), 'INVALID_FILE', ['overflow']],
  ['strings', () => modelBytes(using(create(TensorProtoSchema, { name: 'w', dataType: Type.STRING, dims: [1n], stringData: [Uint8Array.of(97)] }))), 'INVALID_FILE', ['`w` has elements of type STRING']],
  ['complex numbers', () => modelBytes(using(create(TensorProtoSchema, { name: 'w', dataType: Type.COMPLEX64, dims: [1n], floatData: [1, 2] }))), 'INVALID_FILE', ['`w` has elements of type COMPLEX64']],
  ['external data where only bytes were given', () => modelBytes(using(external('w', { location: 'weights.bin' }))), 'INVALID_FILE', ['"weights.bin"', 'readExternal']],
  ...['/etc/passwd', '../weights.bin', 'a/../../weights.bin', 'C:\\weights.bin', '\\\\host\\share', 'https://host/weights.bin', ''].map(
    (location) => [`external data at ${JSON.stringify(location)}`, () => modelBytes(using(external('w', { location }))), 'INVALID_FILE', [JSON.stringify(location), 'not in the folder of the model']] as const,
  ),
  ['external data at no offset', () => modelBytes(using(external('w', { location: 'w', offset: '-4' }))), 'INVALID_FILE', ['offset', '"-4"', 'no size']],
];

describe('ONNX files that are wrong', () => {
  let backend: Backend;
  before(async () => (backend = await setBackend(cpu())));
  after(() => backend.dispose());

  for (const [what, file, code, says] of broken) {
    it(`are refused by name: ${what}`, async () => {
      const { message, code: actual, fix } = await refusal(() => importOnnx(file(), what.startsWith('external data at') ? { readExternal: () => new Uint8Array(8) } : {}));
      expect(actual).to.equal(code);
      for (const words of says) expect(message).to.include(words);
      expect(fix).to.match(/\.$/);
    });
  }

  it('say every node that cannot be read, with its domain and opset, in one error', async () => {
    const nodes = [
      node('Relu', 'x', 'a'),
      node('NonMaxSuppression', 'a', 'b', {}, { name: 'nms' }),
      node('FusedConv', 'b', 'c', {}, { name: 'fused', domain: 'com.microsoft' }),
      node('Normalizer', 'c', 'd', {}, { domain: 'ai.onnx.ml' }),
      node('Softmax', 'd', 'e', { beam: 3 }, { name: 'head' }),
      node('Trilu', 'e', 'y', {}, { name: 'early' }),
    ];
    const { message, code } = await refusal(() => imported({ nodes, opset: 13, domains: { 'ai.onnx.ml': 2 } }));
    expect(code).to.equal('UNSUPPORTED_OP');
    expect(message).to.include('5 of its 6 nodes');
    const rows = message.split('\n').filter((line) => line.includes(' | ')).map((line) => line.split('|').map((cell) => cell.trim()));
    expect(rows).to.deep.equal([
      ['node', 'op', 'domain', 'opset', 'why'],
      ['nms', 'NonMaxSuppression', 'ai.onnx', '13', 'the operator is not read'],
      ['fused', 'FusedConv', 'com.microsoft', 'none', 'the domain com.microsoft is not read'],
      ['', 'Normalizer', 'ai.onnx.ml', '2', 'the domain ai.onnx.ml is not read'],
      ['head', 'Softmax', 'ai.onnx', '13', 'the attribute beam is not read'],
      ['early', 'Trilu', 'ai.onnx', '13', 'the operator begins with opset 14'],
    ]);
    expect(message).to.match(/Fix: .*cut it before these nodes/);
  });

  it('name the node whose shapes do not fit, when they are applied', async () => {
    const model = await imported({ nodes: [node('Conv', 'x w', 'y', {}, { name: 'conv1' })], initializers: [floats('w', [1, 3, 1, 1], [1, 1, 1])] });
    const { code, message } = await refusal(() => model.apply(model.params, [smallTensor([1, 2, 4, 4])]));
    expect(code).to.equal('UNSUPPORTED_OP');
    expect(message).to.include('Conv `conv1`').and.include('conv2d');
  });

  it('name the node that resizes to what no image is', async () => {
    for (const scale of [1e9, Infinity, NaN, -1]) {
      const model = await imported({ nodes: [node('Resize', 'x _ s', 'y', { mode: 'linear' }, { name: 'up' })], initializers: [floats('s', [4], [1, 1, scale, 1])] });
      const { code, message } = await refusal(() => model.apply(model.params, [smallTensor([1, 1, 4, 4])]));
      expect(code).to.equal('UNSUPPORTED_OP');
      expect(message).to.include('Resize `up`');
    }
  });

  it('name the node and the attribute that is of another kind than it should be', async () => {
    const model = await imported({ nodes: [node('Softmax', 'x', 'y', { axis: 'last' }, { name: 'head' })] });
    const { code, message } = await refusal(() => model.apply(model.params, [tensor([1, 0])]));
    expect(code).to.equal('INVALID_FILE');
    expect(message).to.include('`axis` of Softmax `head` is STRING, and should be INT');
  });

  it('name the node whose shape depends on data', async () => {
    const model = await imported({ nodes: [node('NonZero', 'x', 'y', {}, { name: 'where' })] });
    const { message } = await refusal(() => model.apply(model.params, [tensor([1, 0])]));
    expect(message).to.include('NonZero `where`').and.include('depends on data');
  });

  it('take no inputs of other sizes than declared, no other number of them, and no tensors that are none', async () => {
    const model = await imported({ nodes: [node('Relu', 'x', 'y')], inputs: [info('x', ['N', 3])] });
    expect((await refusal(() => model.apply(model.params, [tensor([[1, 2]])]))).message).to.include('`x` is declared as [N, 3]');
    expect((await refusal(() => model.apply(model.params, []))).message).to.include('it takes 1 (x)');
    expect((await refusal(() => model.apply(model.params, [1 as never]))).message).to.include('`x` is no tensor');
    expect((await refusal(() => model.apply(model.params, [tensor([[1, 2, 3]])], { outputs: ['z'] }))).message).to.include('no tensor `z`');
    const other = await imported(using(floats('w', [1], [1])));
    expect((await refusal(() => other.apply({}, [tensor([1])]))).message).to.include('the parameter `w` is missing');
    expect((await refusal(() => importOnnx(5 as never))).code).to.equal('INVALID_ARGUMENT');
  });

  it('say that an int64 is larger than tensors hold, only where it becomes an element', async () => {
    const model = await imported({ nodes: [node('Add', 'x w', 'y')], initializers: [ints('w', [1], [2n ** 40n])] });
    const { code, message } = await refusal(() => model.apply(model.params, [tensor(Int32Array.of(1), [1], 'int32')]));
    expect(code).to.equal('DATA_MISMATCH');
    expect(message).to.include('1099511627776');
  });

  it('are refused where nodes are nested deeper than any model is', async () => {
    let inner = modelOf({ nodes: [node('Relu', 'x', 'y')] }).graph!;
    for (let depth = 0; depth < 40; depth++) {
      const outer = modelOf({ nodes: [] }).graph!;
      outer.node.push(create(NodeProtoSchema, { opType: 'If', attribute: [{ name: 'then_branch', g: inner }] }));
      inner = outer;
    }
    const { code } = await refusal(() => importOnnx(toBinary(ModelProtoSchema, create(ModelProtoSchema, { opsetImport: [{ domain: '', version: 17n }], graph: inner }))));
    expect(code).to.equal('INVALID_FILE');
  });
});
