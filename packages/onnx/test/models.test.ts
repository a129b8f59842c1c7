import { compile, evaluate, setBackend, type Backend, type Tensor } from '@unfoldjs/core';
import { cpu } from '@unfoldjs/backend-cpu';
import { wasm } from '@unfoldjs/backend-wasm';
import { importOnnx } from '@unfoldjs/onnx';
import { skip } from '@unfoldjs/test-support';
import { expect } from 'chai';
import { asTensors, missing, publishedModels, worstError } from '@unfoldjs/test-support/published-models';

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
      for (const { file, path, inputs, outputs, tolerance } of publishedModels()) {
        it(`${file} agrees with what ONNX Runtime gives`, async function () {
          this.timeout(120_000);
          const model = await importOnnx(path);
          const run = compile((...given: Tensor[]) => model.apply(model.params, given));
          const results = await run(...asTensors(inputs));
          await evaluate(...results);
          expect(model.outputs.map((output) => output.name)).to.deep.equal(outputs.map((output) => output.name));
          for (const [i, result] of results.entries()) {
            expect(result.shape).to.deep.equal(outputs[i]!.shape);
            expect(worstError(await result.data(), outputs[i]!.data), outputs[i]!.name).to.be.at.most(tolerance);
          }
        });
      }
    });
  }
});
