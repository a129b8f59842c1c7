import { setBackend } from '@unfoldjs/core';
import { cpu } from '@unfoldjs/backend-cpu';
import { expect } from 'chai';
import { cnn, labelsOf, train32 } from '../src/workloads/cnn.js';
import { convWorkloads } from '../src/workloads/convs.js';
import { graphs } from '../src/workloads/graphs.js';
import { channelsFirst, channelsFirstParams, channelsLast, permuted } from '../src/workloads/layout.js';
import { networkFlops, outputShape, paramsOf } from '../src/workloads/network.js';
import { randomData } from '../src/workloads/random.js';

describe('the workloads', () => {
  it('count multiplications and additions', () => {
    expect(networkFlops(convWorkloads.D)).to.equal(2 * 56 * 56 * 64 * 9 * 64);
    expect(networkFlops(convWorkloads.G)).to.equal(2 * 112 * 112 * 64 * 49 * 3);
    expect(networkFlops(convWorkloads.I)).to.equal(2 * 112 * 112 * 32 * 9);
    expect(networkFlops(cnn(1))).to.equal(2 * (28 * 28 * 16 * 9 + 14 * 14 * 32 * 9 * 16 + 1568 * 128 + 1280));
  });

  it('have the shapes that their ids stand for', () => {
    expect(outputShape(convWorkloads.G)).to.deep.equal([1, 112, 112, 64]);
    expect(outputShape(convWorkloads.I)).to.deep.equal([1, 112, 112, 32]);
    expect(outputShape(cnn(32))).to.deep.equal([32, 10]);
    expect(outputShape(train32.network)).to.deep.equal([32, 10]);
  });

  it('have the same data in every process', () => {
    expect([...randomData(3, 7)]).to.deep.equal([...randomData(3, 7)]);
    expect([...randomData(3, 7)]).not.to.deep.equal([...randomData(3, 8)]);
    expect(randomData(1000, 1).every((value) => value >= -1 && value < 1)).to.equal(true);
  });

  it('label each image once', () => {
    const labels = labelsOf(train32);
    for (let image = 0; image < 32; image++) expect([...labels.subarray(10 * image, 10 * image + 10)].sort().join('')).to.equal('0000000001');
  });

  it('are graphs of about the size that was asked for, and can be computed', async () => {
    await setBackend(cpu());
    for (const [name, build] of Object.entries(graphs)) {
      const { output, ops } = build(100);
      expect(ops, name).to.be.within(95, 105);
      expect((await output.data()).every(Number.isFinite), name).to.equal(true);
    }
  });
});

describe('layouts', () => {
  const data = Float32Array.from({ length: 24 }, (_, i) => i);

  it('move axes', () => {
    expect([...permuted(data.subarray(0, 6), [2, 3], [1, 0])]).to.deep.equal([0, 3, 1, 4, 2, 5]);
    expect([...channelsFirst(data.subarray(0, 8), [1, 2, 2, 2])]).to.deep.equal([0, 2, 4, 6, 1, 3, 5, 7]);
  });

  it('come back as they were', () => {
    expect(channelsLast(channelsFirst(data, [2, 3, 2, 2]), [2, 3, 2, 2], 4)).to.deep.equal(data);
    expect(channelsLast(data, [2, 12], 2)).to.equal(data);
  });

  it('bring the rows of a dense layer behind flatten into the order of channels first', () => {
    const network = { ...cnn(1), input: [1, 2, 1, 2] as const, layers: [{ kind: 'flatten' }, { kind: 'dense', units: [4, 1], bias: true, relu: false }] as const };
    const params = [{ kernel: Float32Array.of(1, 2, 3, 4), kernelShape: [4, 1], bias: null }];
    expect([...channelsFirstParams(network, params)[0]!.kernel]).to.deep.equal([1, 3, 2, 4]);
  });

  it('give filters as onnxruntime and jax take them', () => {
    const shapes = (id: 'D' | 'I') => channelsFirstParams(convWorkloads[id], paramsOf(convWorkloads[id]))[0]!.kernelShape;
    expect(shapes('D')).to.deep.equal([64, 64, 3, 3]);
    expect(shapes('I')).to.deep.equal([32, 1, 3, 3]);
  });
});
