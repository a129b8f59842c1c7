// Weights and checkpoints as safetensors files: train, stop, go on, and use the weights elsewhere.
import { join } from 'node:path';
import { drawDigits } from '@unfoldjs/digits';
import { openBackend, readFlags, runMain } from '@unfoldjs/example-support';
import { accuracy, adam, conv2d, dense, encodeState, evaluate, fit, flatten, maxPool2d, sequential, softmaxCrossEntropy, type TrainState } from '@unfoldjs/nn';
import { loadCheckpoint, loadParams, saveCheckpoint, saveParams } from '@unfoldjs/nn/node';

const flags = {
  images: { default: 600, help: 'digits to learn from' },
  out: { default: 'out/save-and-load', help: 'folder of the files' },
} as const;

await runMain(async () => {
  const options = readFlags('Saves and loads what a model has learned.', flags, process.argv.slice(2));
  if (!options) return;
  const backend = await openBackend('cpu');
  const model = sequential([conv2d({ filters: 6, kernelSize: 3, activation: 'relu' }), maxPool2d({ poolSize: 3 }), flatten(), dense({ units: 10 })], { inputShape: [20, 20, 1] });
  const train = drawDigits(options.images, { seed: 1 });
  const test = drawDigits(200, { seed: 2 });
  const recipe = { loss: softmaxCrossEntropy, optimizer: adam(), learningRate: 0.005, batchSize: 20, seed: 7, progress: false } as const;
  const [checkpoint, weights] = ['checkpoint.safetensors', 'weights.safetensors'].map((name) => join(options.out, name)) as [string, string];

  // A checkpoint holds everything that training goes on from. It is replaced as a whole: a process that is killed leaves the one before.
  await fit(model, train, { ...recipe, epochs: 1, onCheckpoint: (state) => saveCheckpoint(checkpoint, state) });
  const resumed = await fit(model, train, { ...recipe, epochs: 2, state: await loadCheckpoint(checkpoint) });
  const straight = await fit(model, train, { ...recipe, epochs: 2 });
  console.log(`stopped after epoch 1 and resumed, against straight through: ${(await isSame(resumed.state, straight.state)) ? 'the same bits' : 'DIFFERENT'}`);

  // Weights alone, in the format that PyTorch, JAX and others read, with notes of your own.
  await saveParams(weights, resumed.state.params, { trainedOn: `${options.images} digits` });
  const { params, metadata } = await loadParams(weights, model.init([[20, 20, 1]], 0).params);
  const { metrics } = await evaluate(model, { params }, test, { metrics: { accuracy } });
  console.log(`loaded weights, trained on ${metadata['trainedOn']}: ${(100 * (metrics['accuracy'] ?? NaN)).toFixed(1)} % of ${test.labels.length} others`);

  // A file of another model is refused with a list of everything that does not fit.
  const wider = sequential([conv2d({ filters: 8, kernelSize: 3 }), flatten(), dense({ units: 10 })]);
  const refusal: unknown = await loadParams(weights, wider.init([[20, 20, 1]], 0).params).catch((error: unknown) => error);
  console.log(`\n${(refusal as Error).message}`);
  await backend.dispose();
});

async function isSame(a: TrainState, b: TrainState): Promise<boolean> {
  return Buffer.compare(await encodeState(a), await encodeState(b)) === 0;
}
