import { expect } from 'chai';
import { tensor, type Tensor } from '@unfoldjs/core';
import { activation, batchNorm, conv2d, dense, dropout, flatten, maxPool2d, sequential, type Layer } from '@unfoldjs/nn';
import { exactParams, inference, integers, onCpu, refusal, sameValues, training } from '../helper.js';

describe('sequential', () => {
  onCpu();

  it('runs its layers one after another, each on its own parameters', async () => {
    const model = sequential([conv2d({ filters: 3, kernelSize: 3 }), activation('relu'), maxPool2d(), flatten(), dense({ units: 5 })]);
    const made = model.init([[6, 6, 2]], 1);
    expect(made.output).to.deep.equal([5]);
    const params = exactParams(made.params) as Record<string, Record<string, Tensor>>;
    const x = integers([2, 6, 6, 2]);
    const { kernel, bias } = params.conv2d!;
    const features = x.conv2d(kernel!).add(bias!).relu().maxPool2d({ window: 2 }).reshape([2, 12]);
    await sameValues(model.apply(params, [x], inference, made.state).output, features.matmul(params.dense!.kernel!).add(params.dense!.bias!));
  });

  it('names layers by their kind, numbered, around the names that are given', () => {
    const unit = () => dense({ units: 2 });
    const model = sequential([unit(), dense({ units: 2, name: 'dense_1' }), unit(), unit(), dense({ units: 1, name: 'head' })]);
    expect(model.layers.map(({ name }) => name)).to.deep.equal(['dense', 'dense_1', 'dense_2', 'dense_3', 'head']);
    expect(Object.keys(model.init([[2]], 1).params)).to.deep.equal(['dense', 'dense_1', 'dense_2', 'dense_3', 'head']);
  });

  it('is a layer: models go into models, and their state too', async () => {
    const block = (name: string) => sequential([dense({ units: 2, useBias: false }), batchNorm({ momentum: 0.5 })], { name });
    const model = sequential([block('first'), flatten(), block('second')]);
    const { params, state } = model.init([[2]], 1);
    expect(Object.keys(params)).to.deep.equal(['first', 'second']);
    const x = integers([4, 2]);
    const after = model.apply(params, [x], training(), state).state as Record<string, Record<string, Record<string, Tensor>>>;
    const kernel = (params as Record<string, Record<string, Record<string, Tensor>>>).first!.dense!.kernel!;
    await sameValues(after.first!.batchNorm!.movingMean!, x.matmul(kernel).mean({ axes: 0 }).mul(0.5));
    expect(Object.keys(after)).to.deep.equal(['first', 'second']);
    expect(model.apply(params, [x], inference, state).state).to.equal(state);
  });

  it('takes a layer of your own, without outputShape or name', async () => {
    const double: Layer = {
      kind: 'double',
      init: ([shape]) => ({ params: { factor: tensor(2) }, state: {}, output: shape! }),
      apply: (params, [x], _, state) => ({ output: x!.mul(params.factor as Tensor), state }),
    };
    const model = sequential([double, flatten(), dense({ units: 1 })], { inputShape: [2, 2] });
    const { params, output } = model.init([[2, 2]], 1);
    expect(output).to.deep.equal([1]);
    expect(Object.keys(params)).to.deep.equal(['double', 'dense']);
  });

  it('passes the numbers for dropout through', async () => {
    const model = sequential([dropout(0.5), dropout(0.5)]);
    const drawn: (readonly number[])[] = [];
    const context = { training: true, random: (shape: readonly number[]) => (drawn.push(shape), integers(shape)) };
    model.apply({}, [integers([3, 4])], context, {});
    expect(drawn).to.deep.equal([[3, 4], [3, 4]]);
  });

  it('keeps ten thousand layers', () => {
    const model = sequential(Array.from({ length: 10_000 }, () => activation('relu')));
    expect(model.outputShape!([[3]])).to.deep.equal([3]);
    expect(model.layers.at(-1)!.name).to.equal('activation_9999');
  });

  it('refuses at once what cannot be a model', () => {
    refusal(() => sequential([]), 'INVALID_ARGUMENT');
    refusal(() => sequential('conv2d' as never), 'INVALID_ARGUMENT');
    expect(refusal(() => sequential([flatten as never]), 'INVALID_ARGUMENT').message).to.contain('call it');
    expect(refusal(() => sequential([dense({ units: 1, name: 'a' }), dense({ units: 2, name: 'a' })]), 'NAME_TAKEN').message).to.contain('two layers are named "a"');
    const twice = dense({ units: 3 });
    expect(refusal(() => sequential([twice, twice]), 'INVALID_ARGUMENT').message).to.contain('the same object as layers[0]');
    refusal(() => dense({ units: 1, name: 'a.b' }), 'INVALID_ARGUMENT');
    const misfit = refusal(() => sequential([flatten(), conv2d({ filters: 1, kernelSize: 3, name: 'late' })], { inputShape: [8, 8, 1] }), 'SHAPE_MISMATCH');
    expect(misfit.message).to.contain('layer late: conv2d').and.contain('[64]');
  });

  it('names the layer that refuses its input or its parameters', () => {
    const model = sequential([conv2d({ filters: 4, kernelSize: 3 }), sequential([flatten(), dense({ units: 2 })], { name: 'head' })]);
    const { params, state } = model.init([[8, 8, 1]], 1);
    expect(refusal(() => model.apply(params, [integers([1, 8, 8, 2])], inference, state), 'SHAPE_MISMATCH').message).to.match(/^layer conv2d: conv2d \(`kernel`\)/);
    expect(refusal(() => model.apply(params, [integers([1, 9, 9, 1])], inference, state), 'SHAPE_MISMATCH').message).to.match(/^layer head: layer dense: dense \(`kernel`\)/);
    expect(refusal(() => model.apply({ head: params.head! }, [integers([1, 8, 8, 1])], inference, state), 'INVALID_ARGUMENT').message).to.contain('is given no `kernel`, of shape [3, 3, 1, 4]');
    expect(refusal(() => model.init([[2, 2, 1]], 1), 'SHAPE_MISMATCH').message).to.contain('layer conv2d: conv2d (`x`): a window of 3 pixels does not fit');
    expect(refusal(() => model.init([[8, 8]], 1), 'SHAPE_MISMATCH').message).to.contain('reshape([8, 8, 1])');
    refusal(() => model.init([[8, 8, 1], [2]], 1), 'INVALID_ARGUMENT');
  });

  it('holds to the input shape that it declares', () => {
    const model = sequential([flatten()], { inputShape: [2, 3] });
    expect(refusal(() => model.apply({}, [integers([1, 3, 2])], inference, {}), 'SHAPE_MISMATCH').message).to.contain('the model declares [2, 3]');
    refusal(() => model.init([[6]], 1), 'SHAPE_MISMATCH');
  });
});
