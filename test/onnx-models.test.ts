import { compile, type Backend, type Tensor } from '@unfoldjs/core';
import { gpu } from '@unfoldjs/backend-gpu';
import { wasm } from '@unfoldjs/backend-wasm';
import { importOnnx } from '@unfoldjs/onnx';
import { skip } from '@unfoldjs/test-support';
import { expect } from 'chai';
import { asTensors, missing, publishedModels, worstError } from '@unfoldjs/test-support/published-models';
import { chooseMode, mode } from './support/modes.js';

/** Where products are rounded in other orders, or through transforms: what ONNX Runtime's own runs differ by, with room. */
const slack = 20;

/** Products of a million and more take minutes in these modes. */
const large = /super-resolution|unet-edges|lowlight|portrait/;

const roundly = [mode('wasm, fast', () => wasm()), mode('gpu:webasm', () => gpu({ mode: 'webasm' })), mode('gpu:webgpu', () => gpu({ mode: 'webgpu' }))];

describe('models that other people published, where rounding is not exact', () => {
  for (const each of roundly) {
    describe(`on ${each.name}`, () => {
      let backend: Backend | undefined;
      before(async function () {
        if (missing) skip(this, missing);
        backend = await chooseMode(this, each);
      });
      after(() => backend?.dispose());

      for (const { file, path, inputs, outputs, tolerance } of publishedModels()) {
        if (each.name !== 'wasm, fast' && large.test(file)) continue;
        it(`${file} agrees with what ONNX Runtime gives`, async function () {
          this.timeout(120_000);
          const model = await importOnnx(path);
          const run = compile((...given: Tensor[]) => model.apply(model.params, given));
          const results = await run(...asTensors(inputs));
          for (const [i, result] of results.entries()) {
            expect(worstError(await result.data(), outputs[i]!.data), outputs[i]!.name).to.be.at.most(slack * tolerance);
            result.dispose();
          }
          run.dispose();
        });
      }
    });
  }
});
