import { expect } from 'chai';
import * as u from '@unfoldjs/core';
import { tensor, type Tensor } from '@unfoldjs/core';
import * as nn from '@unfoldjs/nn';
import { inference, integers, onCpu, prepared, sameValues, training } from '../helper.js';

/** What a layer gives at inference for one input, and its parameters. */
function run(layer: nn.Layer, ...inputs: Tensor[]) {
  const made = prepared(layer, inputs.map(({ shape }) => shape.slice(1)));
  const params = made.params as Record<string, Tensor>;
  return { params, output: layer.apply(params, inputs, inference, made.state).output };
}

describe('a layer computes what the ops of the core do:', () => {
  onCpu();
  const x = () => integers([2, 7, 6, 4]);

  it('conv2d adds a bias and applies its activation', async () => {
    const { params, output } = run(nn.conv2d({ filters: 3, kernelSize: [3, 2], strides: [2, 1], padding: 'same', activation: 'relu' }), x());
    await sameValues(output, u.conv2d(x(), params.kernel!, { strides: [2, 1], padding: 'same' }).add(params.bias!).relu());
  });

  it('conv2d knows dilations and groups', async () => {
    const { params, output } = run(nn.conv2d({ filters: 6, kernelSize: 2, dilationRate: 2, groups: 2, useBias: false }), x());
    expect(Object.keys(params)).to.deep.equal(['kernel']);
    await sameValues(output, u.conv2d(x(), params.kernel!, { dilations: 2, groups: 2 }));
  });

  it('depthwiseConv2d', async () => {
    const { params, output } = run(nn.depthwiseConv2d({ kernelSize: 3, depthMultiplier: 2, padding: 'same' }), x());
    await sameValues(output, u.depthwiseConv2d(x(), params.depthwiseKernel!, { padding: 'same' }).add(params.bias!));
  });

  it('separableConv2d', async () => {
    const { params, output } = run(nn.separableConv2d({ filters: 5, kernelSize: 3, depthMultiplier: 2 }), x());
    await sameValues(output, u.separableConv2d(x(), params.depthwiseKernel!, params.pointwiseKernel!).add(params.bias!));
  });

  it('conv2dTranspose', async () => {
    const { params, output } = run(nn.conv2dTranspose({ filters: 5, kernelSize: 3, strides: 2, padding: 'same' }), x());
    await sameValues(output, u.conv2dTranspose(x(), params.kernel!, { strides: 2, padding: 'same' }).add(params.bias!));
  });

  it('conv2dTranspose fills up where the stride exceeds the window, as Keras does', async () => {
    const layer = nn.conv2dTranspose({ filters: 1, kernelSize: 1, strides: 2, useBias: false });
    const { output } = layer.apply({ kernel: tensor([[[[1]]]]) }, [tensor([5], [1, 1, 1, 1])], inference, {});
    expect(await output.reshape([2, 2]).array()).to.deep.equal([[5, 0], [0, 0]]);
  });

  it('dense on lines and along the last axis of more', async () => {
    const lines = integers([3, 8]);
    const flat = run(nn.dense({ units: 5, activation: 'relu' }), lines);
    await sameValues(flat.output, lines.matmul(flat.params.kernel!).add(flat.params.bias!).relu());
    const images = run(nn.dense({ units: 5 }), x());
    await sameValues(images.output, x().matmul(images.params.kernel!).add(images.params.bias!));
  });

  it('pooling', async () => {
    await sameValues(run(nn.maxPool2d({ poolSize: 3, strides: 2, padding: 'same' }), x()).output, u.maxPool2d(x(), { window: 3, strides: 2, padding: 'same' }));
    await sameValues(run(nn.avgPool2d(), x()).output, u.avgPool2d(x(), { window: 2 }));
    await sameValues(run(nn.globalAvgPool2d(), x()).output, u.globalAvgPool2d(x()));
    await sameValues(run(nn.globalMaxPool2d(), x()).output, u.globalMaxPool2d(x()));
  });

  it('reshaping keeps the order of the elements', async () => {
    await sameValues(run(nn.flatten(), x()).output, x().reshape([2, 168]));
    await sameValues(run(nn.reshape([-1, 2]), x()).output, x().reshape([2, 84, 2]));
  });

  it('padding and enlarging', async () => {
    await sameValues(run(nn.zeroPadding2d({ padding: [1, 2] }), x()).output, x().pad([[0, 0], [1, 1], [2, 2], [0, 0]]));
    const small = tensor([1, 2, 3, 4], [1, 2, 2, 1]);
    expect(await run(nn.upSampling2d({ size: [1, 2] }), small).output.reshape([2, 4]).array()).to.deep.equal([[1, 1, 2, 2], [3, 3, 4, 4]]);
    // Half pixels: the centres of the new pixels lie a quarter from those of the old.
    const line = run(nn.upSampling2d({ size: [1, 2], interpolation: 'bilinear' }), tensor([0, 4], [1, 1, 2, 1]));
    expect([...(await line.output.data())]).to.deep.equal([0, 1, 3, 4]);
  });

  it('merges', async () => {
    const y = integers([2, 7, 6, 4], 2);
    await sameValues(run(nn.add(), x(), y, y).output, x().add(y).add(y));
    await sameValues(run(nn.multiply(), x(), y).output, x().mul(y));
    await sameValues(run(nn.concat(), x(), y).output, u.concat([x(), y], -1));
    await sameValues(run(nn.concat({ axis: 1 }), x(), y).output, u.concat([x(), y], 1));
  });

  it('prelu with one slope a channel', async () => {
    const { params, output } = run(nn.prelu({ sharedAxes: [1, 2] }), x());
    expect(params.alpha!.shape).to.deep.equal([1, 1, 4]);
    await sameValues(output, u.prelu(x(), params.alpha!));
  });

  it('layerNorm over one axis and over several, with a factor for each element', async () => {
    const { params, output } = run(nn.layerNorm(), x());
    await sameValues(output, u.layerNorm(x(), { scale: params.gamma!, offset: params.beta! }));
    const both = run(nn.layerNorm({ axis: [2, 1], epsilon: 0.5 }), x());
    expect(both.params.gamma!.shape).to.deep.equal([7, 6]);
    const along = (t: Tensor) => t.reshape([1, 7, 6, 1]);
    await sameValues(both.output, u.layerNorm(x(), { axes: [1, 2], epsilon: 0.5, scale: along(both.params.gamma!), offset: along(both.params.beta!) }));
  });

  const names = [
    ...['elu', 'gelu', 'hardSigmoid', 'hardSwish', 'leakyRelu', 'logSigmoid', 'logSoftmax', 'mish', 'relu', 'relu6', 'selu', 'sigmoid', 'softmax', 'softplus'],
    ...['softsign', 'swish', 'tanh'],
  ] as const;
  for (const name of names) {
    it(`activation ${name}`, async () => {
      await sameValues(run(nn.activation(name), x()).output, u[name](x()));
    });
  }

  it('activation exponential, linear, one with an option, and one of your own', async () => {
    await sameValues(run(nn.activation('exponential'), x()).output, x().exp());
    await sameValues(run(nn.activation('linear'), x()).output, x());
    await sameValues(run(nn.activation('leakyRelu', { alpha: 0.5 }), x()).output, x().leakyRelu({ alpha: 0.5 }));
    await sameValues(run(nn.activation((t) => t.square()), x()).output, x().square());
  });
});

describe('dropout', () => {
  onCpu();

  it('does nothing at inference', async () => {
    const x = integers([2, 8]);
    await sameValues(run(nn.dropout(0.5), x).output, x);
  });

  it('sets to zero exactly where the number drawn is below the rate, and scales the others', async () => {
    const x = integers([16, 32]);
    const { output, state } = nn.dropout(0.25).apply({}, [x], training(5), {});
    const numbers = await u.randomUniform([16, 32], { seed: 5 }).data();
    const scaled = await x.mul(1 / 0.75).data();
    expect([...(await output.data())]).to.deep.equal([...scaled].map((value, i) => (numbers[i]! >= 0.25 ? value : 0)));
    expect(state).to.deep.equal({});
  });

  it('drops whole channels with a noise shape', async () => {
    const output = nn.dropout(0.5, { noiseShape: [1, 1, null] }).apply({}, [u.ones([4, 3, 3, 8])], training(), {}).output;
    const sums = await output.sum({ axes: [1, 2] }).data();
    expect(new Set(sums)).to.deep.equal(new Set([0, 18]));
  });

  it('lets no NaN of a dropped element through', async () => {
    const output = nn.dropout(0.5).apply({}, [u.full([64], NaN).reshape([1, 64])], training(), {}).output;
    expect(new Set(await output.data())).to.deep.equal(new Set([0, NaN]));
  });
});

describe('batchNorm', () => {
  onCpu();
  const params = { gamma: tensor([2, 1]), beta: tensor([0, 10]) };
  const state = { movingMean: tensor([1, -1]), movingVariance: tensor([4, 1]) };
  // Channel 0: mean 2, variance 4; channel 1: mean 5, variance 16.
  const x = tensor([[[0, 1]], [[4, 9]]]).reshape([2, 1, 1, 2]);
  const layer = nn.batchNorm({ epsilon: 0, momentum: 0.75 });

  it('uses the moving statistics at inference, and leaves them', async () => {
    const result = layer.apply(params, [x], inference, state);
    expect([...(await result.output.data())]).to.deep.equal([-1, 12, 3, 20]);
    expect(result.state).to.equal(state);
  });

  it('uses the statistics of the batch in training, and moves the others towards them, exactly', async () => {
    const result = layer.apply(params, [x], training(), state);
    expect([...(await result.output.data())]).to.deep.equal([-2, 9, 2, 11]);
    const after = result.state as typeof state;
    expect([...(await after.movingMean.data())]).to.deep.equal([0.75 * 1 + 0.25 * 2, 0.75 * -1 + 0.25 * 5]);
    expect([...(await after.movingVariance.data())]).to.deep.equal([0.75 * 4 + 0.25 * 4, 0.75 * 1 + 0.25 * 16]);
  });

  it('takes the channels from another axis', async () => {
    const turned = x.transpose([0, 3, 1, 2]);
    const result = nn.batchNorm({ epsilon: 0, axis: 1 }).apply(params, [turned], training(), state);
    await sameValues(result.output.transpose([0, 2, 3, 1]), layer.apply(params, [x], training(), state).output);
  });

  it('goes without factor and offset', async () => {
    const plain = nn.batchNorm({ epsilon: 0, scale: false, center: false });
    expect(plain.init([[1, 1, 2]], 1).params).to.deep.equal({});
    expect([...(await plain.apply({}, [x], training(), state).output.data())]).to.deep.equal([-1, -1, 1, 1]);
  });
});
