import { expect } from 'chai';
import fc from 'fast-check';
import { UnfoldError } from '@unfoldjs/core';
import { decodeSafetensors, encodeSafetensors, type HostTensor } from '@unfoldjs/nn';
import { safetensorsFile as fileOf } from './safetensors-file.js';

const bytesOf = (hex: string): number[] => (hex.match(/../g) ?? []).map((pair) => parseInt(pair, 16));

describe('safetensors: reading', () => {
  it('reads a file byte by byte as the format describes it', () => {
    // {"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}} and the numbers 1 and -2.5
    const hex = '36000000000000007b2261223a7b226474797065223a22463332222c227368617065223a5b325d2c22646174615f6f666673657473223a5b302c385d7d7d0000803f000020c0';
    const { tensors, metadata, notes } = decodeSafetensors(Uint8Array.from(bytesOf(hex)));
    expect(tensors.get('a')).to.deep.equal({ dtype: 'float32', shape: [2], data: Float32Array.of(1, -2.5) });
    expect(metadata).to.deep.equal({});
    expect(notes).to.deep.equal([]);
  });

  const elements: readonly (readonly [string, string, string, readonly number[], string | null])[] = [
    ['F32', '0000803f000080ff', 'float32', [1, -Infinity], null],
    ['I32', '01000000feffffff', 'int32', [1, -2], null],
    ['BOOL', '0100', 'bool', [1, 0], null],
    ['F64', '000000000000f83f9a9999999999b93f', 'float32', [1.5, Math.fround(0.1)], 'rounded'],
    // 1, -2, the largest, the smallest normal, the smallest, infinity, -0
    ['F16', '003c00c0ff7b00040100007c0080', 'float32', [1, -2, 65504, 2 ** -14, 2 ** -24, Infinity, -0], 'exactly'],
    ['BF16', '803f20c07f7f', 'float32', [1, -2.5, 3.3895313892515355e38], 'exactly'],
    ['I64', '0200000000000000ffffffffffffffff', 'int32', [2, -1], 'int64'],
    ['U64', '0200000000000000', 'int32', [2], 'uint64'],
    ['U32', 'ffffff7f', 'int32', [2 ** 31 - 1], 'uint32'],
    ['I16', '0200feff', 'int32', [2, -2], 'int16'],
    ['U16', '0200feff', 'int32', [2, 65534], 'uint16'],
    ['I8', '02fe', 'int32', [2, -2], 'int8'],
    ['U8', '02fe', 'int32', [2, 254], 'uint8'],
  ];
  for (const [dtype, hex, read, values, note] of elements) {
    it(`reads ${dtype} as ${read}${note ? ', and says so' : ''}`, () => {
      const data = bytesOf(hex);
      const { tensors, notes } = decodeSafetensors(fileOf({ x: { dtype, shape: [values.length], data_offsets: [0, data.length] } }, data));
      const tensor = tensors.get('x')!;
      expect(tensor.dtype).to.equal(read);
      expect([...tensor.data]).to.deep.equal(values);
      if (note) expect(notes).to.have.length(1).and.to.satisfy(([text]: string[]) => text!.startsWith('x: ') && text!.includes(note));
      else expect(notes).to.deep.equal([]);
    });
  }

  it('takes NaN of float16', () => {
    expect([...decodeSafetensors(fileOf({ x: { dtype: 'F16', shape: [1], data_offsets: [0, 2] } }, [1, 0x7e])).tensors.get('x')!.data]).to.deep.equal([NaN]);
  });

  it('takes what the format allows: no tensors, scalars, empty tensors, spaces behind the header, any order, strange names', () => {
    expect(decodeSafetensors(fileOf({})).tensors.size).to.equal(0);
    const header = { second: { dtype: 'U8', shape: [], data_offsets: [4, 5] }, __proto__x: { dtype: 'F32', shape: [0, 3], data_offsets: [4, 4] }, 'a "b"\\': { dtype: 'F32', shape: [1, 1], data_offsets: [0, 4] } };
    const { tensors } = decodeSafetensors(fileOf(`${JSON.stringify(header)}   `, [0, 0, 128, 63, 9]));
    expect([...tensors].map(([name, { shape, data }]) => [name, shape, [...data]])).to.deep.equal([
      ['second', [], [9]],
      ['__proto__x', [0, 3], []],
      ['a "b"\\', [1, 1], [1]],
    ]);
    const proto = decodeSafetensors(fileOf('{"__proto__":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}', [3]));
    expect([...proto.tensors.keys()]).to.deep.equal(['__proto__']);
  });

  const one = { dtype: 'U8', shape: [2], data_offsets: [0, 2] };
  const refusals: readonly (readonly [string, Uint8Array, string])[] = [
    ['an empty file', new Uint8Array(), '0 bytes are too few'],
    ['a file of 7 bytes', new Uint8Array(7), '7 bytes are too few'],
    ['a header of no bytes', fileOf(''), 'does not begin with {'],
    ['a header larger than the format allows', fileOf('{}', [], 100_000_001n), 'would have 100000001 bytes; the format allows 100000000'],
    ['a header length beyond all numbers', fileOf('{}', [], 2n ** 64n - 1n), 'would have 18446744073709551615 bytes'],
    ['a header that ends behind the file', fileOf('{}', [], 99n), 'ends behind the file, which has 10'],
    ['a header that begins with a space', fileOf(' {}'), 'does not begin with {'],
    ['a header that is a list', fileOf('[]'), 'does not begin with {'],
    ['a header that is not UTF-8', fileOf({ x: one }, [1, 2]).fill(0xff, 10, 11), 'not UTF-8'],
    ['a header that is not JSON', fileOf('{"x":}'), 'not JSON'],
    ['a header cut in the middle', fileOf(JSON.stringify({ x: one }).slice(0, -3), [1, 2]), 'not JSON'],
    ['a name that is there twice', fileOf('{"x":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"x":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}', [1]), '"x" twice'],
    ['a name that is there twice, once written with an escape', fileOf('{"x":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"\\u0078":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}', [1]), '"x" twice'],
    ['a field that is there twice', fileOf('{"x":{"dtype":"U8","dtype":"U8","shape":[1],"data_offsets":[0,1]}}', [1]), '"dtype" twice'],
    ['an entry that is no object', fileOf({ x: 3 }), 'entry of tensor "x" is not an object'],
    ['an entry without a dtype', fileOf({ x: { shape: [2], data_offsets: [0, 2] } }, [1, 2]), 'has no dtype'],
    ['a dtype that is none', fileOf({ x: { ...one, dtype: 'X9' } }, [1, 2]), '"X9", which the format does not define'],
    ['a dtype that has no numbers here', fileOf({ x: { ...one, dtype: 'F8_E4M3' } }, [1, 2]), 'F8_E4M3, which Unfold has no numbers for'],
    ['an entry without a shape', fileOf({ x: { dtype: 'U8', data_offsets: [0, 2] } }, [1, 2]), 'shape of tensor "x"'],
    ['a negative size', fileOf({ x: { ...one, shape: [-2] } }, [1, 2]), 'shape of tensor "x"'],
    ['a broken size', fileOf({ x: { ...one, shape: [2.5] } }, [1, 2]), 'shape of tensor "x"'],
    ['one offset', fileOf({ x: { ...one, data_offsets: [0] } }, [1, 2]), 'not [begin, end]'],
    ['a negative offset', fileOf({ x: { ...one, data_offsets: [-1, 1] } }, [1, 2]), 'not [begin, end]'],
    ['offsets backwards', fileOf({ x: { ...one, data_offsets: [2, 0] } }, [1, 2]), 'begins at byte 2, behind its end at 0'],
    ['a shape of another length', fileOf({ x: { ...one, shape: [3] } }, [1, 2]), 'U8 [3], which are 3 bytes; its data_offsets span 2'],
    ['a shape beyond all numbers', fileOf({ x: { ...one, shape: [2 ** 40, 2 ** 40] } }, [1, 2]), 'its data_offsets span 2'],
    ['overlapping tensors', fileOf({ x: one, y: { ...one, data_offsets: [1, 3] } }, [1, 2, 3]), '"x" and "y" overlap: one ends at byte 2, the other begins at 1'],
    ['the same bytes for two tensors', fileOf({ x: one, y: one }, [1, 2]), 'overlap'],
    ['a hole', fileOf({ x: one, y: { ...one, data_offsets: [3, 5] } }, [1, 2, 3, 4, 5]), 'bytes 2 to 3, between "x" and "y", belong to no tensor'],
    ['a hole at the beginning', fileOf({ x: { ...one, data_offsets: [1, 3] } }, [1, 2, 3]), 'bytes 0 to 1, between the header and "x"'],
    ['a file that ends early', fileOf({ x: one }, [1]), 'need 2 bytes behind the header; there are 1'],
    ['a file that goes on', fileOf({ x: one }, [1, 2, 3]), '1 bytes behind the last tensor belong to none'],
    ['metadata that is no object', fileOf({ __metadata__: [] }), '__metadata__'],
    ['metadata that is no text', fileOf({ __metadata__: { epoch: 3 } }), '__metadata__'],
    ['int64 that does not fit', fileOf({ x: { dtype: 'I64', shape: [1], data_offsets: [0, 8] } }, [0, 0, 0, 128, 0, 0, 0, 0]), 'is 2147483648, which int32 cannot hold'],
    ['a boolean that is 2', fileOf({ x: { dtype: 'BOOL', shape: [1], data_offsets: [0, 1] } }, [2]), 'is 2, which bool cannot hold'],
  ];
  for (const [what, file, message] of refusals) {
    it(`refuses ${what}`, () => {
      expect(() => decodeSafetensors(file, 'model.safetensors')).to.throw(UnfoldError, message).with.property('code', 'INVALID_FILE');
    });
  }
});

const hostTensors: fc.Arbitrary<HostTensor> = fc.array(fc.nat({ max: 3 }), { maxLength: 3 }).chain((shape): fc.Arbitrary<HostTensor> => {
  const length = shape.reduce((size, dim) => size * dim, 1);
  const sized = { minLength: length, maxLength: length };
  return fc.oneof(
    fc.float32Array({ ...sized, noNaN: true }).map((data): HostTensor => ({ dtype: 'float32', shape, data })),
    fc.int32Array(sized).map((data): HostTensor => ({ dtype: 'int32', shape, data })),
    fc.uint8Array({ ...sized, max: 1 }).map((data): HostTensor => ({ dtype: 'bool', shape, data })),
  );
});
const files = fc.tuple(fc.dictionary(fc.string({ unit: 'binary' }).filter((name) => name !== '__metadata__'), hostTensors, { maxKeys: 5 }), fc.dictionary(fc.string(), fc.string(), { maxKeys: 3 }));

describe('safetensors: writing', () => {
  it('writes what is read back the same', () => {
    fc.assert(
      fc.property(files, ([tensors, metadata]) => {
        const read = decodeSafetensors(encodeSafetensors(tensors, metadata));
        expect(new Map(read.tensors)).to.deep.equal(new Map(Object.entries(tensors)));
        expect({ ...read.metadata }).to.deep.equal({ ...metadata });
        expect(read.notes).to.deep.equal([]);
      }),
      { seed: 6, numRuns: 200 },
    );
  });

  it('writes the same bytes for the same tensors in any order, aligned to 8', () => {
    const [a, b]: HostTensor[] = [{ dtype: 'bool', shape: [1], data: Uint8Array.of(1) }, { dtype: 'float32', shape: [1], data: Float32Array.of(2) }];
    const file = encodeSafetensors({ a: a!, b: b! });
    expect(encodeSafetensors({ b: b!, a: a! })).to.deep.equal(file);
    expect(Number(new DataView(file.buffer).getBigUint64(0, true)) % 8).to.equal(0);
  });

  it('refuses what no reader would take', () => {
    const tensor: HostTensor = { dtype: 'float32', shape: [2], data: Float32Array.of(1, 2) };
    for (const run of [() => encodeSafetensors({ __metadata__: tensor }), () => encodeSafetensors({ x: { ...tensor, shape: [3] } }), () => encodeSafetensors({ x: tensor }, { epoch: 3 as unknown as string })]) {
      expect(run).to.throw(UnfoldError).with.property('code', 'INVALID_ARGUMENT');
    }
  });
});

describe('safetensors: damaged files', () => {
  /** Reads a file; anything but tensors or a typed error fails. */
  const readOrRefuse = (file: Uint8Array): void => {
    try {
      for (const { shape, data } of decodeSafetensors(file).tensors.values()) expect(shape.reduce((size, dim) => size * dim, 1)).to.equal(data.length);
    } catch (error) {
      expect(error).to.be.instanceOf(UnfoldError).with.property('code', 'INVALID_FILE');
    }
  };

  it('give tensors or a typed error, whatever bytes change, are cut off or added', () => {
    const change = fc.record({ at: fc.nat(), byte: fc.nat({ max: 255 }), cut: fc.nat({ max: 40 }), add: fc.uint8Array({ maxLength: 8 }) });
    fc.assert(
      fc.property(files, fc.array(change, { minLength: 1, maxLength: 4 }), ([tensors, metadata], changes) => {
        let file = encodeSafetensors(tensors, metadata);
        for (const { at, byte, cut, add } of changes) {
          file = Uint8Array.from([...file.subarray(0, file.length - (at % 3 === 0 ? cut : 0)), ...(at % 5 === 0 ? add : [])]);
          if (file.length > 0) file[at % file.length] = byte;
        }
        readOrRefuse(file);
      }),
      { seed: 7, numRuns: process.env.UNFOLD_LONG === '1' ? 20_000 : 500 },
    );
  });

  it('give tensors or a typed error, whatever the header says', () => {
    const value: fc.Arbitrary<unknown> = fc.oneof(fc.constantFrom('F32', 'U8', 'I64', 'BOOL', 'F4'), fc.array(fc.integer({ min: -1, max: 12 }), { maxLength: 3 }), fc.jsonValue());
    const header = fc.dictionary(fc.constantFrom('a', 'b', '__metadata__'), fc.record({ dtype: value, shape: value, data_offsets: value }, { requiredKeys: [] }));
    fc.assert(
      fc.property(header, fc.uint8Array({ maxLength: 24 }), (json, data) => readOrRefuse(fileOf(json, data))),
      { seed: 8, numRuns: process.env.UNFOLD_LONG === '1' ? 20_000 : 1000 },
    );
  });
});
