import { expect } from 'chai';
import fc from 'fast-check';
import { tensor, UnfoldError } from '@unfoldjs/core';
import { decodeSafetensors, decodeState, encodeSafetensors, encodeState, parseIdx } from '@unfoldjs/nn';
import { fileEdits, type FileEdit } from '@unfoldjs/test-support/file-edits';
import { idxBytes } from '../idx-bytes.js';

const files = process.env['UNFOLD_LONG'] === '1' ? 100_000 : 10_000;

const tensors = encodeSafetensors(
  {
    'layers.0.kernel': { dtype: 'float32', shape: [2, 3], data: Float32Array.of(1, 2, 3, 4, 5, 6) },
    mask: { dtype: 'bool', shape: [4], data: Uint8Array.of(1, 0, 1, 1) },
    steps: { dtype: 'int32', shape: [], data: Int32Array.of(7) },
  },
  { made: 'here' },
);
const state = await encodeState({ epoch: 3, weights: [tensor([1, 2])], name: 'run' });
const idx = idxBytes([2, 3], Uint8Array.of(1, 2, 3, 4, 5, 6));

/** Bytes that mean something in headers: digits, brackets, signs, ends of ranges. */
const byte = fc.oneof(fc.integer({ min: 0, max: 255 }), fc.constantFrom(...[0, 1, 127, 128, 255, ...new TextEncoder().encode('"{}[]:,-0123456789eE.\\u')]));

const edit: fc.Arbitrary<FileEdit> = fc.oneof(
  { arbitrary: fileEdits(byte), weight: 4 },
  // The eight bytes of a length.
  { weight: 1, arbitrary: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }).map((length): FileEdit => (bytes) => {
    const copy = bytes.slice();
    if (copy.length >= 8) new DataView(copy.buffer).setBigUint64(0, length, true);
    return copy;
  }) },
);

const readers: Readonly<Record<string, readonly [Uint8Array, (file: Uint8Array, name: string) => unknown]>> = { safetensors: [tensors, decodeSafetensors], 'a saved state': [state, decodeState], IDX: [idx, parseIdx] };

describe('files that were mutated', () => {
  for (const [what, [original, read]] of Object.entries(readers)) {
    it(`are read, or refused as INVALID_FILE: ${what}, ${files} files`, function () {
      this.timeout(600_000);
      let refused = 0;
      fc.assert(
        fc.property(fc.array(edit, { minLength: 1, maxLength: 4 }), (edits) => {
          const file = edits.reduce<Uint8Array>((bytes, change) => change(bytes), original);
          try {
            read(file, 'a file');
          } catch (fault) {
            refused++;
            if (fault instanceof UnfoldError && fault.code === 'INVALID_FILE') return;
            throw fault;
          }
        }),
        { seed: 11, numRuns: files },
      );
      expect(({} as { polluted?: unknown }).polluted).to.equal(undefined);
      expect(refused).to.be.above(files / 2);
    });
  }

  it('do not touch the prototypes of objects by their names', () => {
    const hostile = encodeSafetensors(new Map([['__proto__', { dtype: 'float32' as const, shape: [1], data: Float32Array.of(1) }], ['constructor', { dtype: 'float32' as const, shape: [1], data: Float32Array.of(2) }]]));
    const { tensors: found } = decodeSafetensors(hostile);
    expect([...found.keys()].sort()).to.deep.equal(['__proto__', 'constructor']);
    expect(Object.getPrototypeOf({})).to.equal(Object.prototype);
  });
});
