import { compile, setBackend, tensor, UnfoldError, type Backend, type Tensor } from '@unfoldjs/core';
import { cpu } from '@unfoldjs/backend-cpu';
import { wasm } from '@unfoldjs/backend-wasm';
import { importOnnx } from '@unfoldjs/onnx';
import { skip } from '@unfoldjs/test-support';
import { expect } from 'chai';
import { expectAgreement, missing, publishedModels, worstError } from '@unfoldjs/test-support/published-models';

const backends = { cpu: () => cpu(), wasm: () => wasm({ precision: 'exact' }) };

describe('models that other people published', () => {
  for (const [name, open] of Object.entries(backends)) {
    describe(`on ${name}`, () => {
      let backend: Backend;
      before(async () => (backend = await setBackend(open())));
      after(() => backend.dispose());

      if (missing) {
        it('agree with what ONNX Runtime gives', function () {
          skip(this, missing!);
        });
      }
      for (const model of publishedModels()) {
        const { file, path } = model;
        it(`${file} agrees with what ONNX Runtime gives`, async function () {
          this.timeout(120_000);
          await expectAgreement(await importOnnx(path), model);
        });
      }
    });
  }

  describe('of any batch size', () => {
    let backend: Backend;
    before(async () => (backend = await setBackend(wasm({ precision: 'exact' }))));
    after(() => backend.dispose());

    const batch = 8;
    if (missing) {
      it('give each of eight what they give it alone', function () {
        skip(this, missing!);
      });
    }
    for (const { file, path, inputs, outputs, tolerance } of publishedModels()) {
      it(`${file} gives each of eight what it gives it alone, or refuses eight where the file says one`, async function () {
        this.timeout(120_000);
        const model = await importOnnx(path);
        const isFree = model.inputs.every(({ shape }) => typeof shape?.[0] !== 'number');
        // Every one is the stored image, weaker and weaker.
        const eight = inputs.map(({ data, shape }) => tensor(Float32Array.from({ length: batch * data.length }, (_, i) => data[i % data.length]! * (1 - Math.floor(i / data.length) / 16)), [batch, ...shape.slice(1)]));
        if (!isFree) {
          expect(() => model.apply(model.params, eight)).to.throw(UnfoldError, /is declared as \[1, .*SHAPE_MISMATCH/);
          return;
        }
        const run = compile((...given: Tensor[]) => model.apply(model.params, given));
        const together = await run(...eight);
        const found = await Promise.all(together.map((result) => result.data()));
        for (let one = 0; one < batch; one++) {
          const alone = await run(...inputs.map(({ data, shape }) => tensor(data.map((value) => value * (1 - one / 16)), shape)));
          for (const [k, result] of alone.entries()) {
            const size = result.size;
            expect(worstError(found[k]!.subarray(one * size, (one + 1) * size), await result.data()), `${outputs[k]!.name} of ${one}`).to.be.at.most(2 * tolerance);
          }
        }
      });
    }
  });
});
