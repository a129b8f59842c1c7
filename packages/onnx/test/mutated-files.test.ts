import { setBackend, UnfoldError, type Backend } from '@unfoldjs/core';
import { cpu } from '@unfoldjs/backend-cpu';
import { importOnnx } from '@unfoldjs/onnx';
import { expect } from 'chai';
import fc from 'fast-check';
import { fileEdits } from '@unfoldjs/test-support/file-edits';
import { floats, info, ints, modelBytes, node, small, smallTensor } from './support/model.js';

const files = process.env['UNFOLD_LONG'] === '1' ? 100_000 : 1_000;

/** Bytes in buffers for each byte of a file: a float64 for an int8 is the most that its elements grow; the file itself is copied by parts. */
const mostGrowth = 16;
/** What the runtime allocates now and then, whatever is read. */
const slack = 2 ** 20;

const original = modelBytes({
  nodes: [
    node('Conv', 'x w b', 'c', { kernel_shape: [3, 3], pads: [1, 1, 1, 1], strides: [1, 2] }, { name: 'conv' }),
    node('Relu', 'c', 'r'),
    node('MaxPool', 'r', 'p', { kernel_shape: [2, 2] }),
    node('Resize', 'p _ s', 'u', { mode: 'linear' }),
    node('Shape', 'u', 'sizes', { end: 1 }),
    node('Constant', '', 'rest', { value: { tensor: ints('', [1], [-1]) } }),
    node('Concat', 'sizes rest', 'to', { axis: 0 }),
    node('Reshape', 'u to', 'f'),
    node('ConstantOfShape', 'sizes', 'more', { value: { tensor: floats('', [1], [2]) } }),
    node('Softmax', 'f', 'd'),
    node('Add', 'd more', 'y'),
  ],
  inputs: [info('x', ['N', 2, 4, 4])],
  outputs: [info('y', null)],
  initializers: [floats('w', [3, 2, 3, 3], small(54)), floats('b', [3], small(3)), floats('s', [4], [1, 1, 2, 2])],
});

/** Ends of varints, and tags of fields of the messages. */
const byte = fc.oneof(fc.integer({ min: 0, max: 255 }), fc.constantFrom(0, 1, 2, 7, 8, 10, 18, 34, 58, 66, 127, 128, 254, 255));
const edit = fileEdits(byte);

/** Reads a file and writes its graph; the code of the refusal, or null. Anything else that is thrown is a fault. */
async function read(file: Uint8Array): Promise<string | null> {
  try {
    const before = process.memoryUsage().arrayBuffers;
    const model = await importOnnx(file);
    expect(process.memoryUsage().arrayBuffers - before, 'bytes in buffers').to.be.at.most(mostGrowth * file.length + slack);
    model.apply(model.params, model.inputs.map(() => smallTensor([1, 2, 4, 4])));
    return null;
  } catch (fault) {
    if (!(fault instanceof UnfoldError)) throw fault;
    return fault.code;
  }
}

describe('ONNX files that were mutated', () => {
  let backend: Backend;
  before(async () => (backend = await setBackend(cpu())));
  after(() => backend.dispose());

  it(`are read, or refused with a code, and take no more than ${mostGrowth} bytes for each of theirs: ${files} files`, async function () {
    this.timeout(600_000);
    const counts = new Map<string | null, number>();
    await fc.assert(
      fc.asyncProperty(fc.array(edit, { minLength: 1, maxLength: 4 }), async (edits) => {
        const code = await read(edits.reduce((bytes, change) => change(bytes), original as Uint8Array));
        counts.set(code, (counts.get(code) ?? 0) + 1);
      }),
      { seed: 17, numRuns: files },
    );
    expect([...counts.keys()]).to.include.members([null, 'INVALID_FILE', 'UNSUPPORTED_OP']);
    expect(counts.get('INVALID_FILE')).to.be.above(files / 3);
    expect(({} as { polluted?: unknown }).polluted).to.equal(undefined);
  });

  it('are refused as INVALID_FILE wherever they are cut off', async () => {
    expect(await read(original)).to.equal(null);
    for (let length = 0; length < original.length; length++) expect(await read(original.subarray(0, length)), `${length} bytes`).to.equal('INVALID_FILE');
  });
});
