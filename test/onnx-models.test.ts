import { type Backend } from '@unfoldjs/core';
import { gpu } from '@unfoldjs/backend-gpu';
import { wasm } from '@unfoldjs/backend-wasm';
import { importOnnx } from '@unfoldjs/onnx';
import { skip } from '@unfoldjs/test-support';
import { expectAgreement, missing, publishedModels } from '@unfoldjs/test-support/published-models';
import { chooseMode, mode } from './support/modes.js';

/** Where products are rounded in other orders, or through transforms: what ONNX Runtime's own runs differ by, with room. */
const slack = 20;

const isLong = process.env['UNFOLD_LONG'] === '1';

/** Those with the largest products: up to half a minute each where a processor stands in for the GPU. */
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

      for (const model of publishedModels()) {
        const { file, path } = model;
        it(`${file} agrees with what ONNX Runtime gives`, async function () {
          if (!isLong && each.name === 'gpu:webgpu' && large.test(file)) skip(this, 'runs with UNFOLD_LONG=1: its products are slow on a software GPU');
          this.timeout(isLong ? 3_600_000 : 120_000);
          await expectAgreement(await importOnnx(path), model, slack);
        });
      }
    });
  }
});
