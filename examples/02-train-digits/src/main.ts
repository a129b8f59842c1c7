// `npm start -- train`: a small CNN learns digits that the project draws itself.
import { join } from 'node:path';
import { drawDigits } from '@unfoldjs/digits';
import { backendNames, explainStep, openBackend, readFlags, runMain } from '@unfoldjs/example-support';
import { batchCount, fit, hostTensorOf, parameterAt, predict, sliceDataset } from '@unfoldjs/nn';
import { writeReport } from '@unfoldjs/nn/node';
import { findingsOf } from '@unfoldjs/nn/report';
import { digitsModel, recipe } from './model.js';

const flags = {
  epochs: { default: 5, help: 'passes over the training images' },
  train: { default: 5000, help: 'images to learn from, the last tenth of them for validation' },
  test: { default: 2000, help: 'images of another seed to test with' },
  batch: { default: 32, help: 'images a step' },
  seed: { default: 1, help: 'of the images, the weights and their order' },
  out: { default: 'out/train-digits', help: 'folder of the report' },
  backend: { default: 'auto', words: backendNames, help: 'what runs it' },
} as const;

await runMain(async () => {
  const options = readFlags('A small CNN learns digits that the project draws itself.', flags, process.argv.slice(2));
  if (!options) return;
  const { epochs, batch: batchSize, seed, out } = options;
  const backend = await openBackend(options.backend);

  const drawn = drawDigits(options.train, { seed });
  const split = Math.floor(0.9 * options.train);
  const [train, validation] = [sliceDataset(drawn, 0, split), sliceDataset(drawn, split)];
  const test = drawDigits(options.test, { seed: seed + 1 });
  console.log(`${options.train} digits drawn to learn from, ${options.test} of another seed to test with\n`);

  const model = digitsModel(train.images.shape.slice(1));
  const steps = epochs * batchCount(train, { batchSize });
  const summary = String(model.summary());
  const explained = await explainStep(model, recipe(steps), train, batchSize);
  console.log(`${summary}\n\none step of training\n${explained}\n`);

  const startedAt = performance.now();
  const { state, history } = await fit(model, train, { ...recipe(steps), epochs, batchSize, seed, validation });
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
  const scores = await hostTensorOf(await predict(model, state, test));
  const evaluation = { dataset: test, scores: scores.data as Float32Array };
  const accuracy = (100 * findingsOf(evaluation).accuracy).toFixed(2);
  console.log(`\ntrained in ${seconds} s; test accuracy ${accuracy} % of ${options.test} images of another seed`);

  const page = join(out, 'report.html');
  const filters = await hostTensorOf(parameterAt(state.params, 'conv2d.kernel'));
  const facts = { backend: backend.name, epochs, 'batch size': batchSize, steps, seed, 'training time': `${seconds} s` };
  await writeReport(page, { title: 'Digits drawn by strokes', facts, history, test: evaluation, filters, texts: { 'The model': summary, 'One step of training': explained } });
  console.log(`Look at ${page}`);
  await backend.dispose();
});
