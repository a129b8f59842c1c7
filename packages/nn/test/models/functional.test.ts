import { expect } from 'chai';
import { concat as concatenate, type Tensor } from '@unfoldjs/core';
import { activation, add, batchNorm, concat, connect, conv2d, dense, flatten, functional, globalAvgPool2d, input, residual, sequential, type Params } from '@unfoldjs/nn';
import { exactParams, inference, integers, onCpu, refusal, sameValues, training } from '../helper.js';

type Tree = Record<string, Record<string, Tensor>>;

describe('functional', () => {
  onCpu();

  it('runs branches and merges them', async () => {
    const image = input([6, 6, 2]);
    const left = image.pipe(conv2d({ filters: 3, kernelSize: 1, name: 'left' }));
    const right = image.pipe(conv2d({ filters: 3, kernelSize: 3, padding: 'same', name: 'right' }), activation('relu'));
    const model = functional(image, connect(concat(), left, connect(add(), left, right)));
    expect(model.inputShapes).to.deep.equal([[6, 6, 2]]);
    const made = model.init([[6, 6, 2]], 1);
    expect(made.output).to.deep.equal([6, 6, 6]);
    const params = exactParams(made.params) as Tree;
    const x = integers([2, 6, 6, 2]);
    const one = x.conv2d(params.left!.kernel!).add(params.left!.bias!);
    const other = x.conv2d(params.right!.kernel!, { padding: 'same' }).add(params.right!.bias!).relu();
    await sameValues(model.apply(params, [x], inference, {}).output, concatenate([one, one.add(other)], -1));
  });

  it('takes several inputs', async () => {
    const [image, size] = [input([4, 4, 1]), input([3])];
    const joined = connect(concat(), image.pipe(flatten()), size);
    const model = functional([image, size], joined);
    const [x, y] = [integers([2, 4, 4, 1]), integers([2, 3])];
    await sameValues(model.apply({}, [x, y], inference, {}).output, concatenate([x.reshape([2, 16]), y], -1));
    refusal(() => model.apply({}, [x], inference, {}), 'INVALID_ARGUMENT');
    refusal(() => model.apply({}, [y, x], inference, {}), 'SHAPE_MISMATCH');
  });

  it('shares the weights of a layer that is connected twice', async () => {
    const [a, b] = [input([3]), input([3])];
    const shared = dense({ units: 2, useBias: false });
    const model = functional([a, b], connect(add(), a.pipe(shared), b.pipe(shared)));
    const { params } = model.init([[3], [3]], 1);
    expect(Object.keys(params)).to.deep.equal(['dense']);
    const exact = exactParams(params) as Tree;
    const [x, y] = [integers([4, 3]), integers([4, 3], 2)];
    await sameValues(model.apply(exact, [x, y], inference, {}).output, x.add(y).matmul(exact.dense!.kernel!));
  });

  it('moves the statistics of a shared batchNorm twice', async () => {
    const [a, b] = [input([2]), input([2])];
    const shared = batchNorm({ momentum: 0.5 });
    const model = functional([a, b], connect(add(), a.pipe(shared), b.pipe(shared)));
    const { params, state } = model.init([[2], [2]], 1);
    const [x, y] = [integers([4, 2]), integers([4, 2], 2)];
    const after = model.apply(params, [x, y], training(), state).state as Tree;
    const mean = (t: Tensor) => t.mean({ axes: 0 });
    await sameValues(after.batchNorm!.movingMean!, mean(x).mul(0.5).mul(0.5).add(mean(y).mul(0.5)));
  });

  it('goes into a sequential model', () => {
    const x = input([4]);
    const model = sequential([dense({ units: 4 }), functional(x, connect(add(), x, x.pipe(dense({ units: 4 }))), { name: 'block' })]);
    expect(Object.keys(model.init([[9]], 1).params)).to.deep.equal(['dense', 'block']);
  });

  it('keeps a chain of ten thousand connections', () => {
    let x = input([2]);
    const start = x;
    for (let i = 0; i < 10_000; i++) x = connect(activation('relu'), x);
    expect(functional(start, x).layers).to.have.length(10_000);
  });

  it('refuses at the call what does not fit, naming the layer', () => {
    const x = input([4, 4, 1]);
    expect(refusal(() => x.pipe(flatten(), conv2d({ filters: 1, kernelSize: 3, name: 'late' })), 'SHAPE_MISMATCH').message).to.contain('layer late: conv2d');
    expect(refusal(() => connect(add(), x, x.pipe(flatten())), 'SHAPE_MISMATCH').message).to.contain('[4, 4, 1] and [16]');
    expect(refusal(() => connect(add(), x), 'INVALID_ARGUMENT').message).to.contain('connect(add(), left, right)');
    refusal(() => connect(flatten(), x, x), 'INVALID_ARGUMENT');
    refusal(() => connect(flatten(), { shape: [2] } as never), 'INVALID_ARGUMENT');
    refusal(() => connect(flatten as never, x), 'INVALID_ARGUMENT');
    refusal(() => input([0, 2]), 'INVALID_ARGUMENT');
    const other = input([4, 4, 1]);
    expect(refusal(() => functional(x, connect(add(), x, other)), 'INVALID_ARGUMENT').message).to.contain('not listed');
    expect(refusal(() => functional([x, other], x.pipe(flatten())), 'INVALID_ARGUMENT').argument).to.equal('inputs[1]');
    refusal(() => functional([x, x], x.pipe(flatten())), 'INVALID_ARGUMENT');
    refusal(() => functional(x.pipe(flatten()), x), 'INVALID_ARGUMENT');
  });
});

describe('residual', () => {
  onCpu();

  it('adds its input to what its layers make of it', async () => {
    const block = residual([conv2d({ filters: 2, kernelSize: 3, padding: 'same' })], { activation: 'relu' });
    const params = exactParams(block.init([[5, 5, 2]], 1).params) as Tree;
    const x = integers([2, 5, 5, 2]);
    const made = x.conv2d(params.conv2d!.kernel!, { padding: 'same' }).add(params.conv2d!.bias!);
    await sameValues(block.apply(params as Params, [x], inference, {}).output, made.add(x).relu());
  });

  it('adds the shortcut where the shape changes', async () => {
    const block = residual([conv2d({ filters: 3, kernelSize: 3, strides: 2, padding: 'same' })], { shortcut: conv2d({ filters: 3, kernelSize: 1, strides: 2, name: 'shortcut' }) });
    const params = exactParams(block.init([[6, 6, 2]], 1).params) as Tree;
    const x = integers([2, 6, 6, 2]);
    const main = x.conv2d(params.conv2d!.kernel!, { padding: 'same', strides: 2 }).add(params.conv2d!.bias!);
    const side = x.conv2d(params.shortcut!.kernel!, { strides: 2 }).add(params.shortcut!.bias!);
    await sameValues(block.apply(params as Params, [x], inference, {}).output, main.add(side));
  });

  it('says what is missing where the shapes differ', () => {
    const block = residual([conv2d({ filters: 3, kernelSize: 1 })]);
    expect(refusal(() => sequential([block, globalAvgPool2d()]).init([[6, 6, 2]], 1), 'SHAPE_MISMATCH').message).to.contain('layer residual: layer add: add').and.contain('conv2d of 1 x 1');
    refusal(() => residual([]), 'INVALID_ARGUMENT');
    refusal(() => residual([flatten()], { activation: 'Relu' as never }), 'INVALID_ARGUMENT');
    refusal(() => residual([flatten()], { shortcut: 3 as never }), 'INVALID_ARGUMENT');
  });
});
