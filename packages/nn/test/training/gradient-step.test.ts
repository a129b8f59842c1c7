import { setBackend } from '@unfoldjs/core';
import { cpu } from '@unfoldjs/backend-cpu';
import { wasm } from '@unfoldjs/backend-wasm';
import { batchAt, batches, gradientStep, namedParameters, parameterAt, trainedParams, trainState, trainStep, updateStep, type TrainState } from '@unfoldjs/nn';
import { takingBackend } from '@unfoldjs/test-support';
import { expect } from 'chai';
import { refusal } from '../helper.js';
import { bitsOf, failure, firstBatch, options, quarters, smallNet } from './helper.js';

const { loss, optimizer } = options();
const learningRate = (step: number) => 0.01 / (1 + step);
const backends = { cpu, wasm: () => wasm({ threads: 1 }), 'one that takes the memory of the old state': takingBackend };

describe('the two halves of a training step', () => {
  for (const [name, make] of Object.entries(backends)) {
    it(`give the bits of the whole one, on ${name === 'cpu' || name === 'wasm' ? name : `a backend: ${name}`}`, async () => {
      await setBackend(make() as never);
      const model = smallNet({ drop: 0.25 });
      const [whole, gradientOf, update] = [trainStep(model, { loss, optimizer, learningRate, frozen: ['bias'] }), gradientStep(model, { loss, frozen: ['bias'] }), updateStep({ optimizer, learningRate, frozen: ['bias'] })];
      const batch = firstBatch(await quarters(8, 1), 8);
      let one = await trainState(model, { optimizer, seed: 3 });
      let two = await trainState(model, { optimizer, seed: 3 });
      for (let i = 0; i < 3; i++) {
        one = (await whole(one, batch)).state;
        const { gradient, state } = await gradientOf(two, batch);
        two = await update(two, gradient, state);
      }
      const tree = ({ params, state, optimizer: slots }: TrainState) => ({ params, state, slots });
      expect(await bitsOf(tree(two))).to.deep.equal(await bitsOf(tree(one)));
      expect(two.step).to.equal(3);
    });
  }

  it('leave frozen parameters out of the gradient', async () => {
    await setBackend(cpu());
    const model = smallNet();
    const state = await trainState(model, { optimizer });
    const { gradient } = await gradientStep(model, { loss, frozen: ['conv'] })(state, firstBatch(await quarters(4, 1), 4));
    expect(namedParameters(gradient).map(({ path }) => path)).to.deep.equal(['head.kernel', 'head.bias']);
    expect(namedParameters(trainedParams(state, ['conv'])).map(({ path }) => path)).to.deep.equal(['head.kernel', 'head.bias']);
    expect(parameterAt(state.params, 'head.kernel').shape).to.deep.equal(parameterAt(gradient, 'head.kernel').shape);
  });

  it('refuse options that are not theirs, names of nothing and bad rates', async () => {
    await setBackend(cpu());
    expect(refusal(() => gradientStep(smallNet(), { loss, optimizer } as never), 'INVALID_ARGUMENT').argument).to.equal('optimizer');
    expect(refusal(() => updateStep({ optimizer, learningRate: -1 }), 'INVALID_ARGUMENT').argument).to.equal('learningRate');
    const state = await trainState(smallNet(), { optimizer });
    const error = await failure(() => gradientStep(smallNet(), { loss, frozen: ['none'] })(state, firstBatch({ images: { data: new Float32Array(64), shape: [1, 8, 8, 1] }, labels: new Int32Array(1), classes: ['0'] }, 1)));
    expect(error).to.have.property('code', 'INVALID_ARGUMENT');
  });
});

describe('a batch by its indices', () => {
  it('is what batches give', async () => {
    await setBackend(cpu());
    const data = await quarters(7, 2);
    for await (const batch of batches(data, { batchSize: 3, shuffle: true, seed: 4 })) expect(batchAt(data, batch.indices, { seed: 4 })).to.deep.equal(batch);
    expect(refusal(() => batchAt(data, Uint32Array.of(7)), 'INVALID_ARGUMENT').argument).to.equal('indices');
  });
});
