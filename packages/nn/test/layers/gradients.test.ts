import { expect } from 'chai';
import { evaluate, tensor, type Shape, type Tensor } from '@unfoldjs/core';
import { valueAndGrad } from '@unfoldjs/core/autodiff';
import * as nn from '@unfoldjs/nn';
import { namedParameters, type Layer, type Params } from '@unfoldjs/nn';
import { integers, onCpu, prepared, training } from '../helper.js';

const image: Shape = [6, 6, 4];
const cases: readonly (readonly [string, Layer, readonly Shape[]])[] = [
  ['conv2d', nn.conv2d({ filters: 3, kernelSize: 3, strides: 2, padding: 'same', activation: 'swish' }), [image]],
  ['conv2d in groups', nn.conv2d({ filters: 4, kernelSize: 2, groups: 2, dilationRate: 2 }), [image]],
  ['depthwiseConv2d', nn.depthwiseConv2d({ kernelSize: 3, depthMultiplier: 2 }), [image]],
  ['separableConv2d', nn.separableConv2d({ filters: 3, kernelSize: 3 }), [image]],
  ['conv2dTranspose', nn.conv2dTranspose({ filters: 3, kernelSize: 3, strides: 2, padding: 'same' }), [image]],
  ['dense', nn.dense({ units: 3 }), [[5]]],
  ['dense along the last axis', nn.dense({ units: 3 }), [image]],
  ['batchNorm', nn.batchNorm(), [image]],
  ['layerNorm', nn.layerNorm(), [image]],
  ['prelu', nn.prelu({ sharedAxes: [1, 2] }), [image]],
  ['maxPool2d', nn.maxPool2d(), [image]],
  ['avgPool2d', nn.avgPool2d({ poolSize: 3, strides: 2, padding: 'same' }), [image]],
  ['globalAvgPool2d', nn.globalAvgPool2d(), [image]],
  ['globalMaxPool2d', nn.globalMaxPool2d(), [image]],
  ['flatten', nn.flatten(), [image]],
  ['reshape', nn.reshape([12, 12]), [image]],
  ['dropout', nn.dropout(0.3), [image]],
  ['zeroPadding2d', nn.zeroPadding2d(), [image]],
  ['upSampling2d', nn.upSampling2d(), [image]],
  ['upSampling2d, bilinear', nn.upSampling2d({ interpolation: 'bilinear' }), [image]],
  ['add', nn.add(), [image, image]],
  ['multiply', nn.multiply(), [image, [1, 1, 4]]],
  ['concat', nn.concat(), [image, [6, 6, 2]]],
  ['residual', nn.residual([nn.conv2d({ filters: 4, kernelSize: 3, padding: 'same' }), nn.batchNorm(), nn.activation('relu')]), [image]],
  ['sequential', nn.sequential([nn.conv2d({ filters: 4, kernelSize: 3 }), nn.batchNorm(), nn.activation('relu'), nn.maxPool2d(), nn.flatten(), nn.dense({ units: 3 })]), [image]],
];

describe('a gradient reaches every parameter and every input of', () => {
  onCpu();

  for (const [what, layer, shapes] of cases) {
    it(what, async () => {
      const { params, state } = prepared(layer, shapes, { exact: false });
      const inputs = shapes.map((shape, i) => integers([5, ...shape], i + 1));
      const loss = (tree: { readonly params: Params; readonly inputs: readonly Tensor[] }) => {
        const { output } = layer.apply(tree.params, tree.inputs, training(3), state);
        return output.mul(integers(output.shape, 50)).sum();
      };
      const { gradient } = valueAndGrad(loss)({ params, inputs });
      const found = [...namedParameters(gradient.params), ...gradient.inputs.map((tensor, i) => ({ path: `inputs[${i}]`, tensor }))];
      const expected = [...namedParameters(params), ...inputs.map((tensor, i) => ({ path: `inputs[${i}]`, tensor }))];
      expect(found.map(({ path, tensor }) => [path, tensor.shape])).to.deep.equal(expected.map(({ path, tensor }) => [path, tensor.shape]));
      await evaluate(...found.map(({ tensor }) => tensor));
      for (const { path, tensor } of found) {
        const values = [...(await tensor.data())];
        expect(values.every(Number.isFinite), path).to.equal(true);
        expect(values.some((value) => value !== 0), path).to.equal(true);
      }
    });
  }

  it('batchNorm in training, through the statistics: what is added to all examples changes nothing', async () => {
    const layer = nn.batchNorm({ epsilon: 0 });
    const { params, state } = prepared(layer, [[2]], { exact: false });
    const loss = (x: Tensor) => layer.apply(params, [x], training(), state).output.mul(integers([4, 2], 9)).sum();
    // Means 3 and -1, deviations 2 and 4: everything is a small multiple of a power of two, and exact.
    const x = tensor([[1, 3], [5, -5], [1, 3], [5, -5]]);
    const gradient = valueAndGrad(loss)(x).gradient;
    expect([...(await gradient.sum({ axes: 0 }).data())]).to.deep.equal([0, 0]);
    expect([...(await gradient.mul(x).sum({ axes: 0 }).data())]).to.deep.equal([0, 0]); // nor does a factor for all
  });
});
