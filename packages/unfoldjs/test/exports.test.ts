import { expect } from 'chai';
import * as core from '@unfoldjs/core';
import * as autodiff from '@unfoldjs/core/autodiff';
import * as explaining from '@unfoldjs/core/explain';
import * as backendCpu from '@unfoldjs/backend-cpu';
import * as backendGpu from '@unfoldjs/backend-gpu';
import * as backendWasm from '@unfoldjs/backend-wasm';
import * as nn from '@unfoldjs/nn';
import * as unfold from 'unfoldjs';

describe('unfoldjs', () => {
  it('exports all that the core, its gradients and explanations, and the backends export, and no name twice', () => {
    // A name that two packages export would silently be left out of `export *`.
    const names = [core, autodiff, explaining, backendCpu, backendGpu, backendWasm].flatMap((module) => Object.keys(module));
    expect(Object.keys(unfold).sort()).to.deep.equal([...names, 'nn'].sort());
  });

  it('has the layers, which bear the names of ops, under nn', () => {
    expect(unfold.nn).to.equal(nn);
    expect(unfold.conv2d).to.equal(core.conv2d);
  });
});
