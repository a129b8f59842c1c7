import { evaluate as realise, type Tensor } from '@unfoldjs/core';
import { adam, batchNorm, conv2d, dense, dropout, flatten, namedParameters, sequential, sgd, softmaxCrossEntropy, trainState, trainStep, type Model } from '@unfoldjs/nn';
import { expect } from 'chai';
import { inference, onCpu, refusal } from '../helper.js';
import { bitsOf, failure, firstBatch, quarters, smallNet } from './helper.js';

const block = () => sequential([conv2d({ filters: 2, kernelSize: 3, name: 'conv' }), batchNorm({ momentum: 0.5, name: 'norm' }), dropout(0.5)], { name: 'block' });
const nested = () => sequential([block(), flatten(), dense({ units: 4, name: 'head' })], { inputShape: [8, 8, 1] });

/** Which parameters and which statistics three steps change, and the loss of the first. */
async function changedBy(model: Model, frozen: readonly string[]) {
  const optimizer = adam();
  const step = trainStep(model, { loss: softmaxCrossEntropy, optimizer, learningRate: 0.1, frozen });
  let state = await trainState(model, { optimizer, seed: 3 });
  const all = async () => ({ ...(await bitsOf(state.params)), ...(await bitsOf(state.state)) });
  const [before, form] = [await all(), [Object.keys(await bitsOf(state.params)), Object.keys(await bitsOf(state.state))]];
  const losses: unknown[] = [];
  for (let i = 0; i < 3; i++) {
    const result = await step(state, firstBatch(await quarters(16, i), 16));
    state = result.state;
    losses.push(await result.loss.item());
  }
  expect([Object.keys(await bitsOf(state.params)), Object.keys(await bitsOf(state.state))]).to.deep.equal(form);
  expect(step.programCount()).to.equal(1);
  const after = await all();
  return { changed: Object.keys(before).filter((path) => String(before[path]) !== String(after[path])), losses };
}

describe('frozen parameters', () => {
  onCpu();

  const statistics = ['block.norm.movingMean', 'block.norm.movingVariance'];
  // The bias in front of a normalisation by the batch has no gradient but rounding.
  const rows: readonly (readonly [string, readonly string[], readonly string[]])[] = [
    ['a layer, by its name', ['head'], ['block.conv.kernel', 'block.norm.gamma', 'block.norm.beta', ...statistics]],
    ['a path', ['block.conv.kernel', 'head.kernel'], ['block.norm.gamma', 'block.norm.beta', 'head.bias', ...statistics]],
    ['the parameters of a layer, by a glob', ['head.*', 'block.conv.*'], ['block.norm.gamma', 'block.norm.beta', ...statistics]],
    ['all of one last name, by a glob', ['**.bias', '**.beta'], ['block.conv.kernel', 'block.norm.gamma', 'head.kernel', ...statistics]],
    ['everything inside of a model, by a glob', ['block.**'], ['head.kernel', 'head.bias']],
    ['a part of a name', ['b?ock.c*.*'], ['block.norm.gamma', 'block.norm.beta', 'head.kernel', 'head.bias', ...statistics]],
    ['gamma and beta alone: the statistics move on', ['gamma', 'beta'], ['block.conv.kernel', 'head.kernel', 'head.bias', ...statistics]],
    ['the statistics alone', ['**.moving*'], ['block.conv.kernel', 'block.conv.bias', 'block.norm.gamma', 'block.norm.beta', 'head.kernel', 'head.bias']],
    ['one of the statistics', ['movingMean'], ['block.conv.kernel', 'block.norm.gamma', 'block.norm.beta', 'head.kernel', 'head.bias', 'block.norm.movingVariance']],
  ];
  for (const [what, frozen, expected] of rows) {
    it(`are named by ${what}`, async () => {
      const { changed } = await changedBy(nested(), frozen);
      const hasBias = expected.includes('block.conv.bias');
      expect(changed.filter((path) => hasBias || path !== 'block.conv.bias')).to.have.members([...expected]);
    });
  }

  it('refuse a glob that names nothing, and say what there is', async () => {
    const model = nested();
    const optimizer = sgd();
    const step = trainStep(model, { loss: softmaxCrossEntropy, optimizer, learningRate: 0.1, frozen: ['conv.*'] });
    const error = await failure(async () => step(await trainState(model, { optimizer }), firstBatch(await quarters(4, 1), 4)));
    expect(error).to.include({ code: 'INVALID_ARGUMENT', argument: 'frozen' });
    expect(error.message).to.contain('"conv.*"').and.contain('block.conv.kernel').and.contain('block.norm.movingMean');
    refusal(() => nested().summary({ frozen: ['bias.*'] }), 'INVALID_ARGUMENT');
  });

  it('are counted by summary in the same words', () => {
    const { total } = nested().summary({ frozen: ['block.**'] });
    expect(total.trainable).to.equal(6 * 6 * 2 * 4 + 4);
    expect(smallNet().summary({ frozen: ['**.bias'] }).total.trainable).to.equal(3 * 3 * 4 + 3 * 3 * 4 * 4);
  });

  it('are those of a batch normalisation that runs as in inference, while dropout beside it goes on', async () => {
    const norm = (name: string) => batchNorm({ momentum: 0.5, movingMeanInitializer: 'ones', name });
    const model = sequential([flatten(), norm('norm'), dense({ units: 4, name: 'head' })], { inputShape: [8, 8, 1] });
    const optimizer = sgd();
    const state = await trainState(model, { optimizer, seed: 3 });
    const batch = firstBatch(await quarters(16, 1), 16);
    const known = softmaxCrossEntropy(batch.labels, model.apply(state.params, [batch.images], inference, state.state).output);
    await realise(known);
    const lossOf = async (frozen: readonly string[]) => (await trainStep(model, { loss: softmaxCrossEntropy, optimizer, learningRate: 0.1, frozen, donate: false })(state, batch)).loss.item();
    expect(await lossOf(['norm'])).to.equal(await known.item());
    expect(await lossOf(['**.moving*'])).to.equal(await known.item());
    expect(await lossOf(['gamma', 'beta'])).not.to.equal(await known.item());

    const dropping = (rate: number) => sequential([sequential([norm('norm'), dropout(rate)], { name: 'block' }), flatten(), dense({ units: 4 })], { inputShape: [8, 8, 1] });
    const [dropped, kept] = [await changedBy(dropping(0.5), ['block.**']), await changedBy(dropping(0), ['block.**'])];
    expect(dropped.losses[0]).not.to.equal(kept.losses[0]);
  });

  it('may be none: a batch normalisation without gamma and beta is frozen by its name', async () => {
    const model = sequential([batchNorm({ center: false, scale: false, name: 'norm' }), flatten(), dense({ units: 4, name: 'head' })], { inputShape: [8, 8, 1] });
    expect((await changedBy(model, ['norm'])).changed).to.have.members(['head.kernel', 'head.bias']);
  });

  it('are left alone by weight decay where a glob excludes them', async () => {
    const model = sequential([flatten(), dense({ units: 4, biasInitializer: 'ones', name: 'head' })], { inputShape: [8, 8, 1] });
    const loss = (_: Tensor, scores: Tensor) => scores.mul(0).sum();
    const optimizer = sgd({ weightDecay: 0.5, excludeFromWeightDecay: ['*.bias'] });
    const { state } = await trainStep(model, { loss, optimizer, learningRate: 0.1 })(await trainState(model, { optimizer }), firstBatch(await quarters(4, 1), 4));
    const bias = namedParameters(state.params).find(({ path }) => path === 'head.bias')!.tensor;
    expect([...(await bias.data())]).to.deep.equal([1, 1, 1, 1]);
  });
});
