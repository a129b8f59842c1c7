import { create, toBinary } from '@bufbuild/protobuf';
import { setBackend, tensor, type Backend, type Tensor } from '@unfoldjs/core';
import { cpu } from '@unfoldjs/backend-cpu';
import { importOnnx } from '@unfoldjs/onnx';
import { ModelProtoSchema, TensorProto_DataType as Type, TensorProtoSchema, TensorShapeProto_DimensionSchema } from '@unfoldjs/onnx/proto';
import { expect } from 'chai';
import { floats, imported, info, ints, modelOf, node, run, small, smallTensor, type ModelParts } from './support/model.js';

const x = tensor([1, -2, 3]);

const same = async (parts: ModelParts, other: ModelParts, ...inputs: readonly Tensor[]): Promise<void> => {
  expect(await run(parts, ...inputs)).to.deep.equal(await run(other, ...inputs));
};

describe('what files in the wild do', () => {
  let backend: Backend;
  before(async () => (backend = await setBackend(cpu())));
  after(() => backend.dispose());

  describe('with names', () => {
    it('initialisers stand among the inputs again, and some are used by nobody', async () => {
      const model = await imported({ nodes: [node('Add', 'x w', 'y')], inputs: [info('w', [3]), info('x', [3]), info('unused', [2])], initializers: [floats('w', [3], [1, 2, 3]), floats('unused', [2], [1, 2])] });
      expect(model.inputs.map(({ name }) => name)).to.deep.equal(['x']);
      expect(Object.keys(model.params)).to.deep.equal(['w']);
      expect(await model.apply(model.params, [x])[0]!.array()).to.deep.equal([2, 0, 6]);
    });

    it('nodes stand in any order', async () => {
      const nodes = [node('Abs', 'x', 'a'), node('Add', 'a w', 'b'), node('Mul', 'b a', 'y')];
      const initializers = [floats('w', [3], [1, 2, 3])];
      for (const [i, j, k] of [[0, 1, 2], [2, 1, 0], [1, 2, 0], [2, 0, 1]] as const) expect((await run({ nodes: [nodes[i]!, nodes[j]!, nodes[k]!], initializers }, x)).data).to.deep.equal([2, 8, 18]);
    });

    it('names are numbers, paths, or words that mean something in JavaScript', async () => {
      const names = ['24', '3', '__proto__', 'constructor', 'layer1/conv:0', 'a::b', 'toString', 'x.y'];
      const nodes = names.map((name, i) => node('Add', `${i === 0 ? 'x' : `t${i - 1}`} ${name}`, i === names.length - 1 ? 'y' : `t${i}`));
      const model = await imported({ nodes, initializers: names.map((name, i) => floats(name, [1], [2 ** i])) });
      expect(Object.keys(model.params).sort()).to.deep.equal([...names].sort());
      expect(await model.apply(model.params, [tensor([0])])[0]!.array()).to.deep.equal([2 ** names.length - 1]);
      const own = Object.fromEntries(names.map((name) => [name, tensor([1])]));
      expect(await model.apply(own, [tensor([0])])[0]!.array()).to.deep.equal([names.length]);
      expect(({} as { polluted?: unknown }).polluted).to.equal(undefined);
    });

    it('outputs of intermediate nodes have such names as well', async () => {
      const nodes = [node('Neg', 'x', '__proto__'), node('Neg', '__proto__', '24'), node('Abs', '24', 'constructor')];
      expect((await run({ nodes, outputs: [info('constructor', null)] }, x)).data).to.deep.equal([1, 2, 3]);
    });

    it('an output is declared twice', async () => {
      const model = await imported({ nodes: [node('Abs', 'x', 'y')], outputs: [info('y', null), info('y', [3])] });
      expect(model.outputs.map(({ name }) => name)).to.deep.equal(['y']);
    });

    it('free sizes are called N, None, unk__17, s77, -1 or nothing', async () => {
      const model = await imported({ nodes: [node('Abs', 'x', 'y')], inputs: [info('x', ['N', 'None', 'unk__17', 's77', -1, null, 0])] });
      expect(model.inputs[0]!.shape).to.deep.equal(['N', 'None', 'unk__17', 's77', null, null, null]);
      expect(model.apply(model.params, [smallTensor([1, 2, 1, 2, 1, 2, 1])])[0]!.shape).to.deep.equal([1, 2, 1, 2, 1, 2, 1]);
    });

    it('a size is declared without a word about it, or no shape at all', async () => {
      const proto = modelOf({ nodes: [node('Abs', 'x', 'y')], inputs: [info('x', [3])] });
      const type = proto.graph!.input[0]!.type!.value;
      if (type.case === 'tensorType') type.value.shape!.dim = [create(TensorShapeProto_DimensionSchema, {})];
      expect((await importOnnx(toBinary(ModelProtoSchema, proto))).inputs[0]!.shape).to.deep.equal([null]);
      expect((await imported({ nodes: [node('Abs', 'x', 'y')], inputs: [info('x', null)] })).inputs[0]!.shape).to.equal(null);
    });
  });

  describe('with weights', () => {
    const conv = (w: string): ReturnType<typeof node> => node('Conv', `x ${w}`, 'y');
    const image = smallTensor([1, 2, 4, 4]);
    const values = small(2 * 2 * 3 * 3);
    const plain: ModelParts = { nodes: [conv('w')], initializers: [floats('w', [2, 2, 3, 3], values)] };

    it('they are Constant nodes', async () => {
      const parts = { nodes: [node('Constant', '', 'w', { value: { tensor: floats('', [2, 2, 3, 3], values) } }), conv('w')] };
      await same(parts, plain, image);
      expect(Object.keys((await imported(parts)).params)).to.deep.equal(['w']);
    });

    it('they come out of Reshape, Transpose or Identity', async () => {
      await same({ nodes: [node('Reshape', 'v to', 'w'), conv('w')], initializers: [floats('v', [36], values), ints('to', [4], [2, 2, 3, -1])] }, plain, image);
      await same({ nodes: [node('Identity', 'v', 'w'), conv('w')], initializers: [floats('v', [2, 2, 3, 3], values)] }, plain, image);
      const swapped = [0, 1].flatMap((i) => [0, 1].flatMap((o) => values.slice((o * 2 + i) * 9, (o * 2 + i + 1) * 9)));
      await same({ nodes: [node('Transpose', 'v', 'w', { perm: [1, 0, 2, 3] }), conv('w')], initializers: [floats('v', [2, 2, 3, 3], swapped)] }, plain, image);
    });

    it('they are filled by ConstantOfShape', async () => {
      const filled = { nodes: [node('ConstantOfShape', 's', 'w', { value: { tensor: floats('', [1], [2]) } }), conv('w')], initializers: [ints('s', [4], [2, 2, 3, 3])] };
      await same(filled, { nodes: [conv('w')], initializers: [floats('w', [2, 2, 3, 3], Array<number>(36).fill(2))] }, image);
    });

    it('they stand one by one, as float_data, double_data or halves', async () => {
      const listed = create(TensorProtoSchema, { name: 'w', dataType: Type.FLOAT, dims: [3n], floatData: [1, 2, 3] });
      const doubles = create(TensorProtoSchema, { name: 'w', dataType: Type.DOUBLE, dims: [3n], doubleData: [1, 2, 3] });
      const halves = create(TensorProtoSchema, { name: 'w', dataType: Type.FLOAT16, dims: [3n], int32Data: [0x3c00, 0x4000, 0x4200] });
      for (const w of [listed, doubles, halves]) expect((await run({ nodes: [node('Add', 'x w', 'y')], initializers: [w] }, x)).data).to.deep.equal([2, 0, 6]);
    });

    it('those of 8 bits have a scale', async () => {
      const w = create(TensorProtoSchema, { name: 'q', dataType: Type.INT8, dims: [2n, 2n], rawData: Uint8Array.of(1, 254, 3, 128) });
      const parts = { nodes: [node('DequantizeLinear', 'q s z', 'w', { axis: 0 }), node('MatMul', 'x w', 'y')], initializers: [w, floats('s', [2], [0.5, 2]), create(TensorProtoSchema, { name: 'z', dataType: Type.INT8, dims: [2n], rawData: Uint8Array.of(0, 1) })] };
      // [[1, -2], [3, -128]] less [0, 1] by rows, times [0.5, 2] by rows.
      expect((await run(parts, tensor([[1, 0], [0, 1]]))).data).to.deep.equal([0.5, -1, 4, -258]);
    });

    it('numbers that make shapes are no weights, though they are initialisers of floats; what nobody can know stays one', async () => {
      const nodes = [node('Shape', 'x', 's'), node('Cast', 's', 'f', { to: Type.FLOAT }), node('Mul', 'f two', 'g'), node('Cast', 'g', 'n', { to: Type.INT64 }), node('Mul', 'x w', 'z'), node('Expand', 'z n', 'y'), node('NonZero', 'z', 'places')];
      const model = await imported({ nodes, inputs: [info('x', [1])], initializers: [floats('two', [], [2]), floats('w', [1], [3])] });
      expect(Object.keys(model.params)).to.deep.equal(['w']);
      expect(await model.apply(model.params, [tensor([5])])[0]!.array()).to.deep.equal([15, 15]);
    });

    it('slopes of PRelu are [C, 1, 1] or [C]', async () => {
      const prelu = (dims: readonly number[]): ModelParts => ({ nodes: [node('PRelu', 'x a', 'y')], initializers: [floats('a', dims, [2, 3])] });
      const images = smallTensor([1, 2, 3, 4]);
      await same(prelu([2]), prelu([2, 1, 1]), images);
      const { data } = await run(prelu([2]), images);
      expect(data).to.deep.equal(small(24).map((value, i) => (value < 0 ? value * (i < 12 ? 2 : 3) : value)));
    });
  });

  it('Dropout gives a mask as well', async () => {
    const model = await imported({ nodes: [node('Dropout', 'x', 'y mask')], outputs: [info('y', null), info('mask', null, Type.BOOL)] });
    const [y, mask] = model.apply(model.params, [x]);
    expect([await y!.array(), await mask!.array()]).to.deep.equal([[1, -2, 3], [true, true, true]]);
  });

  it('nodes leave outputs out by an empty name', async () => {
    expect((await run({ nodes: [node('Dropout', 'x', 'y _')] }, x)).data).to.deep.equal([1, -2, 3]);
    expect((await run({ nodes: [node('TopK', 'x k', '_ y')], initializers: [ints('k', [1], [1])] }, x)).data).to.deep.equal([2]);
  });

  it('whole numbers of int64 are second inputs', async () => {
    const whole = tensor(Int32Array.of(1, -7, 7), [3], 'int32');
    const by = (op: string, value: number): ModelParts => ({ nodes: [node(op, 'x n', 'y')], initializers: [ints('n', [], [value])] });
    expect((await run(by('Div', 2), whole)).data).to.deep.equal([0, -3, 3]);
    expect((await run(by('Mul', 3), whole)).data).to.deep.equal([3, -21, 21]);
    expect((await run(by('Pow', 2), x)).data).to.deep.equal([1, 4, 9]);
    expect((await run({ nodes: [node('Gather', 'x n', 'y')], initializers: [ints('n', [], [-1])] }, x)).data).to.deep.equal([3]);
  });

  it('slices end at the ends of int64, and go backwards', async () => {
    const [most, least] = [2n ** 63n - 1n, -(2n ** 63n)];
    const slice = (start: number | bigint, end: number | bigint, step: number): ModelParts => ({ nodes: [node('Slice', 'x s e a t', 'y')], initializers: [ints('s', [1], [start]), ints('e', [1], [end]), ints('a', [1], [-1]), ints('t', [1], [step])] });
    const row = tensor([0, 1, 2, 3, 4]);
    const expected: readonly (readonly [number | bigint, number | bigint, number, number[]])[] = [
      [1, most, 1, [1, 2, 3, 4]],
      [-1, least, -1, [4, 3, 2, 1, 0]],
      [most, least, -2, [4, 2, 0]],
      [least, most, 2, [0, 2, 4]],
      [3, -5, -1, [3, 2, 1]],
      [3, 1, 1, []],
      [1, 3, -1, []],
    ];
    for (const [start, end, step, data] of expected) expect((await run(slice(start, end, step), row)).data, `${start}:${end}:${step}`).to.deep.equal(data);
  });
});
