import { expect } from 'chai';
import fc from 'fast-check';
import { UnfoldError } from '@unfoldjs/core';
import { decodeNpy, encodeNpy } from 'unfoldjs/node';

const ascii = (text: string): Uint8Array => new TextEncoder().encode(text);

/** A file with a header of one's own. */
function npy(header: string, data: Uint8Array, version = 1): Uint8Array {
  const text = ascii(header);
  const start = version === 1 ? [0x93, ...ascii('NUMPY'), 1, 0, text.length & 255, text.length >> 8] : [0x93, ...ascii('NUMPY'), version, 0, text.length & 255, text.length >> 8, 0, 0];
  return Uint8Array.from([...start, ...text, ...data]);
}

const bytes = (data: ArrayBufferView): Uint8Array => new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
const refusal = (file: Uint8Array): UnfoldError => {
  try {
    decodeNpy(file, 'x.npy');
  } catch (fault) {
    expect(fault).to.be.instanceOf(UnfoldError);
    return fault as UnfoldError;
  }
  return expect.fail('it was read');
};

describe('files of NumPy', () => {
  it('come back as they were written, whatever their elements and shape', () => {
    const shape = fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 4 });
    const tensor = shape.chain((sizes) => {
      const size = sizes.reduce((product, dim) => product * dim, 1);
      const of = { minLength: size, maxLength: size };
      return fc.oneof(
        fc.float32Array(of).map((data) => ({ dtype: 'float32' as const, shape: sizes, data })),
        fc.int32Array(of).map((data) => ({ dtype: 'int32' as const, shape: sizes, data })),
        fc.uint8Array({ ...of, max: 1 }).map((data) => ({ dtype: 'bool' as const, shape: sizes, data })),
      );
    });
    fc.assert(
      fc.property(tensor, (each) => {
        const file = encodeNpy(each);
        const { dtype, shape: found, data } = decodeNpy(file);
        expect([dtype, found]).to.deep.equal([each.dtype, each.shape]);
        expect(bytes(data)).to.deep.equal(bytes(each.data));
      }),
      { seed: 1, numRuns: 200 },
    );
  });

  it('are written as np.save writes them', () => {
    const file = encodeNpy({ dtype: 'float32', shape: [3], data: Float32Array.of(1, 2, 3) });
    const header = "{'descr': '<f4', 'fortran_order': False, 'shape': (3,), }";
    expect(file).to.deep.equal(npy(`${header.padEnd(117)}\n`, bytes(Float32Array.of(1, 2, 3))));
    expect(new TextDecoder().decode(encodeNpy({ dtype: 'bool', shape: [], data: Uint8Array.of(1) }))).to.include("'descr': '|b1', 'fortran_order': False, 'shape': (), }");
  });

  it('are read with elements of every type that fits, in both versions', () => {
    const header = (descr: string): string => `{'descr': '${descr}', 'fortran_order': False, 'shape': (2,), }\n`;
    const cases: readonly (readonly [string, ArrayBufferView, string, readonly number[]])[] = [
      ['<f4', Float32Array.of(1.5, -2), 'float32', [1.5, -2]],
      ['<f8', Float64Array.of(0.1, -2), 'float32', [Math.fround(0.1), -2]],
      ['<i4', Int32Array.of(7, -(2 ** 31)), 'int32', [7, -(2 ** 31)]],
      ['<i8', BigInt64Array.of(7n, -1n), 'int32', [7, -1]],
      ['|u1', Uint8Array.of(7, 255), 'int32', [7, 255]],
      ['|b1', Uint8Array.of(1, 0), 'bool', [1, 0]],
    ];
    for (const version of [1, 2]) {
      for (const [descr, data, dtype, values] of cases) {
        const found = decodeNpy(npy(header(descr), bytes(data), version));
        expect([found.dtype, Array.from(found.data)]).to.deep.equal([dtype, values]);
      }
    }
  });

  it('are read with the keys of the header in any order', () => {
    const { shape } = decodeNpy(npy('{"shape": (1, 2), "fortran_order": False, "descr": "<f4"}', bytes(Float32Array.of(1, 2))));
    expect(shape).to.deep.equal([1, 2]);
  });

  const element = bytes(Float32Array.of(1));
  const bad: Readonly<Record<string, readonly [file: Uint8Array, says: string]>> = {
    'nothing': [new Uint8Array(), 'it is no .npy file'],
    'an archive': [ascii('PK\x03\x04 and more of it'), 'it is no .npy file'],
    'version 3': [npy("{'descr': '<f4', 'fortran_order': False, 'shape': (1,), }", element, 3), 'its version is 3'],
    'columns first': [npy("{'descr': '<f4', 'fortran_order': True, 'shape': (1,), }", element), 'column by column'],
    'big-endian numbers': [npy("{'descr': '>f4', 'fortran_order': False, 'shape': (1,), }", element), 'its elements are >f4'],
    'Python objects': [npy("{'descr': '|O', 'fortran_order': False, 'shape': (1,), }", element), 'its elements are |O'],
    'records': [npy("{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (1,), }", element), 'its header is not one of an array'],
    'no shape': [npy("{'descr': '<f4', 'fortran_order': False, }", element), 'its header is not one of an array'],
    'two shapes': [npy("{'descr': '<f4', 'shape': (1,), 'shape': (1,), }", element), 'its header is not one of an array'],
    'a shape that is a number': [npy("{'descr': '<f4', 'fortran_order': False, 'shape': (1), }", element), 'its header is not one of an array'],
    'a negative size': [npy("{'descr': '<f4', 'fortran_order': False, 'shape': (-1,), }", element), 'its header is not one of an array'],
    'sizes that overflow': [npy("{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999, 99999999999), }", element), 'its sizes overflow'],
    'too few elements': [npy("{'descr': '<f4', 'fortran_order': False, 'shape': (2,), }", element), '[2] of <f4 takes 8 bytes, and it has 4'],
    'too many elements': [npy("{'descr': '<f4', 'fortran_order': False, 'shape': (), }", bytes(Float32Array.of(1, 2))), 'takes 4 bytes, and it has 8'],
    'an int64 that int32 does not hold': [npy("{'descr': '<i8', 'fortran_order': False, 'shape': (1,), }", bytes(BigInt64Array.of(2n ** 31n))), 'element 0 is 2147483648'],
    'a boolean that is none': [npy("{'descr': '|b1', 'fortran_order': False, 'shape': (1,), }", Uint8Array.of(2)), 'element 0 is 2'],
  };
  for (const [what, [file, says]] of Object.entries(bad)) {
    it(`are refused where they hold ${what}`, () => {
      const { code, problem } = refusal(file);
      expect(code).to.equal('INVALID_FILE');
      expect(problem).to.include(says);
    });
  }

  it('are refused with a typed error wherever they are cut', () => {
    const file = encodeNpy({ dtype: 'float32', shape: [3], data: Float32Array.of(1, 2, 3) });
    for (let length = 0; length < file.length; length++) expect(refusal(file.slice(0, length)).code, String(length)).to.equal('INVALID_FILE');
  });

  it('never give anything but a tensor of its size or a typed error, whatever bytes of them change', () => {
    const file = encodeNpy({ dtype: 'int32', shape: [2, 3], data: Int32Array.of(1, 2, 3, 4, 5, 6) });
    const changes = fc.array(fc.tuple(fc.nat(file.length - 1), fc.nat(255)), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(changes, (list) => {
        const changed = Uint8Array.from(file);
        for (const [at, value] of list) changed[at] = value;
        try {
          const { shape, data } = decodeNpy(changed);
          expect(data.length).to.equal(shape.reduce((product, dim) => product * dim, 1));
        } catch (fault) {
          if (!(fault instanceof UnfoldError)) throw fault;
          expect(fault.code).to.equal('INVALID_FILE');
        }
      }),
      { seed: 2, numRuns: 2000 },
    );
  });
});
