import { expect } from 'chai';
import { cpu } from '@unfoldjs/backend-cpu';
import * as u from '@unfoldjs/core';
import { evaluate, setBackend, tensor, UnfoldError, type Backend, type ErrorCode, type Tensor } from '@unfoldjs/core';

/** What somebody does wrong, and what they must be told: the code, and the argument at fault (none where there is no one). */
interface Row {
  readonly what: string;
  readonly call: () => unknown;
  readonly code: ErrorCode;
  readonly argument?: string | undefined;
}

const row = (what: string, call: () => unknown, code: ErrorCode, argument?: string): Row => ({ what, call, code, argument });

/** A value that the types forbid: users of plain JavaScript have no types. */
const wrong = (value: unknown): never => value as never;

const vector = tensor([1, 2, 3]);
const matrix = tensor([[1, 2, 3], [4, 5, 6]]);
const integers = tensor([1, 2, 3], [3], 'int32');
const image = tensor(new Float32Array(1 * 5 * 5 * 2), [1, 5, 5, 2]);
const filters = tensor(new Float32Array(3 * 3 * 2 * 4), [3, 3, 2, 4]);

const rows: Readonly<Record<string, readonly Row[]>> = {
  'data and shapes': [
    row('data too short for its shape', () => tensor([1, 2, 3], [2, 2]), 'DATA_MISMATCH', 'values'),
    row('data too long for its shape', () => tensor(new Float32Array(5), [2, 2]), 'DATA_MISMATCH', 'values'),
    row('ragged arrays', () => tensor([[1, 2], [3]]), 'DATA_MISMATCH', 'values'),
    row('a text among numbers', () => tensor(wrong([1, '2'])), 'DATA_MISMATCH', 'values'),
    row('a hole in an array', () => tensor(wrong([1, undefined, 3])), 'DATA_MISMATCH', 'values'),
    row('no data at all', () => tensor(wrong(undefined)), 'DATA_MISMATCH', 'values'),
    row('NaN in a shape', () => tensor([1], [NaN]), 'INVALID_ARGUMENT', 'shape'),
    row('a negative size', () => u.zeros([2, -1]), 'INVALID_ARGUMENT', 'shape'),
    row('a fraction of a size', () => u.ones([1.5]), 'INVALID_ARGUMENT', 'shape'),
    row('a number for a shape', () => u.zeros(wrong(3)), 'INVALID_ARGUMENT', 'shape'),
    row('more elements than a tensor may have', () => u.zeros([65536, 65536]), 'INVALID_ARGUMENT', 'shape'),
    row('a value outside int32', () => tensor([2147483648], [1], 'int32'), 'DATA_MISMATCH', 'values'),
    row('a fraction for int32', () => tensor([1.5], [1], 'int32'), 'DATA_MISMATCH', 'values'),
    row('NaN for int32', () => tensor([NaN], [1], 'int32'), 'DATA_MISMATCH', 'values'),
    row('an unknown dtype', () => tensor([1], [1], wrong('float16')), 'INVALID_ARGUMENT', 'dtype'),
    row('a full tensor of int32 with a fraction', () => u.full([2], 0.5, 'int32'), 'DATA_MISMATCH', 'value'),
    row('a range that never ends', () => u.arange(0, 5, 0), 'INVALID_ARGUMENT', 'step'),
    row('a seed that is no whole number', () => u.randomUniform([2], { seed: 0.5 }), 'INVALID_ARGUMENT', 'seed'),
    row('bounds in the wrong order', () => u.randomUniform([2], { min: 1, max: 0 }), 'INVALID_ARGUMENT', 'min'),
    row('pixels that do not fill their image', () => u.fromPixels({ data: new Uint8ClampedArray(15), width: 2, height: 2 }), 'DATA_MISMATCH', 'data'),
    row('one-hot vectors of a negative depth', () => u.oneHot(integers, -1), 'INVALID_ARGUMENT', 'depth'),
  ],
  'operands': [
    row('shapes that do not broadcast', () => u.add(vector, tensor([1, 2])), 'SHAPE_MISMATCH', 'b'),
    row('a text for a tensor', () => u.add(wrong('x'), 1), 'INVALID_ARGUMENT', 'a'),
    row('undefined for a tensor', () => u.relu(wrong(undefined)), 'INVALID_ARGUMENT', 'x'),
    row('a fraction beside int32', () => u.add(integers, 0.5), 'INVALID_ARGUMENT', 'b'),
    row('a number beyond int32 beside int32', () => u.mul(integers, 2 ** 31), 'INVALID_ARGUMENT', 'b'),
    row('a condition that is no bool', () => u.where(vector, 1, 2), 'DTYPE_MISMATCH', 'condition'),
    row('a cast to an unknown dtype', () => u.cast(vector, wrong('int8')), 'INVALID_ARGUMENT', 'dtype'),
    row('clip with its limits reversed', () => u.clip(vector, { min: 2, max: 1 }), 'INVALID_ARGUMENT', 'min'),
    row('an option that does not exist', () => u.sum(vector, wrong({ axis: 0 })), 'INVALID_ARGUMENT', 'axis'),
    row('options that are no object', () => u.softmax(vector, wrong(1)), 'INVALID_ARGUMENT', 'options'),
    row('an alpha that is no number', () => u.leakyRelu(vector, { alpha: wrong('0.2') }), 'INVALID_ARGUMENT', 'alpha'),
  ],
  'axes and shapes of results': [
    row('an axis that does not exist', () => u.sum(vector, { axes: 1 }), 'INVALID_ARGUMENT', 'axes'),
    row('an axis named twice', () => u.sum(matrix, { axes: [0, -2] }), 'INVALID_ARGUMENT', 'axes'),
    row('a fraction of an axis', () => u.argMax(matrix, { axis: 0.5 }), 'INVALID_ARGUMENT', 'axis'),
    row('the largest of nothing, by position', () => u.argMax(u.zeros([2, 0])), 'SHAPE_MISMATCH', 'x'),
    row('more of the largest than there are', () => u.topk(vector, { k: 4 }), 'SHAPE_MISMATCH', 'k'),
    row('a reshape that does not fit', () => u.reshape(matrix, [4, 2]), 'SHAPE_MISMATCH', 'shape'),
    row('a reshape with two unknown sizes', () => u.reshape(matrix, [-1, -1]), 'INVALID_ARGUMENT', 'shape'),
    row('a reshape whose unknown size is no whole number', () => u.reshape(matrix, [4, -1]), 'SHAPE_MISMATCH', 'shape'),
    row('a permutation with a missing axis', () => u.transpose(matrix, [0]), 'INVALID_ARGUMENT', 'perm'),
    row('a permutation with an axis twice', () => u.transpose(matrix, [0, 0]), 'INVALID_ARGUMENT', 'perm'),
    row('a slice beyond the end', () => u.slice(matrix, [0, 2], [2, 2]), 'SHAPE_MISMATCH', 'size'),
    row('a stride of zero', () => u.stridedSlice(vector, [0], [3], [0]), 'INVALID_ARGUMENT', 'strides'),
    row('tensors of other sizes beside the axis', () => u.concat([matrix, tensor([[1, 2]])], 0), 'SHAPE_MISMATCH', 'tensors[1]'),
    row('nothing to concatenate', () => u.concat([]), 'INVALID_ARGUMENT', 'tensors'),
    row('a stack of unequal tensors', () => u.stack([vector, tensor([1])]), 'SHAPE_MISMATCH', 'tensors[1]'),
    row('a split into unequal parts', () => u.split(vector, 2), 'SHAPE_MISMATCH', 'parts'),
    row('an axis squeezed that has elements', () => u.squeeze(matrix, [0]), 'SHAPE_MISMATCH', 'axes'),
    row('a broadcast to a smaller shape', () => u.broadcastTo(matrix, [3]), 'SHAPE_MISMATCH', 'shape'),
    row('indices that are no integers', () => u.gather(vector, tensor([0.5])), 'DTYPE_MISMATCH', 'indices'),
    row('too few paddings', () => u.pad(matrix, [[1, 1]]), 'INVALID_ARGUMENT', 'paddings'),
    row('a negative padding', () => u.pad(vector, [[-1, 0]]), 'INVALID_ARGUMENT', 'paddings'),
    row('more to reflect than there is', () => u.pad(vector, [[3, 0]], { mode: 'reflect' }), 'SHAPE_MISMATCH', 'paddings'),
    row('an unknown mode of padding', () => u.pad(vector, [[1, 0]], { mode: wrong('mirror') }), 'INVALID_ARGUMENT', 'mode'),
    row('fewer repetitions than axes', () => u.tile(matrix, [2]), 'INVALID_ARGUMENT', 'reps'),
    row('channels that do not divide into blocks', () => u.depthToSpace(image, 2), 'SHAPE_MISMATCH', 'x'),
  ],
  'products and images': [
    row('inner sizes that differ', () => u.matmul(matrix, matrix), 'SHAPE_MISMATCH', 'b'),
    row('batches that do not broadcast', () => u.matmul(u.zeros([2, 2, 3]), u.zeros([3, 3, 2])), 'SHAPE_MISMATCH', 'b'),
    row('a scalar in a product', () => u.matmul(tensor(1), matrix), 'SHAPE_MISMATCH', 'a'),
    row('an outer product of a matrix', () => u.outer(matrix, vector), 'SHAPE_MISMATCH', 'a'),
    row('an image without its batch', () => u.conv2d(u.zeros([5, 5, 2]), filters), 'SHAPE_MISMATCH', 'x'),
    row('filters of the wrong rank', () => u.conv2d(image, u.zeros([3, 3, 2])), 'SHAPE_MISMATCH', 'filters'),
    row('channels that do not match', () => u.conv2d(image, u.zeros([3, 3, 3, 4])), 'SHAPE_MISMATCH', 'filters'),
    row('channels last, said to be first', () => u.conv2d(image, filters, { dataFormat: 'NCHW' }), 'SHAPE_MISMATCH', 'filters'),
    row('a stride that is no whole number', () => u.conv2d(image, filters, { strides: 1.5 }), 'INVALID_ARGUMENT', 'strides'),
    row('a stride of zero', () => u.conv2d(image, filters, { strides: 0 }), 'INVALID_ARGUMENT', 'strides'),
    row('three strides', () => u.conv2d(image, filters, { strides: wrong([1, 1, 1]) }), 'INVALID_ARGUMENT', 'strides'),
    row('a dilation of zero', () => u.conv2d(image, filters, { dilations: 0 }), 'INVALID_ARGUMENT', 'dilations'),
    row('an unknown padding', () => u.conv2d(image, filters, { padding: wrong('full') }), 'INVALID_ARGUMENT', 'padding'),
    row('a negative padding', () => u.conv2d(image, filters, { padding: -1 }), 'INVALID_ARGUMENT', 'padding'),
    row('padding of one side', () => u.conv2d(image, filters, { padding: wrong([[1, 1]]) }), 'INVALID_ARGUMENT', 'padding'),
    row('a window larger than the image', () => u.conv2d(image, u.zeros([6, 6, 2, 1])), 'SHAPE_MISMATCH', 'x'),
    row('an unknown data format', () => u.conv2d(image, filters, { dataFormat: wrong('CHWN') }), 'INVALID_ARGUMENT', 'dataFormat'),
    row('an option of another library', () => u.conv2d(image, filters, wrong({ pad: 'same' })), 'INVALID_ARGUMENT', 'pad'),
    row('groups that do not divide the filters', () => u.conv2d(image, u.zeros([3, 3, 1, 3]), { groups: 2 }), 'INVALID_ARGUMENT', 'groups'),
    row('depthwise filters for other channels', () => u.depthwiseConv2d(image, u.zeros([3, 3, 3, 1])), 'SHAPE_MISMATCH', 'filters'),
    row('pointwise filters of more than a pixel', () => u.separableConv2d(image, u.zeros([3, 3, 2, 1]), u.zeros([2, 1, 2, 1])), 'SHAPE_MISMATCH', 'pointwiseFilters'),
    row('a transposed convolution to an impossible size', () => u.conv2dTranspose(u.zeros([1, 2, 2, 4]), u.zeros([3, 3, 2, 4]), { strides: 2, outputShape: [9, 9] }), 'SHAPE_MISMATCH', 'outputShape'),
    row('pooling without a window', () => u.maxPool2d(image, wrong({})), 'INVALID_ARGUMENT', 'window'),
    row('a window larger than what is pooled', () => u.avgPool2d(image, { window: 6 }), 'SHAPE_MISMATCH', 'x'),
    row('patches that are none', () => u.col2im(image, { window: 3, inputShape: [5, 5] }), 'SHAPE_MISMATCH', 'patches'),
    row('resizing to half a pixel', () => u.resizeBilinear(image, [0.5, 4]), 'INVALID_ARGUMENT', 'size'),
    row('statistics of other channels', () => u.batchNorm(image, vector, vector), 'SHAPE_MISMATCH', 'mean'),
    row('an epsilon below zero', () => u.batchNorm(matrix, vector, vector, { epsilon: -1 }), 'INVALID_ARGUMENT', 'epsilon'),
    row('groups of channels that do not divide', () => u.groupNorm(image, { groups: 3 }), 'SHAPE_MISMATCH', 'groups'),
  ],
  'values and lifetimes': [
    row('the one element of many', () => vector.item(), 'SHAPE_MISMATCH'),
    row('the data of a disposed tensor', () => {
      const x = tensor([1, 2]);
      x.dispose();
      return x.data();
    }, 'DISPOSED'),
    row('evaluating on a disposed tensor', () => {
      const x = tensor([1, 2]);
      const y = x.add(1);
      x.dispose();
      return evaluate(y);
    }, 'DISPOSED'),
    row('evaluating what is no tensor', () => evaluate(wrong({ loss: 1 })), 'INVALID_ARGUMENT', 'loss'),
    row('a backend that is none', () => setBackend(wrong({})), 'INVALID_ARGUMENT', 'sources'),
    row('an empty list of backends', () => setBackend([]), 'NO_BACKEND', 'sources'),
    row('a memory limit that is no number', () => u.setMemoryLimits({ limit: wrong('1 GB') }), 'INVALID_ARGUMENT', 'limit'),
    row('a promise for a tensor', () => u.add(vector, wrong(Promise.resolve(vector))), 'INVALID_ARGUMENT', 'b'),
    row('reading while tracing', async () => {
      let reading: Promise<unknown> = Promise.resolve();
      await u.compile((x: Tensor) => {
        reading = x.data();
        reading.catch(() => undefined);
        return x;
      }, [u.placeholder([])])(tensor(1));
      await reading;
    }, 'TRACE_ONLY'),
    row('a placeholder of a negative size', () => u.placeholder([-1]), 'INVALID_ARGUMENT', 'shape'),
    row('an argument of another shape than its placeholder', () => u.compile((x: Tensor) => x.add(1), [u.placeholder([2])])(vector), 'SHAPE_MISMATCH', '[0]'),
  ],
};

/** The error of a call, which may be thrown at once or reject. */
async function errorOf(call: () => unknown): Promise<unknown> {
  try {
    await call();
  } catch (error) {
    return error;
  }
  return null;
}

const print = process.env['UNFOLD_PRINT'] === '1';

describe('bad input', () => {
  let backend: Backend;
  before(async () => {
    backend = await setBackend(cpu());
  });
  afterEach(async () => {
    expect([...(await matrix.add(1).data())], 'the program goes on').to.deep.equal([2, 3, 4, 5, 6, 7]);
  });

  for (const [topic, each] of Object.entries(rows)) {
    describe(topic, () => {
      for (const { what, call, code, argument } of each) {
        it(`${what}: ${code}${argument ? `, ${argument}` : ''}`, async () => {
          const error = await errorOf(call);
          if (print) console.log(`\n${what}\n${(error as Error | null)?.message ?? 'no error'}`);
          expect(error, 'no error, or one of another class').to.be.instanceOf(UnfoldError);
          const refusal = error as UnfoldError;
          expect([refusal.code, refusal.argument]).to.deep.equal([code, argument]);
          expect(refusal.message).to.match(/^[a-zA-Z0-9]+( \(`[^`]+`\))?: .+\.? \[[A-Z_]+\]\n[^]*\nFix: .+[.]$/);
          expect(refusal.message).to.not.match(/undefined\b.*undefined|\[object Object\]|NaN, NaN/);
        });
      }
    });
  }

  it('operands on two backends: MIXED_BACKENDS, at the call', async () => {
    const other = await cpu().open();
    const here = await vector.to(backend);
    const there = await vector.to(other);
    expect(() => u.add(here, there)).to.throw(UnfoldError).with.property('code', 'MIXED_BACKENDS');
    expect([...(await u.add(here, await there.to(backend)).data())]).to.deep.equal([2, 4, 6]);
    await other.dispose();
  });

  it('every refusal of an op is thrown at the call: the stack names this file', () => {
    try {
      u.conv2d(image, filters, { strides: 0 });
    } catch (error) {
      expect((error as Error).stack).to.match(/bad-input\.test/);
      return;
    }
    expect.fail('nothing was thrown');
  });
});
