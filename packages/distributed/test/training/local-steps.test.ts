import { setBackend, tensor, type Tensor } from '@unfoldjs/core';
import { cpu } from '@unfoldjs/backend-cpu';
import type { Training } from '@unfoldjs/distributed';
import { accuracy, batchAt, evaluate, mapParams, namedParameters, shuffledIndices, trainState, trainStep, type TrainState } from '@unfoldjs/nn';
import { expect } from 'chai';
import fc from 'fast-check';
import { alone, bitsOf, convolutional, exact, halves, numbersOf, onDouble } from './trainings.js';

const seed = 3;
const u = 2 ** -24;

describe('rounds of local steps', () => {
  before(async () => void (await setBackend(cpu())));

  it('are steps of each shard on its parts of the batches, and then the mean', async () => {
    const training = exact();
    const { state, history } = await onDouble(training, 2, { localSteps: 2, seed });
    const { model } = await training.prepare();
    const ends = await Promise.all([0, 1].map(async (shard) => shardSteps(training, await trainState(model, { optimizer: training.options.optimizer, seed }), { shard, batches: [0, 1] })));
    const [a, b] = await Promise.all(ends.map(({ params }) => numbersOf(params)));
    expect(await numbersOf(state.params)).to.deep.equal(a!.map((value, i) => (value + b![i]!) / 2));
    const [c, d] = await Promise.all(ends.map(({ optimizer }) => numbersOf(optimizer)));
    expect(await numbersOf(state.optimizer)).to.deep.equal(c!.map((value, i) => (value + d![i]!) / 2));
    expect(history.length).to.equal(1);
    expect(state.step).to.equal(2);
  });

  it('keep the optimizer of each shard from round to round', async () => {
    const training = exact();
    const { state } = await onDouble(training, 2, { localSteps: 2, epochs: 2, seed });
    const { model } = await training.prepare();
    const begin = await trainState(model, { optimizer: training.options.optimizer, seed });
    let shards = [begin, await trainState(model, { optimizer: training.options.optimizer, seed })];
    for (const epoch of [0, 1]) {
      shards = await Promise.all(shards.map((own, shard) => shardSteps(training, own, { shard, batches: [0, 1], epoch })));
      const params = await meanOf(shards[0]!.params, shards[1]!.params);
      shards = await Promise.all(shards.map(async (own) => ({ ...own, params: await copyOf(params) })));
    }
    expect(await numbersOf(state.params)).to.deep.equal(await numbersOf(shards[0]!.params));
  });

  it('with an outer optimizer follow its momentum along what rounds change', async () => {
    const training = convolutional();
    const [rate, momentum] = [0.5, 0.75];
    const numbers: number[][] = [];
    const starts: TrainState[] = [];
    const onRound = async ({ state }: { state: TrainState }): Promise<void> => {
      starts.push({ ...state, params: await copyOf(state.params), state: await copyOf(state.state) });
      numbers.push(await numbersOf(state.params));
    };
    await onDouble(training, 1, { localSteps: 2, rounds: 2, seed, outer: { learningRate: rate, momentum }, onRound });
    const { model } = await training.prepare();
    const begin = await trainState(model, { optimizer: training.options.optimizer, seed });
    const first = await numbersOf(begin.params);
    const after = await shardSteps(training, begin, { shard: 0, workers: 1, batches: [0, 1] });
    const again = await shardSteps(training, { ...starts[0]!, optimizer: after.optimizer }, { shard: 0, workers: 1, batches: [2] });
    const [a, b] = [await numbersOf(after.params), await numbersOf(again.params)];
    first.forEach((theta, i) => {
      // v' = momentum v + rate g, theta' = theta - (momentum v' + rate g), where g is the difference that the round made.
      const g1 = theta - a[i]!;
      const one = theta - (momentum * rate * g1 + rate * g1);
      const g2 = numbers[0]![i]! - b[i]!;
      const v2 = momentum * rate * g1 + rate * g2;
      const two = numbers[0]![i]! - (momentum * v2 + rate * g2);
      // The difference, three products, two sums and the last difference each round once, relative to no more than these.
      expect(Math.abs(numbers[0]![i]! - one)).to.be.at.most(8 * u * (Math.abs(theta) + Math.abs(a[i]!)));
      expect(Math.abs(numbers[1]![i]! - two)).to.be.at.most(8 * u * (Math.abs(theta) + Math.abs(a[i]!) + Math.abs(numbers[0]![i]!) + Math.abs(b[i]!)));
    });
  });

  it('learn as one process does', async () => {
    const training = convolutional({ data: halves(200), learningRate: 0.02 });
    const test = halves(200, 2);
    const { model } = await training.prepare();
    const { state, history } = await onDouble(training, 2, { localSteps: 5, epochs: 6, seed });
    const [split, one] = [await evaluate(model, state, test, { metrics: { accuracy } }), await evaluate(model, await alone(training, { epochs: 6, seed }), test, { metrics: { accuracy } })];
    // Chance is right in half of the cases; both are nearly always.
    expect(Math.min(split.metrics['accuracy']!, one.metrics['accuracy']!)).to.be.above(0.9);
    expect(history.at(-1)!.loss).to.be.below(history[0]!.loss / 2);
  });

  it('see every example of an epoch once, whatever the sizes are', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 23 }), fc.integer({ min: 1, max: 5 }), fc.integer({ min: 0, max: 6 }), fc.integer({ min: 1, max: 4 }), async (count, workers, more, localSteps) => {
        const training = convolutional({ data: halves(count) });
        const batchSize = workers + more;
        const { state, history } = await onDouble(training, workers, { localSteps, batchSize, seed });
        expect(history.reduce((sum, { examples }) => sum + examples, 0)).to.equal(count);
        expect(state.step).to.equal(Math.ceil(count / batchSize));
        expect(history.length).to.equal(Math.ceil(state.step / localSteps));
      }),
      { seed: 2, numRuns: 12 },
    );
  });

  it('leave what is frozen as it is, and say what each round took', async () => {
    const training = convolutional({ frozen: ['conv', 'norm'] });
    const first = await trainState((await training.prepare()).model, { optimizer: training.options.optimizer, seed });
    for (const localSteps of [1, 2]) {
      const { state, history } = await onDouble(training, 2, { localSteps, seed });
      const [before, after] = [await bitsOf(first), await bitsOf(state)];
      const same = Object.keys(before).filter((path) => JSON.stringify(before[path]) === JSON.stringify(after[path]));
      expect(same.filter((path) => /^(params|state)/.test(path))).to.deep.equal(['params.conv.kernel', 'params.conv.bias', 'params.norm.gamma', 'params.norm.beta', 'state.norm.movingMean', 'state.norm.movingVariance']);
      for (const { seconds, compute, transport, waiting, shards, imagesPerSecond, examples } of history) {
        expect(shards.length).to.equal(2);
        expect(compute).to.be.at.least(Math.min(...shards));
        // The double runs shards one after another: what it waits for the others is no one's compute.
        expect(seconds).to.be.closeTo(compute + transport + waiting, 1e-9);
        expect(imagesPerSecond).to.be.closeTo(examples / seconds, 1e-6);
      }
    }
  });
});

/** Steps of one shard by `trainStep`, on its parts of batches of 8. */
async function shardSteps({ options, prepare }: Training, from: TrainState, { shard, batches, workers = 2, epoch = 0 }: { readonly shard: number; readonly batches: readonly number[]; readonly workers?: number; readonly epoch?: number }): Promise<TrainState> {
  const { model, data } = await prepare();
  const step = trainStep(model, { loss: options.loss, optimizer: options.optimizer, learningRate: options.learningRate, donate: false });
  const order = shuffledIndices(data.labels.length, seed, epoch);
  let state = from;
  for (const batch of batches) {
    const all = order.slice(8 * batch, 8 * (batch + 1));
    const { images, shape, labels } = batchAt(data, all.slice((all.length * shard) / workers, (all.length * (shard + 1)) / workers));
    ({ state } = await step(state, { images: tensor(images, shape), labels: tensor(labels, [labels.length], 'int32') }));
  }
  return state;
}

type Tree = TrainState['params'];

/** Every tensor of a tree anew, from its own numbers. */
async function mapNumbers(tree: Tree, map: (numbers: readonly number[], path: string) => readonly number[]): Promise<Tree> {
  const made = new Map<string, Tensor>();
  for (const { path, tensor: each } of namedParameters(tree)) made.set(path, tensor(Float32Array.from(map([...(await each.data())], path)), each.shape));
  return mapParams(tree, (_, path) => made.get(path)!);
}

const copyOf = (tree: Tree): Promise<Tree> => mapNumbers(tree, (numbers) => numbers);

async function meanOf(a: Tree, b: Tree): Promise<Tree> {
  const others = new Map<string, readonly number[]>();
  for (const { path, tensor: each } of namedParameters(b)) others.set(path, [...(await each.data())]);
  return mapNumbers(a, (numbers, path) => numbers.map((value, i) => (value + others.get(path)![i]!) / 2));
}
