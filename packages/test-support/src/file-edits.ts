import fc from 'fast-check';

/** What happens to a file on its way. */
export type FileEdit = (bytes: Uint8Array) => Uint8Array;

const anywhere = fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true });

/** A byte changed, the end cut off, bytes put in, bytes cut out. `byte` is a byte that means something in files of the kind. */
export const fileEdits = (byte: fc.Arbitrary<number>): fc.Arbitrary<FileEdit> =>
  fc.oneof(
    fc.tuple(anywhere, byte).map(([at, value]): FileEdit => (bytes) => bytes.map((old, i) => (i === Math.floor(at * bytes.length) ? value : old))),
    anywhere.map((at): FileEdit => (bytes) => bytes.slice(0, Math.floor(at * bytes.length))),
    fc.tuple(anywhere, fc.array(byte, { maxLength: 9 })).map(([at, more]): FileEdit => (bytes) => {
      const cut = Math.floor(at * bytes.length);
      return Uint8Array.from([...bytes.subarray(0, cut), ...more, ...bytes.subarray(cut)]);
    }),
    fc.tuple(anywhere, anywhere).map(([from, to]): FileEdit => (bytes) => {
      const [start, end] = [from, to].map((at) => Math.floor(at * bytes.length)).sort((a, b) => a - b) as [number, number];
      return Uint8Array.from([...bytes.subarray(0, start), ...bytes.subarray(end)]);
    }),
  );
