import { expect } from 'chai';
import fc from 'fast-check';
import { apply, clip, compile, conv2d, defineOp, evaluate, placeholder, relu, setBackend, tensor, UnfoldError, type Backend, type ErrorCode, type Tensor } from '@unfoldjs/core';
import { cpu } from '@unfoldjs/backend-cpu';
import { wasm } from '@unfoldjs/backend-wasm';
import { batchNorm, conv2d as convolution, decodeSafetensors, dense, encodeProgram, encodeSafetensors, flatten, loadProgram, maxPool2d, sequential, type LoadedProgram } from '@unfoldjs/nn';
import { fileEdits } from '@unfoldjs/test-support/file-edits';
import { builtInOps } from '@unfoldjs/core/reference';
import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';
import { exactParams, inference, integers } from '../helper.js';

const mutated = process.env['UNFOLD_LONG'] === '1' ? 100_000 : 5_000;

/** The code and the text of what a call throws. */
async function refusalOf(call: () => Promise<unknown>): Promise<{ readonly code: ErrorCode; readonly message: string }> {
  try {
    await call();
  } catch (fault) {
    if (fault instanceof UnfoldError) return fault;
    throw fault;
  }
  throw new Error('nothing was thrown');
}

const [text, digest] = ['unfold.program', 'unfold.program.sha256'] as const;

/** A file with another program, whose digest fits. */
function rewritten(file: Uint8Array, edit: (program: string) => string): Uint8Array {
  const { tensors, metadata } = decodeSafetensors(file);
  const program = edit(metadata[text]!);
  return encodeSafetensors(tensors, { [text]: program, [digest]: bytesToHex(sha256(utf8ToBytes(program))) });
}

const model = sequential([convolution({ filters: 4, kernelSize: 3, padding: 'same', activation: 'relu' }), batchNorm(), maxPool2d(), flatten(), dense({ units: 5 })]);

describe('a program in a file', () => {
  let backend: Backend;
  before(async () => void (backend = await setBackend(wasm({ precision: 'exact' }))));
  after(() => backend.dispose());

  const withProgram = async (file: Uint8Array, use: (program: LoadedProgram) => Promise<void>): Promise<void> => {
    const program = await loadProgram(file, backend);
    try {
      await use(program);
    } finally {
      await program.dispose();
    }
  };

  it('gives what the function gives, and holds the weights that lie on the backend as constants', async () => {
    const { params: drawn, state } = model.init([[6, 6, 2]], 1);
    const params = exactParams(drawn);
    await evaluate(params);
    const predict = (images: Tensor) => ({ logits: model.apply(params, [images], inference, state).output });
    const images = integers([3, 6, 6, 2]);
    const { logits } = await compile(predict)(images);
    const file = await encodeProgram(predict, [placeholder([3, 6, 6, 2])]);
    await withProgram(file, async (program) => {
      expect(program.inputs).to.deep.equal([{ name: 'input', dtype: 'float32', shape: [3, 6, 6, 2] }]);
      expect(program.outputs).to.deep.equal([{ name: 'logits', dtype: 'float32', shape: [3, 5] }]);
      expect((await program.run({ input: await images.data() })).logits).to.deep.equal(await logits.data());
    });
    expect([...decodeSafetensors(file).tensors.values()].map(({ shape }) => shape)).to.deep.include([36, 5]);
  });

  it('runs on another backend that has its ops', async () => {
    const file = await encodeProgram((x) => x.mul(2).add(1).relu(), [placeholder([4])]);
    const program = await loadProgram(file, cpu());
    expect((await program.run({ input: [-3, 0, 1, 2] })).output).to.deep.equal(Float32Array.of(0, 1, 3, 5));
    await program.dispose();
  });

  it('gives results that are inputs, reshaped ones too, constants, and the same value twice', async () => {
    const file = await encodeProgram((x, flags) => ({ same: x, flat: x.reshape([4]), known: tensor([1, -0, NaN]), three: tensor(3, [], 'int32'), not: flags.logicalNot(), again: flags.logicalNot() }), [placeholder([2, 2]), placeholder([2], 'bool')]);
    await withProgram(file, async (program) => {
      const x = Float32Array.of(1, 2, 3, 4);
      const { same, flat, known, three, not, again } = await program.run({ input0: x, input1: [1, 0] });
      expect([same, flat]).to.deep.equal([x, x]);
      expect(same).not.to.equal(x);
      expect(known).to.deep.equal(Float32Array.of(1, -0, NaN));
      expect(three).to.deep.equal(Int32Array.of(3));
      expect([not, again]).to.deep.equal([Uint8Array.of(0, 1), Uint8Array.of(0, 1)]);
    });
    await withProgram(await encodeProgram((x) => x, [placeholder([1])]), async (program) => void expect(await program.run({ input: [7] })).to.deep.equal({ output: Float32Array.of(7) }));
  });

  it('keeps numbers that JSON has no form for', async () => {
    const file = await encodeProgram((x) => [clip(x, { min: 2, max: Infinity }), x.mul(-0).add(NaN), x.div(-Infinity)], [placeholder([2])]);
    await withProgram(file, async (program) => {
      const { output0, output1, output2 } = await program.run({ input: [1, 3] });
      expect([output0, output1, output2]).to.deep.equal([Float32Array.of(2, 3), Float32Array.of(NaN, NaN), Float32Array.of(-0, -0)]);
    });
  });

  it('is the same bytes for the same function, and leaves nothing on the backend', async () => {
    const weights = tensor([[1, 2], [3, 4]]);
    const before = backend.memory().buffers;
    const write = () => encodeProgram((x) => relu(x.matmul(weights)), [placeholder([1, 2])]);
    expect(await write()).to.deep.equal(await write());
    const program = await loadProgram(await write(), backend);
    for (let i = 0; i < 3; i++) await program.run({ input: [1, 1] });
    await program.dispose();
    await program.dispose();
    expect(backend.memory().buffers).to.equal(before);
    expect((await refusalOf(() => program.run({ input: [1, 1] }))).code).to.equal('DISPOSED');
    expect(await relu(tensor([-1, 1])).data(), 'the backend is still there').to.deep.equal(Float32Array.of(0, 1));
  });

  it('holds an op of one\'s own as what it is made of', async () => {
    const tripleOp = defineOp({ name: 'triple', args: ['x'], infer: ([x]) => x!, decompose: ([x]) => x!.mul(3) });
    const file = await encodeProgram((x) => apply(tripleOp, [x], {}), [placeholder([1])]);
    await withProgram(file, async (program) => void expect((await program.run({ input: [2] })).output).to.deep.equal(Float32Array.of(6)));
  });

  describe('refuses', () => {
    const identity = (x: Tensor) => x.add(1);
    it('to write a size that is free, a function without results, names that do not fit, and what is no function', async () => {
      for (const [call, argument] of [
        [() => encodeProgram(identity, [placeholder([null, 2])]), 'inputs'],
        [() => encodeProgram(() => [], [placeholder([2])]), 'fn'],
        [() => encodeProgram(identity, [placeholder([2])], { inputNames: ['a', 'b'] }), 'inputNames'],
        [() => encodeProgram((x) => [x, x], [placeholder([2])], { outputNames: ['a', 'a'] }), 'outputNames'],
        [() => encodeProgram(3 as never, []), 'fn'],
        [() => encodeProgram(identity, 3 as never), 'inputs'],
      ] as const) {
        const { code, message } = await refusalOf(call);
        expect([code, message.includes(argument)]).to.deep.equal(['INVALID_ARGUMENT', true], message);
      }
    });

    it('inputs that are missing, unknown, of another length or of other numbers, and runs on', async () => {
      const file = await encodeProgram((x, n, flag) => x.add(n).mul(flag), [placeholder([2]), placeholder([], 'int32'), placeholder([], 'bool')]);
      await withProgram(file, async (program) => {
        const good = { input0: [1, 2], input1: [3], input2: [1] };
        for (const [given, code] of [
          [{ input0: [1, 2] }, 'INVALID_ARGUMENT'],
          [{ ...good, input3: [1] }, 'INVALID_ARGUMENT'],
          [null, 'INVALID_ARGUMENT'],
          [{ ...good, input0: [1] }, 'DATA_MISMATCH'],
          [{ ...good, input0: ['1', 2] }, 'DATA_MISMATCH'],
          [{ ...good, input0: [, 2] }, 'DATA_MISMATCH'],
          [{ ...good, input1: [0.5] }, 'DATA_MISMATCH'],
          [{ ...good, input1: [2 ** 31] }, 'DATA_MISMATCH'],
          [{ ...good, input2: [2] }, 'DATA_MISMATCH'],
          [Object.create(good), 'INVALID_ARGUMENT'],
        ] as const) {
          expect((await refusalOf(() => program.run(given as never))).code).to.equal(code);
        }
        expect((await program.run(good)).output).to.deep.equal(Float32Array.of(4, 5));
        expect((await refusalOf(() => program.run(good, { signal: { aborted: true } }))).code).to.equal('ABORTED');
      });
    });

    it('a file without a program, one that was changed, and one for a backend that has other ops', async () => {
      const file = await encodeProgram((x) => conv2d(x, tensor([1], [1, 1, 1, 1])).relu(), [placeholder([1, 2, 2, 1])]);
      const { tensors, metadata } = decodeSafetensors(file);
      expect((await refusalOf(() => loadProgram(encodeSafetensors(tensors), backend))).message).to.include('holds tensors and no program');
      expect((await refusalOf(() => loadProgram(encodeSafetensors(tensors, { ...metadata, [text]: metadata[text]!.replace('2', '3') }), backend))).message).to.include('was changed');
      expect((await refusalOf(() => loadProgram(rewritten(file, (program) => program.replace('"format":1', '"format":2')), backend))).message).to.include('of format 2');
      const poor: Backend = Object.assign(Object.create(backend) as Backend, { name: 'poor', supports: () => 'it can do nothing' });
      const { code, message } = await refusalOf(() => loadProgram(file, poor));
      expect([code, message.includes('it can do nothing'), message.includes('load it on wasm')]).to.deep.equal(['UNSUPPORTED_OP', true, true]);
      expect((await refusalOf(() => loadProgram('x' as never, backend))).code).to.equal('INVALID_ARGUMENT');
      expect((await refusalOf(() => loadProgram(file, {} as never))).code).to.equal('INVALID_ARGUMENT');
    });

    it('with the ops at hand, steps that are not what their attributes say', async () => {
      const file = await encodeProgram((x) => x.maxPool2d({ window: 2, strides: 2 }), [placeholder([1, 4, 4, 1])]);
      const other = rewritten(file, (program) => program.replace('"strides":[2,2]', '"strides":[1,2]'));
      await (await loadProgram(file, backend, { ops: builtInOps.values() })).dispose();
      const { code, message } = await refusalOf(() => loadProgram(other, backend, { ops: builtInOps.values() }));
      expect([code, message.includes('and it gives float32[1, 3, 2, 1]')]).to.deep.equal(['INVALID_FILE', true], message);
    });

    it(`or reads ${mutated} programs that were written by other hands, with a digest that fits`, async function () {
      this.timeout(600_000);
      const file = await encodeProgram((x) => model.apply(model.init([[4, 4, 1]], 1).params, [x], inference, model.init([[4, 4, 1]], 1).state).output, [placeholder([1, 4, 4, 1])]);
      const byte = fc.constantFrom(...utf8ToBytes('"{}[]:,-0123456789eE.$truefalsn'));
      let refused = 0;
      await fc.assert(
        fc.asyncProperty(fc.array(fileEdits(byte), { minLength: 1, maxLength: 3 }), async (edits) => {
          const written = rewritten(file, (program) => new TextDecoder().decode(edits.reduce<Uint8Array>((bytes, edit) => edit(bytes), utf8ToBytes(program))));
          try {
            await (await loadProgram(written, cpu())).dispose();
          } catch (fault) {
            refused++;
            if (!(fault instanceof UnfoldError && ['INVALID_FILE', 'UNSUPPORTED_OP'].includes(fault.code))) throw fault;
          }
        }),
        { seed: 12, numRuns: mutated },
      );
      expect(refused).to.be.above(mutated / 2);
    });
  });
});
