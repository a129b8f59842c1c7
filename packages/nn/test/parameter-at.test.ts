import { expect } from 'chai';
import { tensor } from '@unfoldjs/core';
import { parameterAt } from '@unfoldjs/nn';
import { refusal } from './helper.js';

describe('parameterAt', () => {
  const kernel = tensor([1, 2]);
  const params = { block: { dense: { kernel } } };

  it('finds a parameter by its path', () => {
    expect(parameterAt(params, 'block.dense.kernel')).to.equal(kernel);
  });

  it('refuses a path that leads nowhere, to a tree, or beyond a parameter, and lists what there is', () => {
    for (const path of ['block.dense.bias', 'block.dense', 'block.dense.kernel.shape', '', 'constructor']) {
      expect(refusal(() => parameterAt(params, path), 'INVALID_ARGUMENT').message).to.contain('block.dense.kernel');
    }
  });
});
