import { randomUniform, tensor } from '@unfoldjs/core';
import { accuracy, binaryAccuracy, classScores, confusionMatrix, precision, recall, topKAccuracy } from '@unfoldjs/nn';
import { expect } from 'chai';
import { onCpu, refusal } from './helper.js';

const ints = (values: readonly number[]) => tensor([...values], [values.length], 'int32');

describe('metrics', () => {
  onCpu();
  const scores = () => tensor([[0.1, 0.7, 0.2], [0.5, 0.3, 0.2], [0.2, 0.3, 0.5], [0.4, 0.4, 0.2]]);

  it('accuracy counts the largest score, of equals the first, for class numbers and distributions', async () => {
    expect(await accuracy(ints([1, 1, 2, 0]), scores()).item()).to.equal(0.75);
    expect(await accuracy(tensor([[0, 1, 0], [0, 1, 0], [0, 0, 1], [1, 0, 0]]), scores()).item()).to.equal(0.75);
  });

  it('topKAccuracy counts who is among the k largest, and grows with k', async () => {
    const labels = ints([2, 2, 0, 1]);
    const at = await Promise.all([1, 2, 3].map((k) => topKAccuracy(k)(labels, scores()).item()));
    expect(at).to.deep.equal([0.25, 0.5, 1]);
  });

  it('topKAccuracy of 1 is accuracy where no two scores are equal', async () => {
    const [labels, x] = [randomUniform([50], { max: 5, dtype: 'int32', seed: 1 }), randomUniform([50, 5], { seed: 2 })];
    expect(await topKAccuracy(1)(labels, x).item()).to.equal(await accuracy(labels, x).item());
  });

  it('topKAccuracy misses labels that are no class and scores that are no number', async () => {
    expect(await topKAccuracy(2)(ints([5, -1, 0]), tensor([[1, 2], [1, 2], [NaN, 2]])).item()).to.equal(0);
  });

  it('binaryAccuracy compares with a threshold', async () => {
    expect(await binaryAccuracy()(tensor([1, 0, 1, 0]), tensor([0.9, 0.1, 0.4, 0.5])).item()).to.equal(0.75);
    expect(await binaryAccuracy(0)(tensor([1, 0]), tensor([3, -3])).item()).to.equal(1);
  });

  it('confusionMatrix counts each pair of classes, and its diagonal is the accuracy', async () => {
    const [labels, x] = [randomUniform([200], { max: 4, dtype: 'int32', seed: 3 }), randomUniform([200, 4], { seed: 4 })];
    const matrix = (await confusionMatrix(labels, x).array()) as number[][];
    const [y, p] = [[...(await labels.data())], [...(await x.argMax({ axis: 1 }).data())]];
    const counted = matrix.map((row, i) => row.map((_, j) => y.filter((label, n) => label === i && p[n] === j).length));
    expect(matrix).to.deep.equal(counted);
    const hits = matrix.reduce((sum, row, i) => sum + row[i]!, 0);
    expect(Math.fround(hits / 200)).to.equal(await accuracy(labels, x).item());
  });

  it('precision, recall and F1 follow from it; without examples they are NaN', () => {
    const matrix = [[8, 2, 0], [1, 4, 0], [0, 0, 0]];
    expect(precision(matrix, 0)).to.equal(8 / 9);
    expect(recall(matrix, 0)).to.equal(0.8);
    expect(classScores(matrix)[1]).to.deep.equal({ precision: 4 / 6, recall: 0.8, f1: 8 / 11, support: 5 });
    expect(classScores(matrix)[2]).to.deep.equal({ precision: NaN, recall: NaN, f1: NaN, support: 0 });
  });

  it('refuse labels that do not fit', () => {
    refusal(() => accuracy(ints([1, 2]), scores()), 'SHAPE_MISMATCH');
    refusal(() => topKAccuracy(0), 'INVALID_ARGUMENT');
  });
});
