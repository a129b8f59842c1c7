import { expect } from 'chai';
import { version } from '@unfoldjs/core';
import { Folder } from './support/command.js';
import { small } from './support/models.js';

describe('the command unfold', function () {
  this.timeout(30_000);
  let folder: Folder;
  before(() => {
    folder = new Folder();
    folder.model('model.onnx', small);
    folder.write('text.onnx', 'not a model');
  });
  after(() => folder.remove());

  it('lists its commands and ends with 0 where help is asked for', async () => {
    const { code, out, err } = await folder.unfold('--help');
    expect([code, err]).to.deep.equal([0, '']);
    for (const name of ['inspect', 'run', 'bench', 'convert']) expect(out).to.match(new RegExp(`^  ${name} `, 'm'));
  });

  for (const name of ['inspect', 'run', 'bench', 'convert']) {
    it(`explains ${name} with an example where help is asked for`, async () => {
      const { code, out, err } = await folder.unfold(name, '--help');
      expect([code, err]).to.deep.equal([0, '']);
      expect(out).to.include(`Usage: unfold ${name} `).and.to.include(`$ unfold ${name} `);
    });
  }

  it('gives its version', async () => {
    expect(await folder.unfold('--version')).to.deep.equal({ code: 0, out: `${version}\n`, err: '' });
  });

  const wrong: Readonly<Record<string, readonly [args: readonly string[], says: string]>> = {
    'no command': [[], 'Usage: unfold'],
    'an unknown command': [['frobnicate'], "unknown command 'frobnicate'"],
    'an unknown flag': [['inspect', 'model.onnx', '--frobnicate'], "unknown option '--frobnicate'"],
    'a missing model': [['run'], "missing required argument 'model.onnx'"],
    'too many models': [['inspect', 'model.onnx', 'model.onnx'], 'too many arguments'],
    'an unknown backend': [['run', 'model.onnx', '--backend', 'tpu'], 'Allowed choices are wasm, cpu, gpu'],
    'a size that is none': [['run', 'model.onnx', '--image', 'x.png', '--size', '28'], 'height and width such as 224x224'],
    'a mean that is no number': [['run', 'model.onnx', '--mean', '1,two'], 'It is no number.'],
    'a count that is none': [['run', 'model.onnx', '--top', '0'], 'whole number from 1'],
    'runs that are none': [['bench', 'model.onnx', '--runs', '1.5'], 'whole number from 1'],
    'a shape that is none': [['inspect', 'model.onnx', '--shape', 'x=1x'], 'name=1x3x224x224'],
    'a shape of no input': [['inspect', 'model.onnx', '--shape', 'z=1x1x4x4'], 'its inputs are x.'],
    'a shape that is given twice': [['inspect', 'model.onnx', '--shape', 'x=1x1x4x4', '--shape', 'x=1x1x4x4'], 'x was given already'],
    'files that cannot become each other': [['convert', 'model.onnx', 'model.png'], 'give an .onnx and a .safetensors file'],
    'weights without their model': [['convert', 'w.safetensors', 'new.onnx'], '--model model.onnx'],
    'threads of a backend that has none': [['run', 'model.onnx', '--backend', 'cpu', '--threads', '2', '--image', 'x.png'], '--threads is for the backend wasm'],
    'nothing for an input': [['run', 'model.onnx'], 'give --input x=file.npy, or --image.'],
  };
  for (const [what, [args, says]] of Object.entries(wrong)) {
    it(`ends with 2 and says how it is called, given ${what}`, async () => {
      const { code, out, err } = await folder.unfold(...args);
      expect(code, err).to.equal(2);
      expect(out).to.equal('');
      expect(err).to.include(says);
      expect(err).not.to.match(/^\s+at /m);
    });
  }

  const failing: Readonly<Record<string, readonly [args: readonly string[], says: string]>> = {
    'a model that is not there': [['inspect', 'nothing.onnx'], 'ArgumentError: importOnnx: nothing.onnx cannot be read. [INVALID_FILE]'],
    'a model to run that is not there': [['run', 'nothing.onnx', '--image', 'x.png'], '[INVALID_FILE]'],
    'a model to time that is not there': [['bench', 'nothing.onnx'], '[INVALID_FILE]'],
    'a model to convert that is not there': [['convert', 'nothing.onnx', 'x.safetensors'], '[INVALID_FILE]'],
    'weights that are not there': [['convert', 'nothing.safetensors', 'x.onnx', '--model', 'model.onnx'], 'there is no such file'],
    'a file that is no model': [['inspect', 'text.onnx'], '[INVALID_FILE]'],
    'a picture that is not there': [['run', 'model.onnx', '--image', 'nothing.png'], 'there is no such file'],
    'a picture that is none': [['run', 'model.onnx', '--image', 'text.onnx'], 'neither a PNG nor a JPEG'],
    'an array that is none': [['run', 'model.onnx', '--input', 'x=text.onnx'], 'it is no .npy file.'],
    'labels that are not there': [['run', 'model.onnx', '--image', 'x.png', '--labels', 'nothing.txt'], 'there is no such file'],
    'a backend that this machine lacks': [['run', 'model.onnx', '--backend', 'gpu:webgl2', '--image', 'x.png'], '[NO_BACKEND]'],
  };
  for (const [what, [args, says]] of Object.entries(failing)) {
    it(`ends with 1 and says what to do, given ${what}`, async () => {
      const { code, out, err } = await folder.unfold(...args);
      expect(code, err).to.equal(1);
      expect(out).to.equal('');
      expect(err).to.include(says).and.to.include('\nFix: ');
      expect(err).not.to.match(/^\s+at /m);
    });
  }
});
