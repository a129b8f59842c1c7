import { liveMemory, randomUniform, setBackend, tensor } from '@unfoldjs/core';
import { cpu } from '@unfoldjs/backend-cpu';
import { wasm } from '@unfoldjs/backend-wasm';
import {
  accuracy,
  augmentation,
  batches,
  concat,
  connect,
  cosineDecay,
  decodeState,
  dense,
  earlyStopping,
  encodeState,
  evaluate,
  fit,
  flatten,
  functional,
  input,
  meanSquaredError,
  predict,
  sequential,
  sliceDataset,
  softmaxCrossEntropy,
  type Batch,
  type Dataset,
  type EpochEvent,
  type ProgressOutput,
  type TrainState,
} from '@unfoldjs/nn';
import { expect } from 'chai';
import { onCpu } from '../helper.js';
import { bitsOf, failure, options, quarters, smallNet } from './helper.js';

describe('fit', () => {
  onCpu();
  let data: Dataset;
  let other: Dataset;
  before(async () => {
    data = await quarters(100, 1);
    other = await quarters(60, 50);
  });

  it('learns, and tells its history', async () => {
    const { state, history, ended } = await fit(smallNet(), data, options({ epochs: 6, validation: other, learningRate: cosineDecay({ rate: 0.02, steps: 42 }) }));
    expect(ended).to.equal('epochs');
    expect(history.map(({ epoch, step }) => [epoch, step])).to.deep.equal([0, 1, 2, 3, 4, 5].map((epoch) => [epoch, 7 * (epoch + 1)]));
    expect(history.at(-1)!.loss).to.be.below(history[0]!.loss / 2);
    expect(history.at(-1)!.validation!.metrics.accuracy).to.be.above(0.9);
    expect(history.at(-1)!.learningRate).to.be.below(history[0]!.learningRate);
    for (const { seconds, imagesPerSecond } of history) expect(imagesPerSecond * seconds).to.be.closeTo(100, 1e-6);
    const measured = await evaluate(smallNet(), state, other, { loss: softmaxCrossEntropy, metrics: { accuracy } });
    expect({ loss: measured.loss, metrics: measured.metrics }).to.deep.equal({ loss: history.at(-1)!.validation!.loss, metrics: history.at(-1)!.validation!.metrics });
  });

  it('is the same for the same seed, and another for another', async () => {
    const train = async (seed: number) => bitsOf((await fit(smallNet({ drop: 0.3 }), data, options({ seed }))).state.params);
    const first = await train(1);
    expect(await train(1)).to.deep.equal(first);
    expect(await train(2)).not.to.deep.equal(first);
  });

  for (const backend of [cpu(), wasm()]) it(`resumes from any checkpoint to the same bits on ${backend.name}, in the middle of an epoch too`, async () => {
    await setBackend(backend);
    const model = smallNet({ drop: 0.3 });
    const augment = augmentation({ shift: 1, noise: 0.1 });
    const common = { epochs: 3, augment, seed: 4, learningRate: cosineDecay({ rate: 0.02, steps: 21 }) };
    const checkpoints: TrainState[] = [];
    const whole = await fit(model, data, options({ ...common, checkpointEvery: 5, onCheckpoint: async (state) => void checkpoints.push(decodeState<TrainState>(await encodeState(state))) }));
    const expected = { params: await bitsOf(whole.state.params), slots: await bitsOf(whole.state.optimizer) };
    expect(checkpoints.map(({ step }) => step)).to.deep.equal([5, 10, 15, 20]);
    for (const checkpoint of checkpoints) {
      const resumed = await fit(model, data, options({ ...common, state: checkpoint }));
      expect({ params: await bitsOf(resumed.state.params), slots: await bitsOf(resumed.state.optimizer) }).to.deep.equal(expected);
      expect(resumed.state.step).to.equal(21);
      expect(resumed.history.at(-1)!.epoch).to.equal(2);
    }
    await setBackend(cpu());
  });

  it('gives a checkpoint after each epoch where it is not told when', async () => {
    const steps: number[] = [];
    await fit(smallNet(), data, options({ epochs: 2, onCheckpoint: ({ step }) => void steps.push(step) }));
    expect(steps).to.deep.equal([7, 14]);
  });

  it('takes batches of a function, and resumes on them', async () => {
    const model = smallNet();
    const source = (epoch: number) => hostBatches(data, epoch);
    const whole = await fit(model, source, options({ epochs: 2 }));
    expect(whole.state.step).to.equal(14);
    const half = await fit(model, source, options({ epochs: 1 }));
    expect(await failure(() => fit(model, source, options({ epochs: 2, state: half.state })))).to.include({ argument: 'stepsPerEpoch' });
    const resumed = await fit(model, source, options({ epochs: 2, state: half.state, stepsPerEpoch: 7 }));
    expect(await bitsOf(resumed.state.params)).to.deep.equal(await bitsOf(whole.state.params));
  });

  it('trains models of several inputs', async () => {
    const [a, b] = [input([2]), input([1])];
    const model = functional([a, b], connect(concat(), a, b).pipe(dense({ units: 1 })));
    // The sum of all three numbers: a dense layer can know it exactly.
    function* source(epoch: number): Generator<Batch> {
      const [x, y] = [randomUniform([32, 2], { seed: 2 * epoch }), randomUniform([32, 1], { seed: 2 * epoch + 1 })];
      yield { images: [x, y], labels: x.sum({ axes: 1, keepDims: true }).add(y) };
    }
    const { history } = await fit(model, source, options({ loss: meanSquaredError, metrics: {}, learningRate: 0.05, epochs: 200 }));
    expect(history.at(-1)!.loss).to.be.below(1e-3);
  });

  it('leaves out a last batch that is not full where told', async () => {
    expect((await fit(smallNet(), data, options({ dropLast: true }))).state.step).to.equal(6);
  });

  it('stops early when the monitored number no longer improves, and gives the best back', async () => {
    const losses = [3, 2, 2.5, 1, 1.5, 1.25, 0.5];
    const states: Record<string, number[]>[] = [];
    let epoch = 0;
    const scripted = earlyStopping({ monitor: 'loss', patience: 2, restoreBest: true });
    const callback = {
      ...scripted,
      async onEpochEnd(event: EpochEvent) {
        states.push(await bitsOf(event.state.params));
        await scripted.onEpochEnd!({ ...event, record: { ...event.record, loss: losses[epoch++]! } });
      },
    };
    const { state, history, ended } = await fit(smallNet(), data, options({ epochs: 7, callbacks: [callback] }));
    expect(ended).to.equal('callback');
    expect(history.length).to.equal(6);
    expect(await bitsOf(state.params)).to.deep.equal(states[3]);
    expect(await failure(() => fit(smallNet(), data, options({ callbacks: [earlyStopping()] })))).to.include({ code: 'INVALID_ARGUMENT', argument: 'monitor' });
  });

  it('calls back after each step, and stops when told', async () => {
    const seen: number[] = [];
    const onStepEnd = ({ state, stop }: { state: TrainState; stop: () => void }) => void (seen.push(state.step) === 3 && stop());
    const { state, ended } = await fit(smallNet(), data, options({ callbacks: [{ onStepEnd }] }));
    expect([seen, state.step, ended]).to.deep.equal([[1, 2, 3], 3, 'callback']);
  });

  it('ends at a signal with the state after the last whole step, from which it goes on', async () => {
    const model = smallNet();
    const stopper = new AbortController();
    const onStepEnd = ({ state }: { state: TrainState }) => void (state.step === 9 && stopper.abort());
    const { state, history, ended } = await fit(model, data, options({ epochs: 2, signal: stopper.signal, callbacks: [{ onStepEnd }] }));
    expect([state.step, history.length, ended]).to.deep.equal([9, 1, 'aborted']);
    const [rest, whole] = [await fit(model, data, options({ epochs: 2, state })), await fit(model, data, options({ epochs: 2 }))];
    expect(await bitsOf(rest.state.params)).to.deep.equal(await bitsOf(whole.state.params));
  });

  it('names what made the first NaN where told to look', async () => {
    const images = Float32Array.from(data.images.data as Float32Array);
    images[50 * 64] = Infinity;
    const broken = { ...data, images: { ...data.images, data: images } };
    expect(await failure(() => fit(smallNet(), broken, options({ detectAnomaly: true })))).to.include({ code: 'NOT_FINITE', argument: 'images' });
  });

  it('refuses what it cannot train on', async () => {
    expect(await failure(() => fit(smallNet(), 7 as never, options()))).to.include({ argument: 'data' });
    expect(await failure(() => fit(smallNet(), () => [], options()))).to.include({ argument: 'data' });
    expect(await failure(() => fit(smallNet(), data, options({ epochs: 0 })))).to.include({ argument: 'epochs' });
    expect(await failure(() => fit(smallNet(), data, { ...options(), batchsize: 3 } as never))).to.include({ argument: 'batchsize' });
  });

  it('leaves nothing but its state in memory', async () => {
    const model = smallNet();
    await setBackend(cpu());
    const before = liveMemory();
    const { state } = await fit(model, data, options({ validation: other }));
    const parameters = (3 * 3 * 4 + 4 + 36 * 4 + 4) * 4;
    expect(liveMemory().bytes - before.bytes).to.be.at.most(3 * parameters);
    expect(state.step).to.equal(7);
  });

  describe('progress', () => {
    const recorder = (isTTY: boolean) => {
      const written: string[] = [];
      const output: ProgressOutput = { isTTY, columns: 120, write: (text) => written.push(text) };
      let time = 0;
      return { written, progress: { output, now: () => (time += 200) } };
    };

    it('is a line for each epoch where nothing can be redrawn', async () => {
      const { written, progress } = recorder(false);
      await fit(smallNet(), data, options({ epochs: 2, progress, validation: other }));
      expect(written.length).to.equal(2);
      expect(written[0]).to.match(/^epoch 1\/2  step 7  [\d.]+ s  \d+ images\/s  loss \d\.\d{4}  accuracy \d\.\d{4}  validation loss \d\.\d{4}  accuracy \d\.\d{4}\n$/);
    });

    it('is a bar on a terminal, redrawn in its line and replaced by that of the epoch', async () => {
      const { written, progress } = recorder(true);
      await fit(smallNet(), data, options({ progress }));
      const bars = written.filter((text) => text.startsWith('\repoch'));
      expect(bars.length).to.equal(7);
      expect(bars[3]).to.match(/^\repoch 1\/1 \[=+> +\] 4\/7  ETA [\d.]+ s  \d+ images\/s  loss \d\.\d{4}  accuracy \d\.\d{4}\u001b\[K$/);
      expect(written.slice(-2)[0]).to.equal('\r\u001b[K');
      expect(written.at(-1)).to.match(/^epoch 1\/1  step 7 .*\n$/);
    });

    it('leaves the line clean where training fails', async () => {
      const { written, progress } = recorder(true);
      await failure(() => fit(smallNet(), data, options({ progress, callbacks: [{ onStepEnd: () => Promise.reject(new Error('mine')) }] })));
      expect(written.at(-1)).to.equal('\r\u001b[K');
    });
  });
});

describe('evaluate and predict', () => {
  onCpu();

  it('see every example once, whatever the size of a batch', async () => {
    const data = await quarters(50, 7);
    const model = smallNet();
    const { state } = await fit(model, data, options());
    const [small, large] = await Promise.all([7, 50].map((batchSize) => evaluate(model, state, data, { loss: softmaxCrossEntropy, metrics: { accuracy }, confusion: true, batchSize })));
    expect(small!.examples).to.equal(50);
    expect(small!.confusion).to.deep.equal(large!.confusion);
    expect(small!.confusion!.flat().reduce((a, b) => a + b)).to.equal(50);
    expect(small!.metrics.accuracy).to.be.closeTo(large!.metrics.accuracy!, 1e-6);
    const hits = small!.confusion!.reduce((sum, row, i) => sum + row[i]!, 0);
    expect(small!.metrics.accuracy).to.be.closeTo(hits / 50, 1e-6);

    const [fromData, parts] = [await predict(model, state, data), await predict(model, state, data, { batchSize: 7 })];
    expect(fromData.shape).to.deep.equal([50, 4]);
    expect([...(await parts.data())]).to.deep.equal([...(await fromData.data())]);
  });

  it('predict takes a tensor and leaves it alone', async () => {
    const images = tensor([[1, -2], [3, 4], [5, 6]]);
    const model = sequential([flatten()]);
    for (const batchSize of [1, 2, 3]) expect(await (await predict(model, { params: {} }, images, { batchSize })).array()).to.deep.equal([[1, -2], [3, 4], [5, 6]]);
    expect(await failure(() => predict(model, { params: {} }, sliceDatasetOf()))).to.include({ code: 'INVALID_ARGUMENT' });
  });

  it('stop at a signal', async () => {
    const data = await quarters(10, 7);
    const model = smallNet();
    const { params, state } = model.init([[8, 8, 1]], 1);
    const signal = AbortSignal.abort();
    expect(await failure(() => evaluate(model, { params, state }, data, { signal, confusion: true }))).to.include({ code: 'ABORTED' });
    expect(await failure(() => predict(model, { params, state }, data, { signal }))).to.include({ code: 'ABORTED' });
  });

  it('refuse data without examples', async () => {
    const data = sliceDataset(await quarters(4, 1), 0, 0);
    expect(await failure(() => evaluate(smallNet(), smallNet().init([[8, 8, 1]], 1), data))).to.include({ code: 'INVALID_ARGUMENT' });
  });
});

const sliceDatasetOf = (): Dataset => ({ images: { data: new Float32Array(0), shape: [0, 1, 1, 2] }, labels: new Int32Array(0), classes: [] });

/** What `fit` would make of a dataset, as a user's own source. */
async function* hostBatches(dataset: Dataset, epoch: number): AsyncGenerator<Batch> {
  for await (const { images, shape, labels } of batches(dataset, { batchSize: 16, shuffle: true, epoch })) {
    yield { images: tensor(images, shape), labels: tensor(labels, [labels.length], 'int32') };
  }
}
