import { expect } from 'chai';
import { skip } from '@unfoldjs/test-support';
import { Folder } from './support/command.js';
import { small, unreadable } from './support/models.js';
import { missing, publishedModels } from '@unfoldjs/test-support/published-models';

/** The cells of the row that begins with a name. */
const rowOf = (text: string, name: string): string[] =>
  text
    .split('\n')
    .map((line) => line.split('|').map((cell) => cell.trim()))
    .find(([first]) => first === name)!;

describe('unfold inspect', function () {
  this.timeout(60_000);
  let folder: Folder;
  before(() => (folder = new Folder()));
  after(() => folder.remove());

  it('lists nodes with shapes, parameters and work, and then the totals', async () => {
    const { code, out, err } = await folder.unfold('inspect', folder.model('small.onnx', small));
    expect([code, err]).to.deep.equal([0, '']);
    expect(out).to.include('opset ai.onnx 17, written by tests\ninputs: x float[batch, 1, 4, 4]\noutputs: y float[batch, 2]\n');
    // 32 results of 9 multiplications and additions.
    expect(rowOf(out, 'conv')).to.deep.equal(['conv', 'Conv', '[1, 2, 4, 4]', '20', '576']);
    expect(rowOf(out, 'flat')).to.deep.equal(['flat', 'Flatten', '[1, 2]', '', '2']);
    // At its peak there are two results of 32 floats.
    expect(out).to.match(/^20 parameters \(80 B\), 612 FLOP, 256 B of results at a time\n$/m);
  });

  it('takes the shapes of inputs', async () => {
    const { out } = await folder.unfold('inspect', folder.model('small.onnx', small), '--shape', 'x=3x1x4x4');
    expect(rowOf(out, 'conv')[2]).to.equal('[3, 2, 4, 4]');
  });

  it('lists a model with nodes that cannot be read, with their reasons, and ends with 1', async () => {
    const { code, out, err } = await folder.unfold('inspect', folder.model('unreadable.onnx', unreadable));
    expect(code).to.equal(1);
    expect(rowOf(out, 'conv')).to.deep.equal(['conv', 'Conv', '[1, 2, 4, 4]', '20', '576', '']);
    expect(rowOf(out, 'strange')).to.deep.equal(['strange', 'Wavelet', '?', '', '?', 'the operator is not read']);
    expect(rowOf(out, 'foreign')).to.deep.equal(['foreign', 'com.example.Mark', '?', '', '?', 'the domain com.example is not read']);
    expect(rowOf(out, 'sum')).to.deep.equal(['sum', 'Add', '?', '', '?', '']);
    expect(out).to.include('2 of 5 nodes cannot be read');
    expect(err).to.include('BackendError: inspect (`unreadable.onnx`): 2 of its 5 nodes cannot be read. [UNSUPPORTED_OP]').and.to.include('\nFix: ');
    expect(err).not.to.match(/^\s+at /m);
  });

  it('lists a model of an opset that is not read', async () => {
    const { code, out } = await folder.unfold('inspect', folder.model('old.onnx', { ...small, opset: 5 }));
    expect(code).to.equal(1);
    expect(rowOf(out, 'relu')[5]).to.equal('opset 5 is not read; opsets 7 to 27 are');
  });

  it('lists a node whose shape depends on data, with that reason', async () => {
    const model = folder.model('data.onnx', {
      inputs: [{ name: 'x', shape: [4] }, { name: 'to', shape: [2], type: 7 }],
      outputs: [{ name: 'y', shape: ['a', 'b'] }],
      nodes: [{ op: 'Reshape', name: 'shaped', inputs: ['x', 'to'], outputs: ['y'] }],
    });
    const { code, out } = await folder.unfold('inspect', model);
    expect(code).to.equal(1);
    expect(rowOf(out, 'shaped')[5]).to.include('depends on data');
  });

  it('says which sizes are free, and lists the nodes without shapes', async () => {
    const model = folder.model('free.onnx', { ...small, inputs: [{ name: 'x', shape: ['batch', 1, 'height', 4] }] });
    const { code, out } = await folder.unfold('inspect', model);
    expect(code).to.equal(0);
    expect(rowOf(out, 'conv')).to.deep.equal(['conv', 'Conv', '?', '20', '?']);
    expect(out).to.include('shapes are not known, as sizes are free: x float[batch, 1, height, 4]\ngive them: --shape x=1x1xNx4');
  });

  it('refuses a shape that the model forbids', async () => {
    const { code, err } = await folder.unfold('inspect', folder.model('small.onnx', small), '--shape', 'x=1x2x4x4');
    expect(code).to.equal(1);
    expect(err).to.include('[SHAPE_MISMATCH]');
  });

  if (missing) {
    it('lists every model that other people published, and ends with 0', function () {
      skip(this, missing!);
    });
  }
  for (const { file, path } of publishedModels()) {
    it(`lists ${file} and ends with 0`, async () => {
      const { code, out, err } = await folder.unfold('inspect', path);
      expect([code, err]).to.deep.equal([0, '']);
      expect(out).to.match(/parameters \(/);
    });
  }
});
