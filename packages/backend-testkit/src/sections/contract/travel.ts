import { allocate, dtypes, formatType, type DType, type TensorType } from '@unfoldjs/core';
import { dataFor, type Fill } from '../../arbitraries/data.js';
import { checkExact } from '../../support/compare.js';
import { checkEqual } from '../../support/fail.js';
import { whyLost } from '../primitives.js';
import { LeftOut, type Case } from '../section.js';

/** Nothing, one element, a prime (no alignment fits it), and the largest. */
const sizes = [0, 1, 8191] as const;

const fillOf: Record<DType, readonly Fill[]> = { float32: ['reals', 'specials'], int32: ['integers', 'extremes'], bool: ['integers'] };

const contents: Record<Fill, string> = { integers: 'small whole numbers', reals: 'real numbers', specials: 'NaN and infinities', nonFinite: 'NaN and infinities', extremes: 'the ends of the range' };

/** Elements come back as they were sent. */
export const travel = (): Case[] => [
  ...dtypes.flatMap((dtype) => fillOf[dtype].flatMap((fill) => [...sizes.map((size) => trip(dtype, fill, () => [size], `${size} elements`)), trip(dtype, fill, (largest) => [largest], 'the largest size')])),
  trip('float32', 'reals', () => [], 'a scalar'),
  trip('float32', 'reals', () => [2, 0, 3], 'an empty tensor of rank 3'),
  trip('int32', 'integers', () => [2, 3, 5, 7], 'rank 4'),
  {
    title: 'keeps what was uploaded when the host array changes afterwards',
    async run({ backend }) {
      const type: TensorType = { dtype: 'float32', shape: [3] };
      const data = Float32Array.of(1, 2, 3);
      const buffer = await backend.upload(data, type);
      data.fill(9);
      const read = await backend.read(buffer);
      backend.free(buffer);
      checkExact(read, [1, 2, 3], type.shape, 'the buffer, after the host wrote to its own array,');
    },
  },
  {
    title: 'gives a copy to every reader',
    async run({ backend }) {
      const type: TensorType = { dtype: 'int32', shape: [3] };
      const buffer = await backend.upload(Int32Array.of(1, 2, 3), type);
      (await backend.read(buffer)).fill(9);
      const read = await backend.read(buffer);
      backend.free(buffer);
      checkExact(read, [1, 2, 3], type.shape, 'the buffer, after a reader wrote to what it read,');
    },
  },
  {
    title: 'keeps buffers of uploads that run at once apart',
    async run({ backend }) {
      const types = Array.from({ length: 8 }, (_, i): TensorType => ({ dtype: dtypes[i % 3]!, shape: [i + 1] }));
      const data = types.map((type, i) => dataFor(type, i, 'integers'));
      const buffers = await Promise.all(types.map((type, i) => backend.upload(data[i]!, type)));
      const read = await Promise.all(buffers.map((buffer) => backend.read(buffer)));
      buffers.forEach((buffer) => backend.free(buffer));
      types.forEach((type, i) => checkExact(read[i]!, data[i]!, type.shape, `buffer ${i} of 8`));
    },
  },
];

function trip(dtype: DType, fill: Fill, shape: (largest: number) => number[], size: string): Case {
  return {
    title: `brings ${dtype} back: ${contents[fill]}, ${size}`,
    async run(context) {
      const lost = whyLost(fill, context);
      if (lost) throw new LeftOut(lost);
      const { backend, largest, seed } = context;
      const type: TensorType = { dtype, shape: shape(largest) };
      const data = dataFor(type, seed, fill);
      const buffer = await backend.upload(data, type);
      try {
        checkEqual(formatType(buffer.type), formatType(type), 'the type of the uploaded buffer');
        const read = await backend.read(buffer);
        checkEqual(read.constructor === Float64Array ? Float32Array : read.constructor, allocate(dtype, 0).constructor, `the array that read() gives for ${dtype}`);
        checkExact(read, data, type.shape, 'what came back');
      } finally {
        backend.free(buffer);
      }
    },
  };
}
