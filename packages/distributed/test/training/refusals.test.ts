import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { setBackend, UnfoldError } from '@unfoldjs/core';
import { cpu } from '@unfoldjs/backend-cpu';
import { defineTraining, type Json, type Training } from '@unfoldjs/distributed';
import { dense, fit, flatten, sequential, sgd } from '@unfoldjs/nn';
import { loadCheckpoint, saveCheckpoint } from '@unfoldjs/nn/node';
import { skip } from '@unfoldjs/test-support';
import { expect } from 'chai';
import { World } from './double-engine.js';
import { bitsOf, convolutional, exact, halves, onDouble, type RunOptions } from './trainings.js';

/** The error of a promise, checked to be a typed one that ends with its fix. */
async function refusal(promise: Promise<unknown>, code: string): Promise<UnfoldError> {
  const error: unknown = await promise.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof UnfoldError)) throw new Error(`wanted ${code}, not ${String(error)}`);
  expect(error.code, error.message).to.equal(code);
  expect(error.message).to.match(/\nFix: .+\.$/);
  return error;
}

let folder: string;
before(() => (folder = mkdtempSync(join(tmpdir(), 'refusals-'))));
after(() => rmSync(folder, { recursive: true }));

describe('checkpoints of rounds', () => {
  before(async () => void (await setBackend(cpu())));

  it('of another training are refused, with what differs', async () => {
    const own: RunOptions = { folder: join(folder, 'own'), localSteps: 2 };
    await onDouble(convolutional(), 2, own);
    const others: [string, Training, number, RunOptions][] = [
      ['seed', convolutional(), 2, { seed: 1 }],
      ['workers', convolutional(), 3, {}],
      ['localSteps', convolutional(), 2, { localSteps: 3 }],
      ['batchSize', convolutional(), 2, { batchSize: 4 }],
      ['outer', convolutional(), 2, { outer: {} }],
      ['optimizer', convolutional({ optimizer: sgd() }), 2, {}],
      ['images', convolutional({ data: halves(23) }), 2, {}],
      ['head.kernel', convolutional({ model: sequential([flatten(), dense({ units: 3, name: 'head' })], { inputShape: [4, 4, 1] }) }), 2, {}],
    ];
    for (const [what, training, workers, options] of others) {
      const error = await refusal(onDouble(training, workers, { ...own, ...options }), 'DATA_MISMATCH');
      expect(error.argument).to.equal('folder');
      expect(error.message).to.contain(`\n  ${what} `);
    }
  });

  it('that are damaged, or of a training of another kind, are refused', async () => {
    const own: RunOptions = { folder: join(folder, 'damaged') };
    await onDouble(exact(), 2, own);
    const file = join(folder, 'damaged/training.safetensors');
    const state = await loadCheckpoint(file);
    writeFileSync(file, readFileSync(file).subarray(0, 300));
    await refusal(onDouble(exact(), 2, own), 'INVALID_FILE');
    await saveCheckpoint(file, { params: state.params, state: state.state, optimizer: state.optimizer, step: 1, seed: 0 });
    expect((await refusal(onDouble(exact(), 2, own), 'INVALID_FILE')).problem).to.contain('another kind');
  });

  it('are states that fit goes on from', async () => {
    const training = exact();
    await onDouble(training, 2, { folder: join(folder, 'fit'), localSteps: 2 });
    const { model, data } = await training.prepare();
    const { params, state, optimizer, step, seed } = await loadCheckpoint(join(folder, 'fit/training.safetensors'));
    const { loss, learningRate } = training.options;
    const result = await fit(model, data, { loss, optimizer: training.options.optimizer, learningRate, batchSize: 8, epochs: 2, progress: false, state: { params, state, optimizer, step, seed } });
    expect(result.state.step).to.equal(4);
  });

  it('on a full disk end the training with an error, and leave one to go on from', function () {
    this.timeout(20_000);
    const script = fileURLToPath(new URL('./full-disk.js', import.meta.url));
    const own = mkdtempSync(join(folder, 'full-'));
    const inNamespace = (command: string) => spawnSync('unshare', ['-rm', 'sh', '-c', `mount -t tmpfs -o size=96k tmpfs "$1" && ${command}`, 'sh', own, process.execPath, script], { encoding: 'utf8' });
    if (inNamespace('true').status !== 0) skip(this, 'this system lets nobody mount a small disk');
    const { stdout, stderr, status } = inNamespace('exec "$2" "$3" "$1"');
    expect(status, stderr).to.equal(0);
    expect(JSON.parse(stdout)).to.deep.equal({ code: 'INVALID_FILE', reason: true, roundBefore: 1, same: true });
  });
});

describe('jobs of rounds', () => {
  before(async () => void (await setBackend(cpu())));
  const run = (payload: (given: Record<string, Json>) => Json, options: RunOptions = {}) =>
    onDouble(convolutional(), 2, options, { payload: (job) => payload(job.payload as Record<string, Json>) });

  it('whose payload is none are refused, and the field is named', async () => {
    const wrong: [string, unknown][] = [
      ['mode', 'evaluate'],
      ['round', -1],
      ['shard', 2],
      ['steps', 2],
      ['batchSize', 0.5],
      ['seed', '1'],
      ['examples', null],
      ['epoch', 2 ** 40],
      ['model', { key: 'x' }],
      ['model', { key: 'x'.repeat(300), bytes: 1 }],
      ['slots', { key: 'x', bytes: -1 }],
      ['extra', 1],
    ];
    for (const [field, value] of wrong) {
      const error = await refusal(run((given) => ({ ...given, [field]: value as Json })), 'TASK_FAILED');
      expect(error.message).to.contain('(PAYLOAD_REFUSED)').and.to.contain(`payload.${field}`);
    }
    expect((await refusal(run(() => 'text'), 'TASK_FAILED')).message).to.contain('it is no record');
  });

  it('of a worker with other data or another optimizer, and of steps beyond the data, are refused', async () => {
    expect((await refusal(run((given) => ({ ...given, examples: 21 })), 'TASK_FAILED')).message).to.contain('those of this worker 22');
    expect((await refusal(run((given) => ({ ...given, steps: 2 ** 50 }), { localSteps: 2 }), 'TASK_FAILED')).message).to.contain('payload.steps');
    expect((await refusal(run((given) => ({ ...given, slots: null }), { localSteps: 2, rounds: 2 }), 'TASK_FAILED')).message).to.contain('payload.slots');
  });

  it('whose blob has another size, or is of another model, are refused', async () => {
    expect((await refusal(run((given) => ({ ...given, model: { ...(given['model'] as object), bytes: 5 } })), 'BLOB_DAMAGED')).message).to.contain('`0/model`');
    const other = convolutional({ model: sequential([flatten(), dense({ units: 2 })], { inputShape: [4, 4, 1] }) });
    const mixed: Training = { ...convolutional(), parse: other.parse, run: other.run };
    expect((await refusal(onDouble(mixed, 2), 'TASK_FAILED')).message).to.contain('(DATA_MISMATCH)').and.to.contain('dense.kernel');
  });

  /** A world that loses a blob just before a job begins. */
  const losing = (world: World, key: string, before: string) => {
    let isLost = false;
    const payload = ({ id, payload: given }: { readonly id: string; readonly payload: Json }): Json => {
      if (!isLost && id === before) isLost = [...world.blobs.keys()].filter((name) => name.endsWith(`:${key}`) && world.blobs.delete(name)).length === 1;
      return given;
    };
    return { payload, isLost: () => isLost };
  };

  it('run again where the blob of a finished one is gone, or what it begins with', async () => {
    const own: RunOptions = { epochs: 1, seed: 2 };
    const whole = await bitsOf((await onDouble(convolutional(), 2, own)).state);
    for (const key of ['1/0/result', '1/model']) {
      const world = new World();
      const fault = losing(world, key, '1/1');
      const { state } = await onDouble(convolutional(), 2, own, fault, world);
      expect(fault.isLost()).to.equal(true);
      expect(world.ran.filter((id) => id.startsWith('1/')).length).to.equal(3);
      expect(await bitsOf(state)).to.deep.equal(whole);
    }
  });

  it('that lose the optimizer of a shard go back to the last checkpoint, and without one end with an error', async () => {
    const own: RunOptions = { epochs: 2, seed: 2, localSteps: 2 };
    const whole = await bitsOf((await onDouble(convolutional(), 2, own)).state);
    const world = new World();
    await refusal(onDouble(convolutional(), 2, own, losing(world, '2/1/slots', '3/0'), world), 'BLOB_MISSING');
    const rounds: number[] = [];
    const other = new World();
    const { state } = await onDouble(convolutional(), 2, { ...own, folder: join(folder, 'lost'), onRound: ({ record }) => void rounds.push(record.round) }, losing(other, '2/1/slots', '3/0'), other);
    expect(rounds).to.deep.equal([0, 1, 2, 2, 3]);
    expect(await bitsOf(state)).to.deep.equal(whole);
  });
});

describe('options of a distributed training', () => {
  before(async () => void (await setBackend(cpu())));

  it('that are wrong are refused, and named', async () => {
    const wrong: [string, RunOptions & Record<string, unknown>, number?][] = [
      ['workers', {}, 0],
      ['batchSize', { batchSize: 3 }, 4],
      ['localSteps', { localSteps: 0 }],
      ['rounds', { rounds: 1, epochs: 1 }],
      ['outer', { outer: {} }],
      ['outer.momentum', { outer: { momentum: 1 }, localSteps: 2 }],
      ['seed', { seed: -1 }],
      ['checkpointEvery', { checkpointEvery: 1 }],
      ['localStep', { localStep: 2 }],
      ['engine', { engine: null }],
    ];
    for (const [argument, options, workers = 2] of wrong) expect((await refusal(onDouble(exact(), workers, options), 'INVALID_ARGUMENT')).argument).to.equal(argument);
  });

  it('of its definition too', async () => {
    const good = exact().options;
    const define = async (more: object): Promise<Training> => defineTraining({ ...good, ...more });
    for (const [argument, more] of [['name', { name: 'Two words' }], ['data', { data: undefined }], ['batchSize', { batchSize: 3 }]] as const) expect((await refusal(define(more), 'INVALID_ARGUMENT')).argument).to.equal(argument);
    expect((await refusal(onDouble(await define({ data: () => ({}) }), 2), 'INVALID_ARGUMENT')).argument).to.equal('data');
  });

  it('end it early: by a signal after the last whole round, and by a callback', async () => {
    const controller = new AbortController();
    const own: RunOptions = { epochs: 2, seed: 2, folder: join(folder, 'early') };
    const aborted = await onDouble(convolutional(), 2, { ...own, signal: controller.signal, onRound: ({ record }) => void (record.round === 1 && controller.abort()) });
    expect([aborted.ended, aborted.history.length]).to.deep.equal(['aborted', 2]);
    const stopped = await onDouble(convolutional(), 2, { ...own, onRound: ({ record, stop }) => void (record.round === 3 && stop()) });
    expect([stopped.ended, stopped.history.length]).to.deep.equal(['callback', 4]);
    const whole = await onDouble(convolutional(), 2, { epochs: 2, seed: 2 });
    const done = await onDouble(convolutional(), 2, own);
    expect(done.ended).to.equal('epochs');
    expect(await bitsOf(done.state)).to.deep.equal(await bitsOf(whole.state));
  });
});
