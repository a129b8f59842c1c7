import { setBackend, type BackendSpec } from '@unfoldjs/core';
import { cpu } from '@unfoldjs/backend-cpu';
import { wasm } from '@unfoldjs/backend-wasm';
import { defineTraining } from '@unfoldjs/distributed';
import { datasetOf, dense, flatten, randomAt, sequential, sgd, shuffledIndices } from '@unfoldjs/nn';
import { expect } from 'chai';
import { alone, bitsOf, convolutional, exact, numbersOf, onDouble, squaredError } from './trainings.js';

const backends: Record<string, () => BackendSpec> = { cpu, wasm: () => wasm({ threads: 1 }) };

for (const [name, spec] of Object.entries(backends)) {
  describe(`synchronous training on ${name}`, () => {
    before(async () => void (await setBackend(spec())));

    for (const workers of [1, 2, 4]) {
      it(`gives the numbers of one process where float32 holds all of them, with ${workers} workers`, async () => {
        const training = exact();
        const { state } = await onDouble(training, workers);
        const one = await alone(training);
        expect(state.step).to.equal(2).and.to.equal(one.step);
        expect(await numbersOf(state.params)).to.deep.equal(await numbersOf(one.params));
        expect(await numbersOf(state.optimizer)).to.deep.equal(await numbersOf(one.optimizer));
        expect(new Set(await numbersOf(state.params)).size).to.be.above(5);
      });

      it(`gives the same bits each time, with ${workers} workers`, async () => {
        const training = convolutional();
        const runs = [await onDouble(training, workers, { seed: 3 }), await onDouble(training, workers, { seed: 3 }, { order: 5, twice: true })];
        const [first, second] = [await bitsOf(runs[0]!.state), await bitsOf(runs[1]!.state)];
        expect(first).to.deep.equal(second);
        expect(first).not.to.deep.equal(await bitsOf((await onDouble(training, workers, { seed: 4 })).state));
      });

      it(`stays within the rounding of one process on real numbers, with ${workers} workers`, async () => {
        const { training, bound } = regression();
        const { state } = await onDouble(training, workers, { epochs: 3 });
        const [split, whole] = [await numbersOf(state.params), await numbersOf((await alone(training, { epochs: 3 })).params)];
        const limit = bound(3);
        expect(Math.hypot(...split.map((value, i) => value - whole[i]!))).to.be.at.most(limit);
        // A bound that says something: the weights are known to four digits.
        expect(limit).to.be.below(1e-4 * Math.hypot(...whole));
      });
    }
  });
}

/**
 * A linear model with the squared error, and a bound on what rounding can do to it.
 *
 * Both ways of training are gradient descent in float32, w' = fl(w - fl(r g)), with a gradient that was summed in some order. Let E bound
 * their distance from descent in exact arithmetic (float64 here, whose own error is smaller by 2^-29), in the 2-norm. The gradient
 * g_j = (2 / N) sum_i x_ij (x_i w - y_i) is a sum of products in which each term meets at most N + d + 8 roundings (d + 1 in the residual, N
 * in the sum over examples, in parts or in one, 7 in factors, weights and the mean), so it is off by at most
 * gamma(N + d + 8) (2 / N) sum_i |x_ij| (sum_l |x_il w_l| + |y_i|). The update rounds twice. A step of exact descent takes two points no
 * further apart where r times the largest eigenvalue of the Hessian is at most 2, so errors add up: E' = E + r |error of g| + |rounding|.
 */
function regression() {
  const [count, d, batchSize, rate, u] = [22, 6, 8, 2 ** -4, 2 ** -24];
  const random = randomAt(7, 9);
  const images = Float32Array.from({ length: count * d }, () => random.normal());
  const labels = Array.from({ length: count }, () => random.below(5));
  const training = defineTraining({
    name: 'regression',
    model: sequential([flatten(), dense({ units: 1, useBias: false, kernelInitializer: 'ones' })], { inputShape: [1, d, 1] }),
    data: datasetOf({ images, shape: [1, d, 1], labels }),
    loss: squaredError,
    optimizer: sgd(),
    learningRate: rate,
  });
  const bound = (epochs: number): number => {
    let w = new Array<number>(d).fill(1);
    let error = 0;
    for (let epoch = 0; epoch < epochs; epoch++) {
      const order = shuffledIndices(count, 0, epoch);
      for (let from = 0; from < count; from += batchSize) {
        const rows = [...order.slice(from, from + batchSize)].map((i) => ({ x: [...images.subarray(i * d, (i + 1) * d)], y: labels[i]! }));
        const n = rows.length;
        expect((rate * 2 * rows.reduce((sum, { x }) => sum + x.reduce((s, value) => s + value * value, 0), 0)) / n, 'r times the trace of the Hessian').to.be.at.most(2);
        const gamma = ((n + d + 8) * u) / (1 - (n + d + 8) * u);
        const largest = w.map((value) => Math.abs(value) + error);
        const residuals = rows.map(({ x, y }) => x.reduce((sum, value, l) => sum + value * w[l]!, -y));
        const sizes = rows.map(({ x, y }) => x.reduce((sum, value, l) => sum + Math.abs(value) * largest[l]!, y));
        const gradient = w.map((_, j) => (2 / n) * rows.reduce((sum, { x }, i) => sum + x[j]! * residuals[i]!, 0));
        const reach = w.map((_, j) => (2 / n) * rows.reduce((sum, { x }, i) => sum + Math.abs(x[j]!) * sizes[i]!, 0));
        const off = reach.map((size, j) => rate * gamma * size + u * (largest[j]! + 2 * rate * (1 + gamma) * size));
        w = w.map((value, j) => value - rate * gradient[j]!);
        error += Math.hypot(...off);
      }
    }
    return 2 * error;
  };
  return { training, bound };
}

describe('one worker alone', () => {
  before(async () => void (await setBackend(cpu())));

  it('does what fit does, dropout, moving statistics and order included', async () => {
    const training = convolutional();
    expect(await bitsOf((await onDouble(training, 1, { epochs: 2, seed: 5 })).state)).to.deep.equal(await bitsOf(await alone(training, { epochs: 2, seed: 5 })));
  });

  it('takes the steps of fit in rounds of any length', async () => {
    const training = convolutional();
    expect(await bitsOf((await onDouble(training, 1, { epochs: 2, seed: 5, localSteps: 2 })).state)).to.deep.equal(await bitsOf(await alone(training, { epochs: 2, seed: 5 })));
  });
});
