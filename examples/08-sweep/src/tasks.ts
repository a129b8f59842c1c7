// What workers can do: they load this module, and run nothing else.
import { setBackend } from '@unfoldjs/core';
import { wasm } from '@unfoldjs/backend-wasm';
import { drawDigits } from '@unfoldjs/digits';
import { defineTrial } from '@unfoldjs/distributed';
import { accuracy, adam, decodeState, encodeState, fit, softmaxCrossEntropy, type TrainState } from '@unfoldjs/nn';
import { modelOf, type Settings } from './model.js';

/** Workers call this when they start. One thread each, as there are as many workers as cores. */
export const setup = () => setBackend(wasm({ threads: 1 }));

const train = drawDigits(1500, { seed: 1 });
const validation = drawDigits(500, { seed: 2 });

/** Trains for as many epochs as the budget says, from where the last budget ended. */
export const digits = defineTrial({
  name: 'digits',
  async run(settings: Settings, { budget, seed, resumeFrom, report, signal }) {
    const { state, history } = await fit(modelOf(settings), train, {
      loss: softmaxCrossEntropy,
      optimizer: adam(),
      learningRate: settings.rate,
      metrics: { accuracy },
      batchSize: settings.batchSize,
      epochs: budget,
      validation,
      seed,
      state: resumeFrom && decodeState<TrainState>(resumeFrom),
      signal,
      progress: false,
      callbacks: [{ onEpochEnd: ({ record: { epoch, validation: measured } }) => report(epoch + 1, { ...measured!.metrics, loss: measured!.loss }) }],
    });
    signal.throwIfAborted();
    const { metrics, loss } = history.at(-1)!.validation!;
    return { metrics: { ...metrics, loss }, checkpoint: await encodeState(state) };
  },
});
