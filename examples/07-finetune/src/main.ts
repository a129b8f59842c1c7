// Somebody's model, cut at a named tensor, with a new head on: only the head is trained, and the whole is written again.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { placeholder, tensor } from '@unfoldjs/core';
import { openBackend, readFlags, runMain } from '@unfoldjs/example-support';
import { accuracy, adam, dense, evaluate, fit, flatten, namedParameters, sequential, softmaxCrossEntropy } from '@unfoldjs/nn';
import { exportOnnx, importOnnx } from '@unfoldjs/onnx';
import { importedLayer } from './imported-layer.js';
import { cloth, ownModel, thirds } from './materials.js';

const flags = {
  model: { default: '', help: 'an ONNX file; without one, a small network is trained on drawn digits first' },
  cut: { default: 'features', help: 'the tensor of the model that the new head reads' },
  images: { default: '', help: 'IDX file of images, 28 x 28 (needs --labels); without one, drawn digits in three classes' },
  labels: { default: '', help: 'IDX file of their labels' },
  scale: { default: 255, help: 'what a white pixel is to the model' },
  epochs: { default: 20, help: 'passes over the images' },
  out: { default: 'out/finetune', help: 'folder of the file' },
} as const;

await runMain(async () => {
  const options = readFlags('Puts a new head on a model from an ONNX file.', flags, process.argv.slice(2));
  if (!options) return;
  const backend = await openBackend('wasm');
  mkdirSync(options.out, { recursive: true });

  const file = options.model || join(options.out, 'base.onnx');
  if (!options.model) writeFileSync(file, await ownModel());
  const base = await importOnnx(file, { freeBatch: true });
  console.log(`${file}\n\n${base.summary()}\n`);

  const data = options.images ? await cloth(options.images, options.labels, options.scale) : thirds(options.scale);
  const { classes } = data;
  const model = sequential([importedLayer(base, options.cut), flatten(), dense({ units: classes })], { inputShape: [28, 28, 1] });
  const before = await Promise.all(namedParameters(base.params).map(async ({ tensor }) => (await tensor.data()).slice()));
  const { state } = await fit(model, data.train, {
    loss: softmaxCrossEntropy,
    optimizer: adam(),
    learningRate: 0.01,
    metrics: { accuracy },
    frozen: ['imported'],
    epochs: options.epochs,
    batchSize: 50,
    seed: 1,
    progress: false,
  });
  const { metrics } = await evaluate(model, state, data.test, { metrics: { accuracy } });
  const after = namedParameters(state.params).filter(({ path }) => path.startsWith('imported'));
  const same = await Promise.all(after.map(async ({ tensor }, i) => Buffer.compare(Buffer.from((await tensor.data()).buffer), Buffer.from(before[i]!.buffer)) === 0));
  console.log(`a new head on \`${options.cut}\`, everything beneath it frozen: ${(100 * (metrics['accuracy'] ?? NaN)).toFixed(1)} % of ${data.test.labels.length} others in ${classes} classes`);
  console.log(`parameters of the model as they were: ${same.filter(Boolean).length} of ${same.length}`);

  // The whole as a file for others; read again, it gives the same.
  const forward = (images: Parameters<typeof model.apply>[1][number]) => model.apply(state.params, [images], { training: false, random: () => { throw new Error('nothing is random'); } }, state.state).output;
  const written = join(options.out, 'finetuned.onnx');
  writeFileSync(written, await exportOnnx(forward, [placeholder([null, 28, 28, 1])], { params: state.params, inputNames: ['images'], outputNames: ['logits'] }));
  const again = await importOnnx(readFileSync(written));
  const some = tensor(Float32Array.from({ length: 4 * 784 }, (_, i) => (i * 7) % options.scale), [4, 28, 28, 1]);
  const [a, b] = (await Promise.all([forward(some).data(), again.apply(again.params, [some])[0]!.data()])) as [Float32Array, Float32Array];
  const worst = a.reduce((most, value, i) => Math.max(most, Math.abs(value - b[i]!)), 0) / a.reduce((most, value) => Math.max(most, Math.abs(value)), 1e-9);
  console.log(`${written}: read again, it gives the same logits${worst > 1e-5 ? `, but for ${worst}` : ''}`);
  await backend.dispose();
});
