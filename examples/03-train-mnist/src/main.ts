// Trains on MNIST, or a set in its form: npm run example 03-train-mnist -- --data folder
import { join } from 'node:path';
import { explainStep, openBackend, readFlags, runMain } from '@unfoldjs/example-support';
import { augmentation, batchCount, fit, hostTensorOf, parameterAt, predict } from '@unfoldjs/nn';
import { saveCheckpoint, saveParams, writeReport } from '@unfoldjs/nn/node';
import { findingsOf } from '@unfoldjs/nn/report';
import { readSplit } from './data.js';
import { mnistModel, recipe } from './model.js';
import { flags } from './options.js';

await runMain(async () => {
  const options = readFlags('A CNN learns MNIST, or a set in its form.', flags, process.argv.slice(2));
  if (!options) return;
  const { epochs, batch: batchSize, seed, out, shift, rotate, zoom, flip } = options;
  const { train, test } = await readSplit(options);
  console.log(`${train.labels.length} images to learn from, ${test.labels.length} to ${options.choose ? 'choose settings with' : 'test with'}`);
  const backend = await openBackend(options.backend);

  const model = mnistModel(train.images.shape.slice(1), train.classes.length, options);
  const steps = epochs * batchCount(train, { batchSize });
  const settings = recipe({ ...options, steps });
  const summary = String(model.summary());
  const explained = await explainStep(model, settings, train, batchSize);
  console.log(`\n${summary}\n\n${explained}\n`);

  const startedAt = performance.now();
  const { state, history } = await fit(model, train, {
    ...settings,
    epochs,
    batchSize,
    seed,
    ...(shift || rotate || zoom || flip ? { augment: augmentation({ shift, rotate, zoom, flip }) } : {}),
    onCheckpoint: (current) => saveCheckpoint(join(out, 'checkpoint.safetensors'), current),
  });
  const seconds = (performance.now() - startedAt) / 1000;
  const scores = await hostTensorOf(await predict(model, state, test));
  const evaluation = { dataset: test, scores: scores.data as Float32Array };
  const accuracy = (100 * findingsOf(evaluation).accuracy).toFixed(2);
  console.log(`\ntrained in ${seconds.toFixed(1)} s; accuracy ${accuracy} % of ${test.labels.length} images, seed ${seed}`);

  await saveParams(join(out, 'weights.safetensors'), state.params, { accuracy, seed: String(seed) });
  const page = join(out, 'report.html');
  const filters = await hostTensorOf(parameterAt(state.params, 'conv2d.kernel'));
  const facts = { backend: backend.name, epochs, 'batch size': batchSize, steps, seed, 'training time': `${seconds.toFixed(1)} s` };
  await writeReport(page, { title: 'Training on MNIST', facts, history, test: evaluation, filters, texts: { 'The model': summary, 'One step of training': explained } });
  console.log(`Look at ${page}`);
  await backend.dispose();
});
