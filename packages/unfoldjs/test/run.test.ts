import { expect } from 'chai';
import { encode as encodePng } from 'fast-png';
import { skip } from '@unfoldjs/test-support';
import { decodeNpy, encodeNpy } from 'unfoldjs/node';
import { Folder, type Ended } from './support/command.js';
import { identity, small } from './support/models.js';
import { uint8Type } from './support/onnx-file.js';
import { missing, publishedPath } from '@unfoldjs/test-support/published-models';
import { sevenPng } from './support/seven.js';

const png = (width: number, height: number, channels: 1 | 3, data: readonly number[]): Uint8Array => encodePng({ width, height, channels, depth: 8, data: Uint8Array.from(data) });

describe('unfold run', function () {
  this.timeout(60_000);
  let folder: Folder;
  before(() => {
    folder = new Folder();
    folder.write('colours.png', png(2, 1, 3, [255, 0, 51, 0, 102, 204]));
    folder.write('steps.png', png(4, 2, 1, [0, 40, 80, 120, 100, 140, 180, 220]));
  });
  after(() => folder.remove());

  /** What an input becomes, given back by a model that changes nothing. */
  async function seen(shape: readonly (number | string)[], args: readonly string[], type?: number): Promise<{ shape: readonly number[]; data: number[] }> {
    const { code, err } = await folder.unfold('run', folder.model('identity.onnx', identity(shape, type)), ...args, '--output', 'y=y.npy', '--backend', 'cpu');
    expect(code, err).to.equal(0);
    const { shape: found, data } = decodeNpy(folder.read('y.npy'));
    return { shape: found, data: Array.from(data) };
  }

  const near = (actual: readonly number[], expected: readonly number[]): void => {
    expect(actual).to.have.length(expected.length);
    expected.forEach((value, i) => expect(actual[i], String(i)).to.be.closeTo(value, 1e-6));
  };

  it('gives a model channels first, from 0 to 1, as its input says', async () => {
    const { shape, data } = await seen([1, 3, 'h', 'w'], ['--image', 'colours.png']);
    expect(shape).to.deep.equal([1, 3, 1, 2]);
    near(data, [1, 0, 0, 0.4, 0.2, 0.8]);
  });

  it('gives a model channels last where its input says so', async () => {
    const { shape, data } = await seen([1, 'h', 'w', 3], ['--image', 'colours.png']);
    expect(shape).to.deep.equal([1, 1, 2, 3]);
    near(data, [1, 0, 0.2, 0, 0.4, 0.8]);
  });

  it('takes the layout by a flag where the input does not say it', async () => {
    const { shape } = await seen(['n', 'a', 'b', 'c'], ['--image', 'colours.png', '--layout', 'nhwc']);
    expect(shape).to.deep.equal([1, 1, 2, 3]);
  });

  it('takes means and standard deviations for each channel, after the scale', async () => {
    const { data } = await seen([1, 3, 1, 2], ['--image', 'colours.png', '--mean', '0.5,0.2,0', '--std', '0.5,0.1,2']);
    near(data, [1, -1, -2, 2, 0.1, 0.4]);
  });

  it('takes one mean for all channels, and a scale', async () => {
    const { data } = await seen([1, 3, 1, 2], ['--image', 'colours.png', '--scale', '1', '--mean', '51']);
    near(data, [204, -51, -51, 51, 0, 153]);
  });

  it('turns the order of colours with --bgr', async () => {
    const { data } = await seen([1, 3, 1, 2], ['--image', 'colours.png', '--bgr', '--scale', '1']);
    near(data, [51, 204, 0, 102, 255, 0]);
  });

  it('makes a picture grey for one channel, and where --grey says so', async () => {
    // Luminance of ITU-R BT.601.
    const expected = [Math.round(0.299 * 255 + 0.114 * 51), Math.round(0.587 * 102 + 0.114 * 204)];
    near((await seen([1, 1, 1, 2], ['--image', 'colours.png', '--scale', '1'])).data, expected);
    near((await seen(['n', 'c', 'h', 'w'], ['--image', 'colours.png', '--scale', '1', '--grey'])).data, expected);
  });

  it('gives whole numbers to a model that takes them', async () => {
    const { data } = await seen([1, 3, 1, 2], ['--image', 'colours.png'], uint8Type);
    expect(data).to.deep.equal([255, 0, 0, 102, 51, 204]);
  });

  it('shrinks with a triangle over all pixels, as Pillow does', async () => {
    // Weights of a row of 4 for 2 places: 3/7, 3/7, 1/7 from the left, and mirrored.
    const { data } = await seen([1, 1, 2, 2], ['--image', 'steps.png', '--scale', '1']);
    const left = (a: number, b: number, c: number): number => (3 * a + 3 * b + c) / 7;
    expect(data.map((value) => Math.round(value * 1000))).to.deep.equal([left(0, 40, 80), left(120, 80, 40), left(100, 140, 180), left(220, 180, 140)].map((value) => Math.round(value * 1000)));
  });

  it('reads the four pixels around with --resize bilinear, as PyTorch does', async () => {
    const { data } = await seen([1, 1, 'h', 'w'], ['--image', 'steps.png', '--scale', '1', '--size', '1x2', '--resize', 'bilinear']);
    near(data, [70, 150]);
  });

  it('enlarges between pixels, and repeats the edges', async () => {
    const { data } = await seen([1, 1, 1, 4], ['--image', folder.write('two.png', png(2, 1, 1, [0, 100])), '--scale', '1']);
    near(data, [0, 25, 75, 100]);
  });

  it('reads arrays of NumPy and saves outputs as such', async () => {
    folder.write('x.npy', encodeNpy({ dtype: 'float32', shape: [2, 2], data: Float32Array.of(1, 2, 3, -4) }));
    const { shape, data } = await seen(['n', 2], ['--input', 'x=x.npy']);
    expect([shape, data]).to.deep.equal([[2, 2], [1, 2, 3, -4]]);
  });

  it('prints what an output is', async () => {
    folder.write('x.npy', encodeNpy({ dtype: 'float32', shape: [1, 3], data: Float32Array.of(1, 2, 6) }));
    const { code, out } = await folder.unfold('run', folder.model('three.onnx', identity([1, 3])), '--input', 'x=x.npy');
    expect(code).to.equal(0);
    expect(out).to.match(/^ran on wasm \(WebAssembly SIMD, \d+ threads?\) in [\d.]+ ms, compilation included\ny float32\[1, 3\] from 1 to 6, mean 3\n$/);
  });

  it('ranks classes by their labels, as probabilities where that is asked for', async () => {
    folder.write('x.npy', encodeNpy({ dtype: 'float32', shape: [1, 3], data: Float32Array.of(0, Math.log(3), Math.log(4)) }));
    folder.write('labels.txt', 'cat\ndog\nhen\n');
    const { code, out } = await folder.unfold('run', folder.model('three.onnx', identity([1, 3])), '--input', 'x=x.npy', '--labels', 'labels.txt', '--top', '2', '--softmax', '--backend', 'cpu');
    expect(code).to.equal(0);
    expect(out.split('\n').slice(1)).to.deep.equal(['  rank | class | label | value', '  -----|-------|-------|---------', '  1    | 2     | hen   | 0.500000', '  2    | 1     | dog   | 0.375000', '']);
  });

  it('gives the same on wasm and on cpu', async () => {
    folder.write('x.npy', encodeNpy({ dtype: 'float32', shape: [1, 1, 4, 4], data: Float32Array.from({ length: 16 }, (_, i) => (i % 5) - 2) }));
    const values: number[][] = [];
    for (const backend of ['cpu', 'wasm']) {
      const { code, err } = await folder.unfold('run', folder.model('small.onnx', small), '--input', 'x=x.npy', '--output', 'y=y.npy', '--backend', backend);
      expect(code, err).to.equal(0);
      values.push(Array.from(decodeNpy(folder.read('y.npy')).data));
    }
    near(values[1]!, values[0]!);
  });

  const refusals: Readonly<Record<string, readonly [code: number, says: string, run: () => Promise<Ended>]>> = {
    'a name of no input': [2, 'its inputs are x.', () => folder.unfold('run', folder.model('a.onnx', identity([1])), '--input', 'z=x.npy')],
    'a name of no output': [2, 'its outputs are y.', () => folder.unfold('run', folder.model('a.onnx', identity([1])), '--input', 'x=x.npy', '--output', 'z=z.npy')],
    'a picture beside an array for the only input': [2, 'all are given by --input', () => folder.unfold('run', folder.model('a.onnx', identity([1])), '--input', 'x=x.npy', '--image', 'colours.png')],
    '--grey for a model of colours': [2, '--grey gives one channel', () => folder.unfold('run', folder.model('a.onnx', identity([1, 3, 1, 2])), '--image', 'colours.png', '--grey')],
    'two means for three channels': [2, '--mean has 2 numbers', () => folder.unfold('run', folder.model('a.onnx', identity([1, 3, 1, 2])), '--image', 'colours.png', '--mean', '1,2')],
    'a standard deviation of zero': [2, '--std has a zero', () => folder.unfold('run', folder.model('a.onnx', identity([1, 3, 1, 2])), '--image', 'colours.png', '--std', '0')],
    'a picture for an input of two axes': [1, 'it has 2 axes', () => folder.unfold('run', folder.model('a.onnx', identity([1, 3])), '--image', 'colours.png')],
    'a picture for a batch of two': [1, 'takes 2 pictures', () => folder.unfold('run', folder.model('a.onnx', identity([2, 3, 1, 2])), '--image', 'colours.png')],
    'a size that the model forbids': [1, '[SHAPE_MISMATCH]', () => folder.unfold('run', folder.model('a.onnx', identity([1, 3, 1, 2])), '--image', 'colours.png', '--size', '2x2')],
    'whole numbers for a model of floats': [
      1,
      'np.save(file, x.astype(np.float32))',
      () => folder.unfold('run', folder.model('a.onnx', identity([1])), '--input', `x=${folder.write('int.npy', encodeNpy({ dtype: 'int32', shape: [1], data: Int32Array.of(1) }))}`),
    ],
    'labels of another number': [
      1,
      'it has 2 lines, and the model has 3 classes',
      () => folder.unfold('run', folder.model('a.onnx', identity([1, 3])), '--input', `x=${folder.write('three.npy', encodeNpy({ dtype: 'float32', shape: [1, 3], data: Float32Array.of(1, 2, 3) }))}`, '--labels', folder.write('two.txt', 'a\nb\n')),
    ],
    'an output that is no row of classes': [1, 'no row of classes', () => folder.unfold('run', folder.model('a.onnx', identity([1, 3, 1, 2])), '--image', 'colours.png', '--top', '1')],
    'a node that cannot be read': [1, '[UNSUPPORTED_OP]', () => folder.unfold('run', folder.model('a.onnx', { ...identity([1]), nodes: [{ op: 'Wavelet', name: 'strange', inputs: ['x'], outputs: ['y'] }] }), '--input', 'x=x.npy')],
  };
  for (const [what, [expected, says, run]] of Object.entries(refusals)) {
    it(`refuses ${what}`, async () => {
      const { code, err } = await run();
      expect(code, err).to.equal(expected);
      expect(err).to.include(says).and.to.include('\nFix: ');
      expect(err).not.to.match(/^\s+at /m);
    });
  }

  it('knows a seven that is drawn here, with a model that other people published', async function () {
    if (missing) skip(this, missing);
    const image = folder.write('seven.png', sevenPng());
    const { code, out, err } = await folder.unfold('run', publishedPath('mnist-cntk.onnx'), '--image', image, '--grey', '--size', '28x28', '--scale', '1', '--labels', folder.write('digits.txt', [...'0123456789'].join('\n')), '--top', '3');
    expect(code, err).to.equal(0);
    expect(out).to.match(/^ {2}1 +\| 7 +\| 7 +\|/m);
  });
});

