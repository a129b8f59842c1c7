import { setBackend, tensor, transpose, zeros, type Backend, type Tensor } from '@unfoldjs/core';
import { explain } from '@unfoldjs/core/explain';
import { wasm } from '@unfoldjs/backend-wasm';
import { importOnnx } from '@unfoldjs/onnx';
import { skip } from '@unfoldjs/test-support';
import { expect } from 'chai';
import { missing, publishedModels } from '@unfoldjs/test-support/published-models';

const images = (tensors: readonly { readonly shape: readonly unknown[] | null }[]): number => tensors.filter(({ shape }) => shape === null || shape.length > 2).length;

describe('networks that were written for [N, C, H, W]', () => {
  let backend: Backend;
  before(async () => (backend = await setBackend(wasm())));
  after(() => backend.dispose());

  /** Steps of the program that put elements in another order. */
  const transposesOf = async (outputs: readonly Tensor[]): Promise<number> => (await explain([...outputs], { hostData: 'constants' })).steps.filter(({ op }) => op === 'transpose').length;

  it('are seen to be transposed where they are', async () => {
    const x = await tensor([[1, 2], [3, 4]]).to(backend);
    expect(await transposesOf([transpose(x)])).to.equal(1);
  });

  if (missing) {
    it('keep one transpose at most for each image that comes in or goes out', function () {
      skip(this, missing!);
    });
  }
  for (const { file, path, inputs } of publishedModels()) {
    it(`${file} keeps one transpose at most for each image that comes in or goes out`, async () => {
      const model = await importOnnx(path);
      const given = await Promise.all(inputs.map(({ shape }) => zeros(shape).to(backend)));
      const outputs = model.apply(model.params, given);
      expect(await transposesOf(outputs)).to.be.at.most(images(model.inputs) + images(outputs));
    });
  }
});
