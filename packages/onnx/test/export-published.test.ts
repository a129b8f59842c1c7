import { concat, setBackend, type Backend } from '@unfoldjs/core';
import { wasm } from '@unfoldjs/backend-wasm';
import { exportOnnx, importOnnx } from '@unfoldjs/onnx';
import { modeRuns, skip } from '@unfoldjs/test-support';
import { expect } from 'chai';
import { noOrt, runOrt } from './support/onnxruntime.js';
import { asTensors, expectAgreement, missing, publishedModels, worstError } from '@unfoldjs/test-support/published-models';

describe('published models that are written again', () => {
  let backend: Backend;
  before(async () => (backend = await setBackend(wasm({ precision: 'exact' }))));
  after(() => backend.dispose());

  if (missing) {
    it('agree with what ONNX Runtime gives for the originals', function () {
      skip(this, missing!);
    });
  }
  /** Files that fix their batch to 1 at an input, and in no node. */
  const freed = publishedModels().filter(({ file }) => ['lenet-relu.onnx', 'lenet-tanh.onnx', 'mnist-batchnorm.onnx', 'ultraface-slim.onnx'].includes(file));
  for (const { file, path, inputs, outputs, tolerance } of freed) {
    it(`${file} takes any batch once it was written with a free one`, async function () {
      this.timeout(120_000);
      const written = await exportOnnx(await importOnnx(path, { freeBatch: true }), undefined, { dynamicBatch: true });
      const { apply, params } = await importOnnx(written);
      const results = apply(params, asTensors(inputs).map((one) => concat([one, one, one])));
      for (const [i, { data }] of outputs.entries()) {
        const three = await results[i]!.data();
        expect(results[i]!.shape[0]).to.equal(3);
        for (let image = 0; image < 3; image++) expect(worstError(three.subarray(image * data.length, (image + 1) * data.length), data)).to.be.at.most(tolerance);
      }
    });
  }

  for (const model of publishedModels()) {
    const { file, path, inputs, outputs, tolerance } = model;
    it(`${file} agrees with what ONNX Runtime gives for the original`, async function () {
      this.timeout(120_000);
      await expectAgreement(await importOnnx(await exportOnnx(await importOnnx(path))), model);
    });

    it(`${file} gives that in ONNX Runtime too`, async function () {
      if (noOrt) return skip(this, { mode: 'onnxruntime', reason: noOrt });
      modeRuns('onnxruntime');
      this.timeout(120_000);
      for (const opset of [13, 17, 21]) {
        const results = await runOrt(await exportOnnx(await importOnnx(path), undefined, { opset }), asTensors(inputs));
        for (const [i, { shape, data }] of results.entries()) {
          expect(shape).to.deep.equal(outputs[i]!.shape);
          expect(worstError(data, outputs[i]!.data), `${outputs[i]!.name} in opset ${opset}`).to.be.at.most(tolerance);
        }
      }
    });
  }
});
