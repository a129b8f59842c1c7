import { getBackend, liveMemory, setBackend, tensor, UnfoldError, type Backend, type Tensor } from '@unfoldjs/core';
import { valueAndGrad } from '@unfoldjs/core/autodiff';
import {
  accuracy,
  adam,
  batchNorm,
  cosineDecay,
  dense,
  dropout,
  flatten,
  meanSquaredError,
  namedParameters,
  sequential,
  sgd,
  softmaxCrossEntropy,
  trainState,
  trainStep,
  type Layer,
  type Params,
} from '@unfoldjs/nn';
import { takingBackend } from '@unfoldjs/test-support';
import { expect } from 'chai';
import { inference, onCpu, refusal } from '../helper.js';
import { bitsOf, failure, firstBatch, quarters, smallNet } from './helper.js';

describe('trainStep', () => {
  onCpu();

  it('is forward pass, gradient and update', async () => {
    const model = smallNet();
    const batch = firstBatch(await quarters(8, 1), 8);
    const optimizer = sgd();
    const state = await trainState(model, { optimizer, seed: 3 });
    const lossOf = (params: Params) => softmaxCrossEntropy(batch.labels, model.apply(params, [batch.images], inference, {}).output);
    const { value, gradient } = valueAndGrad(lossOf)(state.params);
    const expected = optimizer.update(gradient, {}, state.params, { learningRate: tensor(0.5), step: tensor(1) }).params;
    const [wantedLoss, wanted] = [await value.item(), await bitsOf(expected)];

    const next = await trainStep(model, { loss: softmaxCrossEntropy, optimizer, learningRate: 0.5 })(state, batch);
    expect(await next.loss.item()).to.equal(wantedLoss);
    expect(await bitsOf(next.state.params)).to.deep.equal(wanted);
    expect(next.state.step).to.equal(1);
    expect(next.learningRate).to.equal(0.5);
  });

  it('compiles once for 1,000 steps of a cosine schedule, with another rate and other dropped elements in each', async function () {
    this.timeout(60_000);
    const model = sequential([dense({ units: 40, kernelInitializer: 'ones' }), dropout(0.5)], { inputShape: [1] });
    const optimizer = sgd();
    const learningRate = cosineDecay({ rate: 1e-3, steps: 1000 });
    const masks = new Set<string>();
    const rates = new Set<number>();
    const step = trainStep(model, { loss: meanSquaredError, optimizer, learningRate, metrics: { output: (_, predictions) => predictions } });
    let state = await trainState(model, { optimizer, seed: 5 });
    const [images, labels] = [tensor([[1]]), tensor(new Float32Array(40), [1, 40])];
    for (let i = 0; i < 1000; i++) {
      const result = await step(state, { images, labels });
      masks.add([...(await result.metrics.output!.data())].map((value) => (value === 0 ? '0' : '1')).join(''));
      rates.add(result.learningRate);
      state = result.state;
    }
    expect(step.programCount()).to.equal(1);
    expect(masks.size).to.equal(1000);
    expect(rates.size).to.equal(1000);
  });

  it('counts steps for the optimizer', async () => {
    const model = sequential([dense({ units: 1, useBias: false, kernelInitializer: 'zeros' })], { inputShape: [1] });
    const optimizer = adam({ epsilon: 0 });
    const step = trainStep(model, { loss: (_, predictions) => predictions.sum(), optimizer, learningRate: 1 });
    let state = await trainState(model, { optimizer });
    // A constant gradient, corrected for the step, moves by the rate each time.
    for (let i = 1; i <= 20; i++) {
      ({ state } = await step(state, { images: tensor([[1]]), labels: tensor([[0]]) }));
      expect((await kernelOf(state.params))[0]).to.be.closeTo(-i, i * 8 * 2 ** -24);
    }
    expect(state.step).to.equal(20);
  });

  it('leaves frozen parameters and their slots as they are, and computes no gradient of them', async () => {
    const model = smallNet();
    const optimizer = adam({ weightDecay: 0.1 });
    const state = await trainState(model, { optimizer });
    const before = { params: await bitsOf(state.params), slots: await bitsOf(state.optimizer) };
    const step = trainStep(model, { loss: softmaxCrossEntropy, optimizer, learningRate: 0.1, frozen: ['conv', 'head.bias'] });
    const next = await step((await step(state, firstBatch(await quarters(8, 1), 8))).state, firstBatch(await quarters(8, 2), 8));
    const after = { params: await bitsOf(next.state.params), slots: await bitsOf(next.state.optimizer) };
    for (const path of ['conv.kernel', 'conv.bias', 'head.bias']) {
      expect(after.params[path]).to.deep.equal(before.params[path]);
      expect(after.slots[`m.${path}`]).to.deep.equal(before.slots[`m.${path}`]);
    }
    expect(after.params['head.kernel']).not.to.deep.equal(before.params['head.kernel']);
    expect(Object.keys(after.params)).to.deep.equal(Object.keys(before.params));
    const unknown = trainStep(model, { loss: softmaxCrossEntropy, optimizer, learningRate: 0.1, frozen: ['body'] });
    expect((await failure(async () => unknown(next.state, firstBatch(await quarters(8, 1), 8)))).message).to.contain('body');
  });

  it('moves the statistics of batch normalisation', async () => {
    const model = sequential([flatten(), batchNorm({ momentum: 0.5 }), dense({ units: 4 })], { inputShape: [8, 8, 1] });
    const optimizer = sgd();
    const step = trainStep(model, { loss: softmaxCrossEntropy, optimizer, learningRate: 0.1 });
    const first = await trainState(model, { optimizer });
    const before = await bitsOf(first.state);
    const { state } = await step(first, firstBatch(await quarters(16, 1), 16));
    const after = await bitsOf(state.state);
    expect(Object.keys(after)).to.deep.equal(Object.keys(before)).and.have.length(2);
    for (const path of Object.keys(before)) expect(after[path]).not.to.deep.equal(before[path]);
  });

  it('gives the old state away, and keeps it where told', async () => {
    const model = smallNet();
    const optimizer = sgd();
    const batch = firstBatch(await quarters(8, 1), 8);
    const given = await trainState(model, { optimizer });
    const { state } = await trainStep(model, { loss: softmaxCrossEntropy, optimizer, learningRate: 0.1 })(given, batch);
    expect(await failure(() => namedParameters(given.params)[0]!.tensor.data())).to.include({ code: 'DONATED' });
    await trainStep(model, { loss: softmaxCrossEntropy, optimizer, learningRate: 0.1, donate: false })(state, batch);
    expect((await bitsOf(state.params))['conv.bias']).to.have.length(4);
  });

  it('leaves the state whole where a step fails or is cut short', async () => {
    const model = smallNet();
    const optimizer = adam();
    const step = trainStep(model, { loss: softmaxCrossEntropy, optimizer, learningRate: 0.1 });
    const state = await trainState(model, { optimizer });
    const before = await bitsOf(state.params);
    const batch = firstBatch(await quarters(8, 1), 8);
    expect(await failure(() => step(state, { ...batch, labels: tensor([1, 2], [2], 'int32') }))).to.include({ code: 'SHAPE_MISMATCH' });
    expect(await failure(() => step(state, batch, { signal: AbortSignal.abort() }))).to.include({ code: 'ABORTED' });
    expect(await bitsOf(state.params)).to.deep.equal(before);
    await step(state, batch);
  });

  describe('on a backend that takes the memory of the old state', () => {
    const run = async (backend: Backend, steps: number, disturb: (cutShort: () => Promise<void>) => Promise<void> = async () => undefined) => {
      const before = getBackend();
      await setBackend(backend);
      try {
        const model = smallNet({ drop: 0.25 });
        const optimizer = adam();
        const step = trainStep(model, { loss: softmaxCrossEntropy, optimizer, learningRate: 0.1 });
        let state = await trainState(model, { optimizer });
        for (let i = 0; i < steps; i++) {
          const batch = firstBatch(await quarters(16, i), 16);
          const held = await bitsOf(state.params);
          await disturb(async () => {
            let asked = 0;
            const signal = { get aborted() { return ++asked > 20; } };
            expect(await failure(() => step(state, batch, { signal }))).to.include({ code: 'ABORTED' });
            expect(await bitsOf(state.params)).to.deep.equal(held);
          });
          state = (await step(state, batch)).state;
        }
        return { params: await bitsOf(state.params), slots: await bitsOf(state.optimizer) };
      } finally {
        await setBackend(before);
      }
    };

    it('trains to the same bits, and takes every buffer of the state in every step', async () => {
      const backend = takingBackend();
      expect(await run(backend, 4)).to.deep.equal(await run(getBackend(), 4));
      // 4 parameters and their 8 slots.
      expect(backend.takenBuffers()).to.equal(4 * 12);
    });

    it('goes on from a whole state after every step that was cut short', async () => {
      const backend = takingBackend();
      expect(await run(backend, 3, (cutShort) => cutShort())).to.deep.equal(await run(getBackend(), 3));
    });
  });

  it('goes on with the same numbers from the same state, whatever was trained before', async () => {
    const model = smallNet({ drop: 0.5 });
    const optimizer = adam();
    const batch = firstBatch(await quarters(16, 1), 16);
    const results = [];
    for (const warm of [0, 3]) {
      const step = trainStep(model, { loss: softmaxCrossEntropy, optimizer, learningRate: 0.1 });
      let other = await trainState(model, { optimizer, seed: 9 });
      for (let i = 0; i < warm; i++) other = (await step(other, batch)).state;
      let state = await trainState(model, { optimizer, seed: 2 });
      for (let i = 0; i < 3; i++) state = (await step(state, batch)).state;
      results.push(await bitsOf(state.params));
    }
    expect(results[0]).to.deep.equal(results[1]);
  });

  it('takes a frozen plain record, and gives one', async () => {
    const state = await trainState(smallNet(), { optimizer: adam() });
    expect(Object.isFrozen(state) && Object.isFrozen(state.params) && Object.isFrozen(state.optimizer.m)).to.equal(true);
    const { state: next } = await trainStep(smallNet(), { loss: softmaxCrossEntropy, optimizer: adam(), learningRate: 0.1 })(state, firstBatch(await quarters(8, 1), 8));
    expect(Object.isFrozen(next) && Object.isFrozen(next.params) && Object.isFrozen(next.optimizer.m)).to.equal(true);
    expect(Object.keys(next)).to.deep.equal(Object.keys(state));
  });

  it('measures metrics on the predictions of the step', async () => {
    const optimizer = sgd();
    const model = smallNet();
    const step = trainStep(model, { loss: softmaxCrossEntropy, optimizer, learningRate: 0.1, metrics: { accuracy } });
    const { metrics } = await step(await trainState(model, { optimizer }), firstBatch(await quarters(16, 1), 16));
    expect(await metrics.accuracy!.item()).to.be.within(0, 1);
  });

  it('refuses options that do not exist, and states that do not fit', async () => {
    refusal(() => trainStep(smallNet(), { loss: softmaxCrossEntropy, optimizer: sgd(), learningRate: -1 }), 'INVALID_ARGUMENT');
    refusal(() => trainStep(smallNet(), { loss: softmaxCrossEntropy, optimizer: sgd(), learningRate: 1, lr: 1 } as never), 'INVALID_ARGUMENT');
    expect(await failure(() => trainState(sequential([flatten()]), { optimizer: sgd() }))).to.include({ code: 'INVALID_ARGUMENT' });
    const wrong = await failure(() => trainState(smallNet(), { optimizer: sgd(), params: { conv: { kernel: tensor([1]) }, tail: { bias: tensor([1]) } } }));
    expect(wrong).to.include({ code: 'SHAPE_MISMATCH' });
    for (const path of ['conv.kernel', 'conv.bias', 'head.kernel', 'tail.bias']) expect(wrong.message).to.contain(path);
  });

  const kernelOf = async (params: Params): Promise<number[]> => [...(await namedParameters(params).find(({ path }) => path.endsWith('kernel'))!.tensor.data())];

  describe('with detectAnomaly', () => {
    /** A layer of the user's that takes a logarithm. */
    const logarithm: Layer = {
      kind: 'logarithm',
      init: (inputs) => ({ params: {}, state: {}, output: inputs[0]! }),
      apply: (_, [x], __, state) => ({ output: x!.log(), state }),
    };
    const anomalyOf = async (model: ReturnType<typeof sequential>, loss: (labels: Tensor, predictions: Tensor) => Tensor, images: Tensor, learningRate = 0.1): Promise<UnfoldError> => {
      const optimizer = sgd();
      const step = trainStep(model, { loss, optimizer, learningRate, detectAnomaly: true });
      const state = await trainState(model, { optimizer, inputShapes: [images.shape.slice(1)], seed: 1 });
      return (await failure(() => step(state, { images, labels: tensor([[0]]) }))) as UnfoldError;
    };

    it('names the op and the line of a layer of the user', async () => {
      const model = sequential([dense({ units: 1, kernelInitializer: 'ones' }), logarithm, dense({ units: 1 })]);
      const error = await anomalyOf(model, meanSquaredError, tensor([[-1]]));
      expect(error).to.include({ code: 'NOT_FINITE', op: 'log' });
      expect(error.message).to.match(/NaN/).and.match(/\nat .*train-step\.test\.js:\d+:\d+/).and.match(/\nFix: /);
    });

    it('names the line of a loss', async () => {
      const loss = (_: Tensor, predictions: Tensor) => predictions.mul(0).reciprocal().sum();
      const error = await anomalyOf(sequential([dense({ units: 1 })]), loss, tensor([[1]]));
      expect(error.op).to.be.oneOf(['reciprocal', 'div']);
      expect(error.message).to.match(/Infinity/).and.match(/at loss \(.*train-step\.test\.js/);
    });

    it('names the line where a layer of this package was made', async () => {
      const model = sequential([dense({ units: 1, kernelInitializer: 'ones', activation: 'exponential' })]);
      const error = await anomalyOf(model, meanSquaredError, tensor([[1000]]));
      expect(error.op).to.equal('exp');
      expect(error.message).to.match(/at .*train-step\.test\.js/);
    });

    it('finds what only a gradient makes', async () => {
      const loss = (_: Tensor, predictions: Tensor) => predictions.mul(0).sqrt().sum();
      const error = await anomalyOf(sequential([dense({ units: 1 })]), loss, tensor([[1]]));
      expect(error.code).to.equal('NOT_FINITE');
      expect(error.message).to.match(/at loss \(.*train-step\.test\.js/);
    });

    it('names data that is not finite already', async () => {
      const error = await anomalyOf(sequential([dense({ units: 1 })]), meanSquaredError, tensor([[NaN]]));
      expect(error).to.include({ code: 'NOT_FINITE', argument: 'images' });
    });

    it('changes nothing where all is well, and leaves no old state behind', async () => {
      const model = smallNet();
      const optimizer = adam();
      const batch = firstBatch(await quarters(8, 1), 8);
      const results = [];
      for (const detectAnomaly of [false, true]) {
        const step = trainStep(model, { loss: softmaxCrossEntropy, optimizer, learningRate: 0.1, detectAnomaly });
        let state = await trainState(model, { optimizer });
        const bytes = [];
        for (let i = 0; i < 4; i++) {
          const result = await step(state, batch);
          state = result.state;
          result.loss.dispose();
          bytes.push(liveMemory().bytes);
        }
        expect(bytes[3]! - bytes[1]!).to.be.below(64);
        results.push(await bitsOf(state.params));
      }
      expect(results[0]).to.deep.equal(results[1]);
      expect(getBackend().name).to.equal('cpu');
    });
  });
});
