import * as u from '@unfoldjs/core';
import { apply, compile, defineOp, placeholder, setBackend, tensor, UnfoldError, zeros, type Backend, type Tensor } from '@unfoldjs/core';
import { builtInOps } from '@unfoldjs/core/reference';
import { cpu } from '@unfoldjs/backend-cpu';
import { exportOnnx, importOnnx, type ExportOptions } from '@unfoldjs/onnx';
import { batchNorm, conv2d, dense, flatten, maxPool2d, sequential } from '@unfoldjs/nn';
import { expect } from 'chai';
import { build } from 'esbuild';
import { expectValid } from './support/expect-valid.js';
import { noOrt, runOrt } from './support/onnxruntime.js';
import { readFile, type OnnxFile } from './support/read-file.js';
import { wholeNumbers } from './support/stages.js';

const numbers = (shape: readonly number[]): Tensor => {
  let at = 0;
  return wholeNumbers(shape, (limit) => (at++ * 7) % limit);
};

/** The file of a function, after the checks that every file passes: it is valid, and gives the same here and in ONNX Runtime. */
async function written(fn: (...inputs: Tensor[]) => Tensor, inputs: readonly Tensor[], options: ExportOptions = {}, free: Parameters<typeof exportOnnx>[1] = inputs): Promise<OnnxFile> {
  const bytes = await exportOnnx(fn, free, options);
  const file = expectValid(bytes, options.opset ?? 17);
  const expected = fn(...inputs);
  const model = await importOnnx(bytes);
  const [y] = model.apply(model.params, inputs) as [Tensor];
  const all = [{ shape: y.shape, data: Array.from(await y.data(), Number) }, ...(noOrt ? [] : await runOrt(bytes, inputs))];
  const data = Array.from(await expected.data(), Number);
  for (const each of all) {
    expect(each.shape).to.deep.equal(expected.shape);
    each.data.forEach((value, i) => expect(value).to.be.closeTo(data[i]!, 1e-5 * (1 + Math.abs(data[i]!))));
  }
  return file;
}

const opsOf = ({ nodes }: OnnxFile): string[] => nodes.map(({ op }) => op);

async function refusal(promise: Promise<unknown>): Promise<UnfoldError> {
  const fault = await promise.then(() => null, (error: unknown) => error);
  expect(fault).to.be.instanceOf(UnfoldError);
  return fault as UnfoldError;
}

describe('exportOnnx', () => {
  let backend: Backend;
  before(async () => (backend = await setBackend(cpu())));
  after(() => backend.dispose());

  describe('layouts', () => {
    const filters = numbers([3, 3, 3, 4]);
    const more = numbers([3, 3, 4, 4]);
    const block = (x: Tensor): Tensor => u.conv2d(u.maxPool2d(u.conv2d(x, filters, { padding: 'same' }).add(numbers([4])).relu(), { window: 2 }), more, { padding: 'same' });

    it('change once where images come in, and once where they go out', async () => {
      const file = await written(block, [numbers([1, 8, 8, 3])]);
      expect(opsOf(file)).to.deep.equal(['Transpose', 'Conv', 'Relu', 'MaxPool', 'Conv', 'Transpose']);
      expect(file.initializers.map(({ dims }) => dims)).to.deep.equal([[4, 3, 3, 3], [4], [4, 4, 3, 3]]);
    });

    it('stay as they are where images have their channels first', async () => {
      const file = await written((x) => u.conv2d(x, filters, { dataFormat: 'NCHW' }).add(numbers([4, 1, 1])).relu(), [numbers([1, 3, 8, 8])]);
      expect(opsOf(file)).to.deep.equal(['Conv', 'Relu']);
    });

    it('of what follows an image are its own: paddings, sums, concatenations, slices, elementwise ops', async () => {
      const file = await written(
        (x) => {
          const y = u.conv2d(x, filters);
          const both = u.concat([u.pad(y, [[0, 0], [1, 1], [0, 0], [0, 0]]), u.pad(y.mul(numbers([4])), [[0, 0], [2, 0], [0, 0], [0, 0]])], 3);
          return u.softmax(u.slice(u.flip(both, 1), [0, 0, 0, 1]).sum({ axes: [1, 2] }));
        },
        [numbers([2, 8, 8, 3])],
      );
      expect(opsOf(file).filter((op) => op === 'Transpose')).to.have.lengthOf(1);
    });

    it('need no node where the axes that change have one element', async () => {
      const file = await written((x) => u.reshape(u.globalAvgPool2d(u.conv2d(x, filters), { keepDims: true }), [2, 4]), [numbers([2, 8, 8, 3])]);
      expect(opsOf(file)).to.deep.equal(['Transpose', 'Conv', 'GlobalAveragePool', 'Reshape']);
    });

    it('of what was imported stay as they were in the file', async () => {
      const bytes = await exportOnnx(block, [numbers([1, 8, 8, 3])]);
      expect(opsOf(readFile(await exportOnnx(await importOnnx(bytes))))).to.deep.equal(opsOf(readFile(bytes)));
    });
  });

  describe('forms', () => {
    const cases: Readonly<Record<string, { fn: (x: Tensor) => Tensor; shape: readonly number[]; ops: readonly string[]; opset?: number }>> = {
      'a product with a bias is one Gemm': { fn: (x) => x.matmul(numbers([3, 4])).add(numbers([4])), shape: [2, 3], ops: ['Gemm'] },
      'a product with transposed weights is one Gemm': { fn: (x) => x.matmul(u.transpose(numbers([4, 3]))), shape: [2, 3], ops: ['Gemm'] },
      'a batch norm is one node': { fn: (x) => u.batchNorm(x, numbers([3]), u.full([3], 2)), shape: [2, 4, 4, 3], ops: ['Transpose', 'BatchNormalization', 'Transpose'] },
      'a batch norm of rows is one node': { fn: (x) => u.batchNorm(x, numbers([3]), u.full([3], 2), { scale: numbers([3]) }), shape: [5, 3], ops: ['BatchNormalization'] },
      'a layer norm is one node': { fn: (x) => u.layerNorm(x, { scale: numbers([6]), offset: u.ones([6]) }), shape: [2, 6], ops: ['LayerNormalization'] },
      'a layer norm is written out before opset 17': { fn: (x) => u.layerNorm(x, { scale: numbers([2, 3]), offset: numbers([2, 3]), axes: [1, 2] }), shape: [2, 2, 3], opset: 16, ops: ['ReduceMean', 'Sub', 'Sub', 'Mul', 'ReduceMean', 'Add', 'Sqrt', 'Reciprocal', 'Mul', 'Mul', 'Add'] },
      'an instance norm of images with channels first is one node': { fn: (x) => u.instanceNorm(x, { dataFormat: 'NCHW' }), shape: [2, 3, 4, 4], ops: ['InstanceNormalization'] },
      'gelu is one node from opset 20 on': { fn: (x) => u.gelu(x), shape: [3], opset: 20, ops: ['Gelu'] },
      'gelu is written with Erf before': { fn: (x) => u.gelu(x), shape: [3], opset: 19, ops: ['Div', 'Erf', 'Add', 'Mul', 'Mul'] },
      'a mean is one node': { fn: (x) => u.mean(x, { axes: [1] }), shape: [2, 3, 4], ops: ['ReduceMean'] },
      'nearest pixels are one Resize': { fn: (x) => u.resizeNearest(x, [6, 4]), shape: [1, 2, 2, 3], ops: ['Resize'] },
      'every other pixel is one Slice along each axis': { fn: (x) => u.resizeNearest(x, [2, 2]), shape: [1, 4, 4, 3], ops: ['Slice', 'Slice'] },
      'a reflected border is one Pad': { fn: (x) => u.pad(x, [[0, 0], [1, 2], [2, 1], [0, 0]], { mode: 'reflect' }), shape: [1, 4, 4, 1], ops: ['Pad'] },
      'a border that is reflected twice is two': { fn: (x) => u.pad(u.pad(x, [[1, 1]], { mode: 'reflect' }), [[1, 1]], { mode: 'reflect' }), shape: [4], ops: ['Pad', 'Pad'] },
      'a result of which nothing is left to do is a copy': { fn: (x) => u.stopGradient(x), shape: [2], ops: ['Identity'] },
      'chosen pixels of each example are a GatherND': { fn: (x) => u.gather(x, tensor([[0, 2], [1, 1]], [2, 2], 'int32'), { axis: 2, batchDims: 1 }), shape: [2, 3, 4], ops: ['Cast', 'Unsqueeze', 'Transpose', 'GatherND', 'Transpose'] },
    };
    for (const [name, { fn, shape, ops, opset = 17 }] of Object.entries(cases)) {
      it(name, async () => {
        expect(opsOf(await written(fn, [numbers(shape)], { opset }))).to.deep.equal(ops);
      });
    }

    it('of fused ops are their definitions', async () => {
      const epilogue = [{ op: builtInOps.get('relu')!, attrs: {}, args: [{ input: 0 }], dtype: 'float32' }];
      const fused = builtInOps.get('matmulEpilogue')!;
      const file = await written((x) => apply(fused, [x, numbers([3, 2])], { transposeA: false, transposeB: false, epilogue }), [numbers([2, 3])]);
      expect(opsOf(file)).to.deep.equal(['MatMul', 'Relu']);
    });
  });

  describe('of one op', () => {
    const attrs: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
      cast: { dtype: 'int32' },
      clip: { min: -0.5, max: 0.5 },
      elu: { alpha: 1.5 },
      gelu: { approximate: true },
      hardSigmoid: { alpha: 0.3, beta: 0.4 },
      leakyRelu: { alpha: 0.1 },
      step: { alpha: 0.5 },
    };
    // Both signs, halves and whole numbers; from 0 to 1 for what is defined there alone.
    const signed = tensor([-2.5, -1, -0.5, 0.25, 1.5, 2], [2, 3]);
    const unit = tensor([0.1, 0.3, 0.5, 0.6, 0.8, 0.9], [2, 3]);
    const domains: Readonly<Record<string, Tensor>> = { acos: unit, asin: unit, atanh: unit, log: unit, log1p: unit, rsqrt: unit, sqrt: unit, pow: unit, acosh: unit.add(1) };
    for (const [name, op] of builtInOps) {
      if (!op.isElementwise) continue;
      for (const opset of [13, 21]) {
        it(`${name} says the same in opset ${opset}`, async () => {
          const x = domains[name] ?? signed;
          const isLogical = name.startsWith('logical');
          const operands = (of: Tensor): Tensor[] => {
            const others = [of, u.flip(of, 1), of.mul(0.5)].slice(0, op.args.length);
            return name === 'where' ? [of.greater(0), ...others.slice(1)] : isLogical ? others.map((each) => each.greater(0)) : others;
          };
          await written((given) => apply(op, operands(given), (attrs[name] ?? {}) as never), [x], { opset });
        });
      }
    }

    it('is not there for the two that gradients alone need', async () => {
      const places = u.cast(u.zeros([16]), 'int32');
      const col2im = await refusal(exportOnnx((x) => u.col2im(x, { window: 2, inputShape: [3, 3] }), [zeros([1, 2, 2, 4])]));
      expect(col2im.message).to.match(/col2im +\| it has no form in ONNX/);
      const scatterAdd = await refusal(exportOnnx((x) => apply(builtInOps.get('scatterAdd')!, [x, places], { axis: 0, size: 4, batchDims: 0 }), [zeros([16])]));
      expect(scatterAdd.message).to.match(/scatterAdd +\| it has no form in ONNX/);
    });
  });

  describe('of truth values and whole numbers', () => {
    const whole = (x: Tensor): Tensor => u.cast(x, 'int32');
    const cases: Readonly<Record<string, (x: Tensor) => Tensor>> = {
      any: (x) => u.any(x.greater(0), { axes: 1 }),
      all: (x) => u.all(x.greater(-2), { axes: [0, 1] }),
      'where of truth': (x) => u.where(x.greater(0), x.less(2), x.equal(-1)),
      'equal truth': (x) => u.equal(x.greater(0), x.less(1)),
      'less truth': (x) => u.less(x.greater(0), x.less(1)),
      'moved truth': (x) => u.transpose(u.flip(u.concat([u.slice(x.greater(0), [0, 1]), x.less(1)], 1), 0)),
      'padded truth': (x) => u.pad(x.greater(0), [[1, 0], [0, 2]], { value: 1 }),
      'gathered truth': (x) => u.gather(x.greater(0), tensor([1, 0, 1], [3], 'int32')),
      'broadcast truth': (x) => u.broadcastTo(u.slice(x.greater(0), [0, 0], [1, -1]), [4, 6]),
      'sum of truth': (x) => u.sum(x.greater(0), { axes: 0 }),
      argMax: (x) => u.argMax(x, { axis: 1 }),
      argMin: (x) => u.argMin(whole(x), { axis: 0 }),
      'whole sum': (x) => u.sum(whole(x), { axes: 1 }),
      'whole max': (x) => u.max(whole(x)),
      'whole product': (x) => u.prod(whole(x), { axes: 0 }),
      'whole matrices': (x) => u.matmul(whole(x), u.transpose(whole(x))),
      'whole pool': (x) => u.maxPool2d(u.reshape(whole(x), [1, 6, 6, 1]), { window: 2, padding: 1 }),
      'whole powers': (x) => u.pow(whole(x), 2),
      'whole limits': (x) => u.clip(whole(x), { min: -1, max: 2 }),
      'whole relu6': (x) => u.relu6(whole(x)),
      'whole sign': (x) => u.sign(whole(x)),
      'whole cumsum': (x) => u.cumsum(whole(x), { axis: 1 }),
      'whole choice': (x) => u.where(x.greater(0), whole(x), 7),
      oneHot: (x) => u.oneHot(u.abs(whole(x)), 5),
      topk: (x) => u.topk(x, { k: 2 }).values,
    };
    for (const [name, fn] of Object.entries(cases)) it(name, async () => void (await written(fn, [numbers([6, 6])])));
  });

  describe('names', () => {
    it('are those of parameters, of inputs and of a record of results', async () => {
      const params = { conv: { filters: numbers([3, 3, 1, 2]), bias: numbers([2]) } };
      const bytes = await exportOnnx((x) => ({ image: u.conv2d(x, params.conv.filters).add(params.conv.bias), sum: x.sum() }), [placeholder([1, 4, 4, 1])], { params, name: 'net' });
      const file = readFile(bytes);
      expect(file.name).to.equal('net');
      expect(file.inputs).to.deep.equal([{ name: 'input', elementType: 1, dims: [1, 4, 4, 1] }]);
      expect(file.outputs.map(({ name, dims }) => [name, dims])).to.deep.equal([['image', [1, 2, 2, 2]], ['sum', []]]);
      expect(file.initializers.map(({ name }) => name).slice(0, 2)).to.deep.equal(['conv.filters', 'conv.bias']);
    });

    it('are given where there are several inputs and results', async () => {
      const file = readFile(await exportOnnx((a, b) => [a.add(b), a, a.add(b)], [zeros([2]), zeros([2])]));
      expect(file.inputs.map(({ name }) => name)).to.deep.equal(['input0', 'input1']);
      expect(file.outputs.map(({ name }) => name)).to.deep.equal(['output0', 'output1', 'output2']);
      expectValid(await exportOnnx((a) => [a, u.scalar(2)], [zeros([2])], { inputNames: ['data'], outputNames: ['same', 'two'] }), 17);
    });

    it('of parameters that live on a backend stay too', async () => {
      const weights = numbers([2, 2]).mul(3);
      const file = readFile(await exportOnnx((x) => x.matmul(weights), [zeros([1, 2])], { params: { weights } }));
      expect(file.initializers.map(({ name }) => name)).to.deep.equal(['weights']);
    });
  });

  describe('free sizes', () => {
    it('are called N for the batch, and by input and axis for others', async () => {
      const file = await written((x) => u.globalAvgPool2d(u.conv2d(x, numbers([3, 3, 1, 2]))), [numbers([2, 6, 5, 1])], {}, [placeholder([null, null, null, 1])]);
      expect(file.inputs[0]!.dims).to.deep.equal(['N', 'input_1', 'input_2', 1]);
      expect(file.outputs[0]!.dims).to.deep.equal(['N', 2]);
    });

    it('of images may be those that the function takes, even ones for example', async () => {
      const halves = (x: Tensor): Tensor => u.depthToSpace(u.conv2d(u.spaceToDepth(x, 2), numbers([1, 1, 4, 4]), { padding: 'same' }), 2);
      await written(halves, [numbers([1, 6, 10, 1])], {}, [placeholder([null, null, null, 1])]);
      const odd = await refusal(exportOnnx((x) => u.conv2d(u.spaceToDepth(x, 2), zeros([3, 3, 4, 1]), { padding: 'same', strides: 2 }), [placeholder([1, null, null, 1])]));
      expect(odd.message).to.match(/conv2d .*padding depends on a free size/);
    });

    it('of a batch reach through reshapes, broadcasts and sums over all', async () => {
      const fn = (x: Tensor): Tensor => u.broadcastTo(u.reshape(x, [-1, 3]).mean({ axes: 0, keepDims: true }), [x.shape[0]!, 3]).add(x.shape[0] === undefined ? 0 : u.reshape(x, [x.shape[0]!, 6]).sum({ axes: 1, keepDims: true }));
      await written(fn, [numbers([4, 2, 3])], { dynamicBatch: true });
    });

    it('are refused where the function does something else for each', async () => {
      const fault = await refusal(exportOnnx((x) => x.mul(x.shape[0]!), [zeros([2, 3])], { dynamicBatch: true }));
      expect(fault.code).to.equal('UNSUPPORTED_OP');
      expect(fault.message).to.match(/mul .*a number that depends on a free size/);
      const same = await refusal(exportOnnx((x) => u.conv2d(x, zeros([3, 3, 1, 1]), { strides: 2, padding: 'same' }), [placeholder([1, null, 8, 1])]));
      expect(same.message).to.match(/conv2d .*padding depends on a free size/);
    });

    it('are refused where the function works for one size', async () => {
      const fault = await refusal(exportOnnx((x) => u.reshape(x, [2, 6]), [zeros([2, 2, 3])], { dynamicBatch: true }));
      expect([fault.code, fault.argument]).to.deep.equal(['INVALID_ARGUMENT', 'fn']);
      const fixed = await refusal(exportOnnx((x) => x.sum({ axes: 0 }), [zeros([2, 3])], { dynamicBatch: true }));
      expect([fixed.code, fixed.argument]).to.deep.equal(['INVALID_ARGUMENT', 'dynamicBatch']);
    });
  });

  it('names every op that has no form in ONNX in one error', async () => {
    const odd = (name: string) => defineOp({ name, args: ['x'], infer: ([x]) => x! });
    const [first, second] = [odd('firstOdd'), odd('secondOdd')];
    const fault = await refusal(exportOnnx((x) => apply(second, [apply(first, [x], {}).relu()], {}), [zeros([2])]));
    expect(fault.code).to.equal('UNSUPPORTED_OP');
    expect(fault.message).to.match(/firstOdd/).and.to.match(/secondOdd/);
  });

  it('refuses bad arguments by name', async () => {
    const id = (x: Tensor): Tensor => x;
    const x = zeros([2]);
    const faults: readonly [string, Promise<unknown>][] = [
      ['opset', exportOnnx(id, [x], { opset: 12 })],
      ['opset', exportOnnx(id, [x], { opset: 22 })],
      ['fn', exportOnnx(3 as never, [x])],
      ['fn', exportOnnx(() => [], [x])],
      ['inputs', exportOnnx(id, [3 as never])],
      ['inputs', exportOnnx(id, undefined as never)],
      ['inputNames', exportOnnx(id, [x], { inputNames: [] })],
      ['inputNames', exportOnnx((a, b) => a.add(b), [x, x], { inputNames: ['a', 'a'] })],
      ['outputNames', exportOnnx(id, [x], { outputNames: ['input'] })],
      ['outputNames', exportOnnx(id, [x], { outputNames: [''] })],
    ];
    for (const [argument, promise] of faults) {
      const fault = await refusal(promise);
      expect([fault.code, fault.argument]).to.deep.equal(['INVALID_ARGUMENT', argument]);
    }
  });

  it('writes a model of layers, whose parameters keep their names', async () => {
    const model = sequential([conv2d({ filters: 4, kernelSize: 3, padding: 'same', activation: 'relu' }), batchNorm(), maxPool2d(), flatten(), dense({ units: 10, activation: 'softmax' })]);
    const { params, state } = model.init([[8, 8, 1]], 1);
    const context = { training: false, random: (shape: readonly number[]) => zeros(shape) };
    const file = await written((x) => model.apply(params, [x], context, state).output, [numbers([3, 8, 8, 1])], { params: { params, state }, dynamicBatch: true });
    expect(opsOf(file)).to.deep.equal(['Transpose', 'Conv', 'Relu', 'BatchNormalization', 'MaxPool', 'Transpose', 'Reshape', 'Gemm', 'Softmax']);
    expect(file.initializers.map(({ name }) => name)).to.include.members(['params.conv2d.kernel', 'params.dense.bias', 'state.batchNorm.movingMean']);
  });

  it('writes what was imported and trained further', async () => {
    const model = await importOnnx(await exportOnnx((x) => x.matmul(numbers([3, 2])), [placeholder([null, 3])], { params: {} }));
    const params = Object.fromEntries(Object.entries(model.params).map(([name, value]) => [name, value.mul(2)]));
    const again = await importOnnx(await exportOnnx(model, undefined, { params }));
    expect(Object.keys(again.params)).to.deep.equal(Object.keys(model.params));
    expect(again.inputs).to.deep.equal(model.inputs);
    const x = numbers([2, 3]);
    const run = compile((given: Tensor) => [...again.apply(again.params, [given]), ...model.apply(params, [given])]);
    const [actual, expected] = (await run(x)) as [Tensor, Tensor];
    expect([...(await actual.data())]).to.deep.equal([...(await expected.data())]);
  });

  it('is not in a bundle that only imports', async () => {
    const bundled = async (name: string): Promise<string> => {
      const result = await build({ stdin: { contents: `export { ${name} } from '@unfoldjs/onnx';`, resolveDir: import.meta.dirname, loader: 'js' }, bundle: true, format: 'esm', platform: 'browser', target: 'es2022', write: false, logLevel: 'silent' });
      return result.outputFiles[0]!.text;
    };
    const traces = /exportOnnx|CannotWrite|GraphWriter|pointwise\(/;
    expect(await bundled('exportOnnx')).to.match(traces);
    expect(await bundled('importOnnx')).not.to.match(traces);
  });
});
