import { expect } from 'chai';
import * as nn from '@unfoldjs/nn';
import { onCpu, refusal } from './helper.js';

/** The benchmark CNN. */
const model = () =>
  nn.sequential(
    [
      nn.conv2d({ filters: 16, kernelSize: 3 }),
      nn.activation('relu'),
      nn.maxPool2d(),
      nn.conv2d({ filters: 32, kernelSize: 3 }),
      nn.activation('relu'),
      nn.maxPool2d(),
      nn.flatten(),
      nn.dense({ units: 128 }),
      nn.batchNorm(),
      nn.dense({ units: 10, name: 'head' }),
    ],
    { inputShape: [28, 28, 1] },
  );

describe('summary', () => {
  onCpu();

  it('counts what Keras counts', () => {
    const { rows, total } = model().summary();
    expect(rows.map(({ path, parameters }) => [path, parameters])).to.deep.equal([
      ['conv2d', 160],
      ['activation', 0],
      ['maxPool2d', 0],
      ['conv2d_1', 4640],
      ['activation_1', 0],
      ['maxPool2d_1', 0],
      ['flatten', 0],
      ['dense', 102528],
      ['batchNorm', 512],
      ['head', 1290],
    ]);
    expect(rows.map(({ outputShape }) => outputShape).slice(0, 4)).to.deep.equal([[26, 26, 16], [26, 26, 16], [13, 13, 16], [11, 11, 32]]);
    expect(total.parameters).to.equal(109_130);
    expect(total.trainable).to.equal(108_874);
    expect(total.nonTrainable).to.equal(256);
    expect(total.parameterBytes).to.equal(109_130 * 4);
  });

  it('counts a multiplication and an addition for each weight and place, of the whole batch', () => {
    const { rows } = model().summary({ batchSize: 32 });
    const flops = Object.fromEntries(rows.map((row) => [row.path, row.flops]));
    expect(flops.conv2d).to.be.within(2 * 32 * 26 * 26 * 16 * 9, 2 * 32 * 26 * 26 * 16 * 9 + 32 * 26 * 26 * 16);
    expect(flops.head).to.be.within(2 * 32 * 128 * 10, 2 * 32 * 128 * 10 + 32 * 10);
    expect(flops.flatten).to.equal(0);
    expect(rows[0]!.outputBytes).to.equal(4 * 32 * 26 * 26 * 16);
  });

  it('counts frozen parameters as not trainable', () => {
    const { total, rows } = model().summary({ frozen: ['conv2d', 'dense.bias'] });
    expect(rows[0]!.trainable).to.equal(0);
    expect(rows.find(({ path }) => path === 'dense')!.trainable).to.equal(102_400);
    expect(total.trainable).to.equal(108_874 - 160 - 128);
    refusal(() => model().summary({ frozen: ['conv9'] }), 'INVALID_ARGUMENT');
  });

  it('counts shared weights once', () => {
    const [a, b] = [nn.input([3]), nn.input([3])];
    const shared = nn.dense({ units: 2 });
    const { rows, total } = nn.functional([a, b], nn.connect(nn.add(), a.pipe(shared), b.pipe(shared))).summary();
    expect(rows.map(({ path, parameters, isShared }) => [path, parameters, isShared])).to.deep.equal([['dense', 8, false], ['dense', 0, true], ['add', 0, false]]);
    expect(total.parameters).to.equal(8);
  });

  it('shows models inside of models on request, and counts them once', () => {
    const outer = nn.sequential([nn.residual([nn.dense({ units: 4 }), nn.activation('relu')], { name: 'block' }), nn.dense({ units: 2 })]);
    const flat = outer.summary({ inputShape: [4] });
    const expanded = outer.summary({ inputShape: [4], expandNested: true });
    expect(flat.rows.map(({ path }) => path)).to.deep.equal(['block', 'dense']);
    expect(expanded.rows.map(({ path, depth }) => [path, depth])).to.deep.equal([['block', 0], ['block.dense', 1], ['block.activation', 1], ['block.add', 1], ['dense', 0]]);
    expect(expanded.total).to.deep.equal(flat.total);
    expect(expanded.rows[0]!.parameters).to.equal(20);
  });

  it('prints a table', () => {
    const text = String(nn.sequential([nn.conv2d({ filters: 2, kernelSize: 3 }), nn.batchNorm(), nn.flatten(), nn.dense({ units: 10 })]).summary({ inputShape: [28, 28, 1] }));
    const lines = text.split('\n');
    expect(lines[0]).to.match(/layer +\| kind +\| output +\| parameters \| FLOPs +\| weights +\| output bytes/);
    expect(lines[2]).to.match(/conv2d +\| conv2d +\| \[1, 26, 26, 2\] \| 20 /);
    expect(lines.at(-2)).to.equal('  Parameters: 13,558 (54.2 kB): 13,554 trainable, 4 not');
    expect(lines.at(-1)).to.match(/Forward pass of 1: [\d,]+ FLOPs, 16\.3 kB of outputs/);
  });

  it('asks for a shape that nobody told, and refuses a bad one', () => {
    const open = nn.sequential([nn.flatten()]);
    expect(refusal(() => open.summary(), 'INVALID_ARGUMENT').argument).to.equal('inputShape');
    refusal(() => open.summary({ inputShape: [-1, 2] }), 'INVALID_ARGUMENT');
    refusal(() => open.summary({ inputShape: [2], batchSize: 0 }), 'INVALID_ARGUMENT');
    refusal(() => open.summary({ shape: [2] } as never), 'INVALID_ARGUMENT');
    refusal(() => model().summary({ inputShape: [8, 8, 1] }), 'SHAPE_MISMATCH');
  });
});
