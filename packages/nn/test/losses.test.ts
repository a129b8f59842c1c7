import { cast, evaluate, oneHot, randomNormal, randomUniform, softmax, sub, tensor, type Tensor } from '@unfoldjs/core';
import { grad } from '@unfoldjs/core/autodiff';
import { binaryCrossentropy, hingeLoss, huberLoss, logLoss, meanAbsoluteError, meanSquaredError, sigmoidCrossEntropy, softmaxCrossEntropy } from '@unfoldjs/nn';
import { expect } from 'chai';
import { onCpu, refusal } from './helper.js';

/** Numbers that were rounded a few times on their way: this many units in the last place of their largest. */
async function near(actual: Tensor, expected: readonly number[], ulps = 16): Promise<void> {
  const data = [...(await actual.data())];
  expect(data.length).to.equal(expected.length);
  const bound = ulps * 2 ** -24 * Math.max(1, ...expected.map(Math.abs));
  data.forEach((value, i) => expect(value, `element ${i}`).to.be.closeTo(expected[i]!, bound));
}

const rows = async (t: Tensor) => (await t.array()) as number[][];

/** The definition, in double precision. */
const crossEntropyOf = (target: readonly number[], logits: readonly number[]): number => {
  const total = Math.log(logits.reduce((sum, x) => sum + Math.exp(x), 0));
  return -target.reduce((sum, t, i) => sum + t * (logits[i]! - total), 0);
};

describe('softmaxCrossEntropy', () => {
  onCpu();
  const logits = () => randomNormal([6, 4], { seed: 3, stdDev: 2 });
  const labels = () => randomUniform([6], { seed: 4, max: 4, dtype: 'int32' });

  it('is its definition, with class numbers and with distributions', async () => {
    const [x, classes] = [await rows(logits()), [...(await labels().data())]];
    const expected = x.map((row, i) => crossEntropyOf(row.map((_, k) => Number(k === classes[i])), row));
    await near(softmaxCrossEntropy(labels(), logits(), { reduction: 'none' }), expected);
    await near(softmaxCrossEntropy(oneHot(labels(), 4), logits(), { reduction: 'none' }), expected);
    await near(softmaxCrossEntropy(labels(), logits()), [expected.reduce((a, b) => a + b) / 6]);
  });

  it('smooths labels towards the even distribution', async () => {
    const [x, classes] = [await rows(logits()), [...(await labels().data())]];
    const expected = x.map((row, i) => crossEntropyOf(row.map((_, k) => 0.8 * Number(k === classes[i]) + 0.05), row));
    const options = { reduction: 'none', labelSmoothing: 0.2 } as const;
    await near(softmaxCrossEntropy(labels(), logits(), options), expected);
    await near(softmaxCrossEntropy(oneHot(labels(), 4), logits(), options), expected);
  });

  it('has the gradient softmax minus labels', async () => {
    const expected = [...(await sub(softmax(logits()), oneHot(labels(), 4)).data())];
    for (const target of [labels(), oneHot(labels(), 4)]) {
      await near(grad((x: Tensor) => softmaxCrossEntropy(target, x, { reduction: 'sum' }))(logits()), expected);
    }
  });

  it('is finite for logits whose exponentials are not', async () => {
    const x = tensor([[1e4, -1e4], [-1e4, 1e4]]);
    const losses = await softmaxCrossEntropy(tensor([0, 0], [2], 'int32'), x, { reduction: 'none' }).data();
    expect(Array.from(losses, (loss) => loss + 0)).to.deep.equal([0, 2e4]); // no -0
  });

  it('leaves classes of probability 0 alone', async () => {
    const x = tensor([[0, -Infinity]]);
    expect(await softmaxCrossEntropy(tensor([0], [1], 'int32'), x).item()).to.equal(0);
    expect(await softmaxCrossEntropy(tensor([1], [1], 'int32'), x).item()).to.equal(Infinity);
  });

  it('weighs by class and by example', async () => {
    const x = tensor([[0, 0], [0, 0], [0, 0]]);
    const y = tensor([0, 1, 1], [3], 'int32');
    const each = Math.log(2);
    await near(softmaxCrossEntropy(y, x, { classWeights: [2, 3], reduction: 'none' }), [2 * each, 3 * each, 3 * each]);
    await near(softmaxCrossEntropy(y, x, { classWeights: [2, 3], weights: [1, 0, 1], reduction: 'sum' }), [5 * each]);
    await near(softmaxCrossEntropy(y, x, { classWeights: [2, 3], reduction: 'mean' }), [each]);
  });

  it('is NaN for a class that does not exist', async () => {
    const losses = await softmaxCrossEntropy(tensor([0, 2, -1], [3], 'int32'), tensor([[0, 0], [0, 0], [0, 0]]), { reduction: 'none' }).data();
    expect([...losses].map(Number.isNaN)).to.deep.equal([false, true, true]);
  });

  it('takes pixels as it takes images', async () => {
    const x = randomNormal([2, 3, 4], { seed: 1 });
    const y = randomUniform([2, 3], { seed: 2, max: 4, dtype: 'int32' });
    const flat = await softmaxCrossEntropy(y.reshape([6]), x.reshape([6, 4]), { reduction: 'none' }).data();
    expect([...(await softmaxCrossEntropy(y, x, { reduction: 'none' }).data())]).to.deep.equal([...flat]);
  });

  it('refuses labels, weights and options that do not fit', () => {
    const x = tensor([[0, 0]]);
    refusal(() => softmaxCrossEntropy(tensor([0, 1], [2], 'int32'), x), 'SHAPE_MISMATCH');
    refusal(() => softmaxCrossEntropy(tensor([0]), x), 'DTYPE_MISMATCH');
    refusal(() => softmaxCrossEntropy(tensor([[1, 0, 0]]), x), 'SHAPE_MISMATCH');
    refusal(() => softmaxCrossEntropy(tensor([[1, 0]]), x, { weights: [1, 2, 3] }), 'SHAPE_MISMATCH');
    refusal(() => softmaxCrossEntropy(tensor([[1, 0]]), x, { classWeights: [1, 2] }), 'INVALID_ARGUMENT');
    refusal(() => softmaxCrossEntropy(tensor([[1, 0]]), x, { labelSmoothing: 2 }), 'INVALID_ARGUMENT');
    refusal(() => softmaxCrossEntropy(tensor([[1, 0]]), x, { reduction: 'average' as never }), 'INVALID_ARGUMENT');
    refusal(() => softmaxCrossEntropy(tensor([[1, 0]]), x, { smoothing: 0.1 } as never), 'INVALID_ARGUMENT');
  });
});

describe('losses of numbers', () => {
  onCpu();
  const y = [1, 2, -3];
  const p = [1, 4, 1];

  it('are the square, the size, and both by turns', async () => {
    expect([...(await meanSquaredError(y, p, { reduction: 'none' }).data())]).to.deep.equal([0, 4, 16]);
    expect([...(await meanAbsoluteError(y, p, { reduction: 'none' }).data())]).to.deep.equal([0, 2, 4]);
    expect([...(await huberLoss(y, p, { delta: 3, reduction: 'none' }).data())]).to.deep.equal([0, 2, 7.5]);
  });

  it('are reduced as they are told', async () => {
    const weights = [1, 0, 2];
    expect(await meanSquaredError(y, p, { weights, reduction: 'sum' }).item()).to.equal(32);
    expect(await meanSquaredError(y, p, { weights }).item()).to.equal(16);
    expect(await meanSquaredError(y, p, { weights, reduction: 'mean' }).item()).to.equal(Math.fround(32 / 3));
    expect(await meanSquaredError([y, y], [p, p], { weights, reduction: 'mean' }).item()).to.equal(Math.fround(32 / 3));
  });

  it('have slopes that end at the delta', async () => {
    const slope = grad((x: Tensor) => huberLoss([0, 0, 0], x, { delta: 1, reduction: 'sum' }));
    expect([...(await slope(tensor([0.5, 3, -3])).data())]).to.deep.equal([0.5, 1, -1]);
  });

  it('refuse other shapes', () => {
    expect(refusal(() => meanSquaredError([1, 2], [[1], [2]]), 'SHAPE_MISMATCH').message).to.contain('predictions');
    refusal(() => huberLoss([1], [1], { delta: -1 }), 'INVALID_ARGUMENT');
  });
});

describe('losses of yes or no', () => {
  onCpu();

  it('agree with their definition and with each other', async () => {
    const x = randomNormal([40], { seed: 5, stdDev: 3 });
    const y = cast(randomUniform([40], { seed: 6, max: 2, dtype: 'int32' }), 'float32');
    const probabilities = x.sigmoid();
    await evaluate(probabilities);
    const [logits, labels] = [[...(await x.data())], [...(await y.data())]];
    const expected = logits.map((logit, i) => Math.log1p(Math.exp(labels[i] ? -logit : logit)));
    await near(sigmoidCrossEntropy(y, x, { reduction: 'none' }), expected);
    await near(binaryCrossentropy(y, x, { reduction: 'none', fromLogits: true }), expected);
    // A probability p near 1 has lost its distance from 1 to rounding: half a unit is an error of 2^-25 / (1 - p) in its logarithm.
    const lost = 2 ** -24 * Math.exp(Math.max(...logits.map(Math.abs)));
    const fromProbabilities = [...(await binaryCrossentropy(y, probabilities, { reduction: 'none' }).data())];
    fromProbabilities.forEach((value, i) => expect(value).to.be.closeTo(expected[i]!, 2 * lost));
  });

  it('smooth labels towards a half', async () => {
    const options = { labelSmoothing: 0.5, reduction: 'none' } as const;
    const direct = [...(await sigmoidCrossEntropy([0.25, 0.75], [2, 2], { reduction: 'none' }).data())];
    expect([...(await sigmoidCrossEntropy([0, 1], [2, 2], options).data())]).to.deep.equal(direct);
  });

  it('stay finite for predictions of 0 and 1', async () => {
    for (const value of await binaryCrossentropy([1, 0], [0, 1], { reduction: 'none' }).data()) expect(value).to.be.within(15, 17);
    for (const value of await logLoss([1, 0], [0, 1], { reduction: 'none' }).data()) expect(value).to.be.within(15, 17);
    expect([...(await sigmoidCrossEntropy([1, 0], [-1e5, 1e5], { reduction: 'none' }).data())]).to.deep.equal([1e5, 1e5]);
  });

  it('hinge at a margin of one', async () => {
    expect([...(await hingeLoss([1, 1, 0, 0], [2, 0.5, -2, 0.5], { reduction: 'none' }).data())]).to.deep.equal([0, 0.5, 0, 1.5]);
  });
});
