import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, truncateSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { tensor, UnfoldError } from '@unfoldjs/core';
import { adam, augmentation, batches, conv2d, datasetOf, dense, dropout, flatten, randomAt, sequential, softmaxCrossEntropy, trainState, trainStep, type TrainState } from '@unfoldjs/nn';
import { loadCheckpoint, saveCheckpoint, saveParams } from '@unfoldjs/nn/node';
import { onCpu } from '../helper.js';

const writer = fileURLToPath(new URL('./checkpoint-writer.js', import.meta.url));

describe('checkpoints', () => {
  onCpu();
  let folder: string;
  before(() => (folder = mkdtempSync(join(tmpdir(), 'checkpoints-'))));
  after(() => rmSync(folder, { recursive: true }));

  it('stay whole when the process that writes them is killed at any moment', async function () {
    this.timeout(120_000);
    const path = join(folder, 'killed.safetensors');
    let before = 0;
    const random = randomAt(1);
    for (let kill = 0; kill < (process.env.UNFOLD_LONG === '1' ? 100 : 12); kill++) {
      const child = spawn(process.execPath, [writer, path], { stdio: ['ignore', 'pipe', 'inherit'] });
      await once(child.stdout, 'data');
      await wait(random.between(0, 25));
      child.kill('SIGKILL');
      await once(child, 'exit');
      const { params, step } = await loadCheckpoint(path);
      for (const values of Object.values(params)) expect(new Set(await (values as ReturnType<typeof tensor>).data())).to.deep.equal(new Set([step]));
      before += step;
    }
    // The writers did get on, so that there were writes to interrupt.
    expect(before).to.be.above(12);
  });

  it('let training go on to the very same bits', async () => {
    const images = Float32Array.from({ length: 24 * 16 }, (_, i) => ((i * 7) % 11) / 11);
    const dataset = datasetOf({ images, shape: [4, 4, 1], labels: Array.from({ length: 24 }, (_, i) => i % 3) });
    const model = sequential([conv2d({ filters: 2, kernelSize: 3, activation: 'relu' }), flatten(), dropout(0.3), dense({ units: 3 })], { inputShape: [4, 4, 1] });
    const optimizer = adam();
    const step = trainStep(model, { optimizer, loss: softmaxCrossEntropy, learningRate: 0.01 });
    const options = { batchSize: 6, shuffle: true, seed: 3, augment: augmentation({ shift: 1 }) };
    const train = async (state: TrainState, skip: number, end: number): Promise<TrainState> => {
      let next = state;
      for await (const { images: pixels, shape, labels } of batches(dataset, { ...options, skip })) {
        if (next.step >= end) break;
        ({ state: next } = await step(next, { images: tensor(pixels, shape), labels: tensor(labels, [labels.length], 'int32') }));
      }
      return next;
    };
    const path = join(folder, 'half.safetensors');
    const start = (): Promise<TrainState> => trainState(model, { optimizer, seed: 5 });
    const whole = await train(await start(), 0, 4);
    await saveCheckpoint(path, await train(await start(), 0, 2));
    const resumed = await train(await loadCheckpoint(path), 2, 4);
    expect(resumed.step).to.equal(4);
    expect(await flat(resumed)).to.deep.equal(await flat(whole));
    expect(await flat(resumed)).not.to.deep.equal(await flat(await start()));
  });

  it('that are cut off, missing or plain weights are refused', async () => {
    const path = join(folder, 'cut.safetensors');
    const state: TrainState = { params: { a: tensor([1, 2]) }, state: {}, optimizer: {}, step: 1, seed: 1 };
    await saveCheckpoint(path, state);
    truncateSync(path, 100);
    await saveParams(join(folder, 'weights'), state.params);
    for (const file of [path, join(folder, 'none'), join(folder, 'weights')]) {
      const error: unknown = await loadCheckpoint(file).catch((thrown: unknown) => thrown);
      expect(error).to.be.instanceOf(UnfoldError).with.property('code', 'INVALID_FILE');
    }
  });
});

/** All numbers of a state, with their paths. */
async function flat(state: TrainState): Promise<Record<string, number[]>> {
  const found: Record<string, number[]> = {};
  const visit = async (tree: object, path: string): Promise<void> => {
    for (const [name, entry] of Object.entries(tree)) {
      if ('data' in entry && typeof entry.data === 'function') found[`${path}.${name}`] = [...(await (entry as ReturnType<typeof tensor>).data())];
      else await visit(entry as object, `${path}.${name}`);
    }
  };
  await visit({ params: state.params, state: state.state, optimizer: state.optimizer }, '');
  return found;
}
