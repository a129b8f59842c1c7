import { nest4, nestedLoops } from '@unfoldjs/measure';
import { expect } from 'chai';
import { checkLosses, checkNetwork, gamma } from '../src/reference/check.js';
import { expectedOf } from '../src/reference/forward.js';
import { trainReference } from '../src/reference/training.js';
import { cnn, labelsOf } from '../src/workloads/cnn.js';
import { convWorkload } from '../src/workloads/convs.js';
import { conv, dense, inputOf, paramsOf } from '../src/workloads/network.js';
import { randomData } from '../src/workloads/random.js';

const small = convWorkload('small', [2, 7, 6, 3], [3, 3, 3, 4], { stride: 2 });
const [x, params] = [inputOf(small), paramsOf(small)];

describe('the check of a network', () => {
  const right = Float32Array.from(nestedLoops(nest4(x, small.input), nest4(params[0]!.kernel, small.layers[0].filters), { stride: 2 }).flat(3));
  const changed = (by: number): Float32Array => right.map((value, i) => (i === 5 ? value + by : value));

  it('takes what is rounded right, tells its error, and refuses what is not', () => {
    const error = checkNetwork(small, x, params, right, 'every-order');
    expect(error).to.be.greaterThan(0).and.below(2 ** -23);
    expect(() => checkNetwork(small, x, params, changed(1e-4), 'every-order')).to.throw(/small: element 5 is/);
    expect(() => checkNetwork(small, x, params, changed(NaN), 'every-order')).to.throw('NaN');
    expect(() => checkNetwork(small, x, params, right.subarray(1), 'every-order')).to.throw('elements instead of');
  });

  it('gives transforms half of the digits, by the largest element', () => {
    const most = right.reduce((a, b) => Math.max(a, Math.abs(b)), 0);
    expect(() => checkNetwork(small, x, params, changed(0.9 * 2 ** -12 * most), 'half-digits')).not.to.throw();
    expect(() => checkNetwork(small, x, params, changed(1.1 * 2 ** -12 * most), 'half-digits')).to.throw(/element 5/);
    expect(() => checkNetwork(small, x, params, changed(NaN), 'half-digits')).to.throw('NaN');
  });

  it('knows dilation: zeros between the weights of a larger filter', () => {
    const dilated = convWorkload('dilated', [1, 6, 5, 1], [3, 3, 1, 1], { dilation: 2 });
    const [image, taps] = [randomData(30, 3), randomData(9, 4)];
    const stretched = Array.from({ length: 25 }, (_, i) => ((i % 5) % 2 === 0 && Math.floor(i / 5) % 2 === 0 ? taps[3 * (Math.floor(i / 5) / 2) + (i % 5) / 2]! : 0));
    const expected = nestedLoops(nest4(image, dilated.input), nest4(stretched, [5, 5, 1, 1])).flat(3);
    expect(() => checkNetwork(dilated, image, [{ kernel: taps, kernelShape: [3, 3, 1, 1], bias: null }], expected, 'every-order')).not.to.throw();
  });

  it('knows depthwise: each channel under its own filters, one after another', () => {
    const depthwise = convWorkload('depthwise', [1, 4, 3, 2], [3, 3, 2, 2], { depthwise: true });
    const [image, own] = [inputOf(depthwise), paramsOf(depthwise)];
    const channel = (data: Float32Array, of: number, size: number): number[] => [...data].filter((_, i) => Math.floor(i / size) % 2 === of);
    const single = [0, 1].map((c) => nestedLoops(nest4(channel(image, c, 1), [1, 4, 3, 1]), nest4(channel(own[0]!.kernel, c, 2), [3, 3, 1, 2])).flat(2));
    const expected = single[0]!.flatMap((pixel, i) => [...pixel, ...single[1]![i]!]);
    expect(() => checkNetwork(depthwise, image, own, expected, 'every-order')).not.to.throw();
  });

  it('has a bound that grows with the length of the sum', () => {
    expect(gamma(1)).to.be.closeTo(2 ** -24, 2 ** -46);
    expect(gamma(576) / gamma(1)).to.be.within(576, 577);
  });
});

describe('the reference', () => {
  it('gives rows of probabilities for the CNN', () => {
    const network = cnn(2);
    const rows = expectedOf(network, inputOf(network), paramsOf(network));
    expect(rows).to.have.length(20);
    for (const row of [rows.subarray(0, 10), rows.subarray(10)]) expect(row.reduce((a, b) => a + b)).to.be.closeTo(1, 1e-12);
  });

  it('has gradients that are those of the loss, by central differences', () => {
    const layers = [conv([3, 3, 1, 2], { bias: true, relu: true }), { kind: 'maxPool' }, conv([3, 3, 2, 2], { bias: true, relu: true }), { kind: 'flatten' }, dense(8, 6, { relu: true }), dense(6, 10)] as const;
    const network = { id: 'tiny', title: '', input: [2, 4, 4, 1], layers, scaled: true } as const;
    const training = { id: 'tiny', title: '', network, learningRate: 1 };
    const [image, labels, own] = [inputOf(network), labelsOf(training), paramsOf(network)];
    const { params: stepped } = trainReference(training, image, labels, own, 1);
    // A moved parameter is rounded to float32: by at most 2^-24, which is 2^-12 of h on either side. What is left is of second order.
    const h = 2 ** -12;
    for (const [layer, { kernel, bias }] of own.entries()) {
      for (const [name, values] of Object.entries({ kernel, bias: bias! })) {
        const gradient = (stepped[layer] as Record<string, { data: Float64Array }>)[name]!.data.map((after, i) => values[i]! - after);
        const lossAt = (i: number, by: number): number => {
          const moved = values.map((value, j) => (j === i ? value + by : value));
          return trainReference(training, image, labels, own.map((each, at) => (at === layer ? { ...each, [name]: moved } : each)), 1).losses[0]!;
        };
        const slopes = gradient.map((_, i) => (lossAt(i, h) - lossAt(i, -h)) / (2 * h));
        slopes.forEach((slope, i) => expect(gradient[i], `${name} ${i} of layer ${layer}`).to.be.closeTo(slope, 2 ** -11 * Math.abs(slope) + 4 * h ** 2));
        expect(gradient.some((value) => Math.abs(value) > 1e-2)).to.equal(true);
      }
    }
  });

  it('refuses losses that are not its own', () => {
    expect(checkLosses('t', [2, 1], [2, 1])).to.equal(0);
    expect(() => checkLosses('t', [2, 1.001], [2, 1])).to.throw('t, losses: element 1 is 1.001, not 1');
  });
});
