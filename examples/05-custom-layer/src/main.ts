// A layer of one's own among the layers of the library: trained, summarised and saved as if it were one of them.
import { drawDigits } from '@unfoldjs/digits';
import { openBackend, readFlags, runMain } from '@unfoldjs/example-support';
import { accuracy, adam, conv2d, dense, evaluate, fit, flatten, maxPool2d, namedParameters, sequential, softmaxCrossEntropy } from '@unfoldjs/nn';
import { squeezeExcite } from './squeeze-excite.js';

const flags = {
  images: { default: 1000, help: 'digits to learn from' },
  epochs: { default: 3, help: 'passes over them' },
} as const;

await runMain(async () => {
  const options = readFlags('Trains a model with a layer that is not in the library.', flags, process.argv.slice(2));
  if (!options) return;
  const backend = await openBackend('cpu');
  const model = sequential(
    [conv2d({ filters: 8, kernelSize: 3, activation: 'relu' }), squeezeExcite(4), maxPool2d({ poolSize: 3 }), flatten(), dense({ units: 10 })],
    { inputShape: [20, 20, 1] },
  );
  console.log(`\n${model.summary()}\n`);

  const train = drawDigits(options.images, { seed: 1 });
  const { state } = await fit(model, train, { loss: softmaxCrossEntropy, optimizer: adam(), learningRate: 0.005, metrics: { accuracy }, epochs: options.epochs, seed: 1 });
  const { metrics } = await evaluate(model, state, drawDigits(300, { seed: 2 }), { metrics: { accuracy } });
  console.log(`\n${(100 * (metrics['accuracy'] ?? NaN)).toFixed(1)} % of 300 others`);
  console.log(`its own parameters: ${namedParameters(state.params).filter(({ path }) => path.startsWith('squeezeExcite')).map(({ path, tensor }) => `${path} [${tensor.shape}]`).join(', ')}`);
  await backend.dispose();
});
