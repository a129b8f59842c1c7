import { expect } from 'chai';
import fc from 'fast-check';
import { builtInOps } from '@unfoldjs/core/reference';
import { concat, conv2d, depthwiseConv2d, evaluate, flip, matmul, pad, reshape, setBackend, slice, stridedSlice, tensor, transpose, type Tensor } from '@unfoldjs/core';
import { cpu } from '@unfoldjs/backend-cpu';
import { expectElements, expectSame, innerProduct, integers, pixelsOf, reals, seeded, windowCases, type Pair, type WindowCase } from '../support.js';

const optionsOf = ({ strides, dilations, padding }: WindowCase) => ({ strides, dilations, padding });
const imageOf = ({ batch, size, channels, seed }: WindowCase): Tensor => integers([batch, ...size, channels], seed);
const filtersOf = ({ window, channels, seed }: WindowCase, outputs = 3): Tensor => integers([...window, channels, outputs], seed + 1);

/** The definition, in seven loops, on plain arrays. */
async function byLoops(x: Tensor, filters: Tensor, strides: Pair, dilations: Pair, [[top, bottom], [left, right]]: readonly [Pair, Pair], groups = 1) {
  const [n, h, w, c] = x.shape as [number, number, number, number];
  const [kh, kw, depth, o] = filters.shape as [number, number, number, number];
  const rows = Math.floor((h + top + bottom - (kh - 1) * dilations[0] - 1) / strides[0]) + 1;
  const columns = Math.floor((w + left + right - (kw - 1) * dilations[1] - 1) / strides[1]) + 1;
  const [a, b] = [await x.data(), await filters.data()];
  const out: number[] = [];
  for (let image = 0; image < n; image++)
    for (let i = 0; i < rows; i++)
      for (let j = 0; j < columns; j++)
        for (let output = 0; output < o; output++) {
          const group = Math.floor(output / (o / groups));
          let sum = 0;
          for (let y = 0; y < kh; y++)
            for (let z = 0; z < kw; z++)
              for (let channel = 0; channel < depth; channel++) {
                const row = i * strides[0] - top + y * dilations[0];
                const column = j * strides[1] - left + z * dilations[1];
                if (row < 0 || row >= h || column < 0 || column >= w) continue;
                sum += a[((image * h + row) * w + column) * c + group * depth + channel]! * b[((y * kw + z) * depth + channel) * o + output]!;
              }
          out.push(sum);
        }
  return { shape: [n, rows, columns, o], data: out };
}

describe('conv2d', () => {
  before(() => setBackend(cpu()));

  it('is the sum over window and channels, for every stride, dilation and padding', () =>
    fc.assert(
      fc.asyncProperty(windowCases(), async (c) => {
        const [x, filters] = [imageOf(c), filtersOf(c)];
        const expected = await byLoops(x, filters, c.strides, c.dilations, pixelsOf(c));
        const actual = conv2d(x, filters, optionsOf(c));
        expect(actual.shape).to.deep.equal(expected.shape);
        expectElements(await actual.data(), expected.data);
      }),
      seeded(200),
    ));

  it('keeps groups apart', () =>
    fc.assert(
      fc.asyncProperty(windowCases(), fc.integer({ min: 1, max: 3 }), async (c, groups) => {
        const x = integers([c.batch, ...c.size, c.channels * groups], c.seed);
        const filters = integers([...c.window, c.channels, 2 * groups], c.seed + 1);
        const expected = await byLoops(x, filters, c.strides, c.dilations, pixelsOf(c), groups);
        expectElements(await conv2d(x, filters, { ...optionsOf(c), groups }).data(), expected.data);
      }),
      seeded(60),
    ));

  it('gives ceil(size / stride) places with same padding, whatever the window', () =>
    fc.assert(
      fc.property(windowCases(), fc.constantFrom<'same' | 'SAME' | 'same_lower'>('same', 'SAME', 'same_lower'), (c, padding) => {
        const y = conv2d(imageOf(c), filtersOf(c), { ...optionsOf(c), padding });
        expect(y.shape.slice(1, 3)).to.deep.equal(c.size.map((size, axis) => Math.ceil(size / c.strides[axis]!)));
      }),
      seeded(),
    ));

  it('with same padding is pad followed by valid', () =>
    fc.assert(
      fc.asyncProperty(windowCases(), async (c) => {
        const [x, filters] = [imageOf(c), filtersOf(c)];
        const padded = pad(x, [[0, 0], ...pixelsOf(c), [0, 0]]);
        await expectSame(conv2d(x, filters, optionsOf(c)), conv2d(padded, filters, { ...optionsOf(c), padding: 'valid' }));
      }),
      seeded(60),
    ));

  it('with stride s is every s-th place of stride 1', () =>
    fc.assert(
      fc.asyncProperty(windowCases(), async (c) => {
        const [x, filters, padding] = [imageOf(c), filtersOf(c), pixelsOf(c)];
        const dense = conv2d(x, filters, { dilations: c.dilations, padding });
        const every = stridedSlice(dense, [0, 0, 0, 0], [...dense.shape], [1, ...c.strides, 1]);
        await expectSame(conv2d(x, filters, { strides: c.strides, dilations: c.dilations, padding }), every);
      }),
      seeded(60),
    ));

  it('with dilation d is the filter with d - 1 zeros between its elements', () =>
    fc.assert(
      fc.asyncProperty(windowCases(), async (c) => {
        const [x, filters] = [imageOf(c), filtersOf(c)];
        const stuffed = stuff(stuff(filters, 0, c.dilations[0]), 1, c.dilations[1]);
        await expectSame(conv2d(x, filters, optionsOf(c)), conv2d(x, stuffed, { strides: c.strides, padding: pixelsOf(c) }));
      }),
      seeded(60),
    ));

  it('with a 1 x 1 filter is a product of matrices', async () => {
    const x = integers([2, 5, 7, 3], 1);
    const filters = integers([1, 1, 3, 4], 2);
    await expectSame(conv2d(x, filters), reshape(matmul(reshape(x, [70, 3]), reshape(filters, [3, 4])), [2, 5, 7, 4]));
  });

  it('with a filter of one 1 among zeros is a crop', async () => {
    const x = integers([2, 6, 7, 1], 3);
    for (const [row, column] of [[0, 0], [2, 1], [1, 2]] as const) {
      const delta = tensor(Float32Array.from({ length: 9 }, (_, i) => Number(i === row * 3 + column)), [3, 3, 1, 1]);
      await expectSame(conv2d(x, delta), slice(x, [0, row, column, 0], [2, 4, 5, 1]));
    }
  });

  it('is linear in the image and in the filters', () =>
    fc.assert(
      fc.asyncProperty(windowCases(), async (c) => {
        const [x, z, f, g] = [imageOf(c), integers([c.batch, ...c.size, c.channels], c.seed + 2), filtersOf(c), filtersOf({ ...c, seed: c.seed + 7 })];
        const y = (image: Tensor, filters: Tensor): Tensor => conv2d(image, filters, optionsOf(c));
        await expectSame(y(x.mul(3).add(z), f), y(x, f).mul(3).add(y(z, f)));
        await expectSame(y(x, f.mul(3).add(g)), y(x, f).mul(3).add(y(x, g)));
      }),
      seeded(30),
    ));

  it('moves with its image', async () => {
    const x = integers([1, 6, 5, 2], 5);
    const filters = integers([3, 2, 2, 3], 6);
    const moved = pad(x, [[0, 0], [2, 0], [1, 0], [0, 0]]);
    await expectSame(slice(conv2d(moved, filters), [0, 2, 1, 0]), conv2d(x, filters));
  });

  it('of a batch is that of its images', () =>
    fc.assert(
      fc.asyncProperty(windowCases(), async (c) => {
        const [one, two, filters] = [integers([1, ...c.size, c.channels], c.seed), integers([1, ...c.size, c.channels], c.seed + 3), filtersOf(c)];
        const y = (image: Tensor): Tensor => conv2d(image, filters, optionsOf(c));
        await expectSame(y(concat([one, two])), concat([y(one), y(two)]));
      }),
      seeded(30),
    ));

  it('in NCHW is the same on transposed images', () =>
    fc.assert(
      fc.asyncProperty(windowCases(), async (c) => {
        const [x, filters] = [imageOf(c), filtersOf(c)];
        const first = conv2d(transpose(x, [0, 3, 1, 2]), filters, { ...optionsOf(c), dataFormat: 'NCHW' });
        await expectSame(transpose(first, [0, 2, 3, 1]), conv2d(x, filters, optionsOf(c)));
      }),
      seeded(30),
    ));

  it('mirrored on both axes is the convolution of mathematics', async () => {
    const [x, filters] = [integers([1, 5, 5, 1], 8), integers([3, 3, 1, 1], 9)];
    await expectSame(flip(conv2d(x, filters), [1, 2]), conv2d(flip(x, [1, 2]), flip(filters, [0, 1])));
  });

  it('gives zeros where there are no channels and nothing where there are no images or filters', async () => {
    const none = conv2d(integers([1, 3, 3, 0], 1), integers([2, 2, 0, 2], 1));
    await expectSame(none, tensor(new Float32Array(8), [1, 2, 2, 2]));
    expect(conv2d(integers([0, 3, 3, 1], 1), integers([2, 2, 1, 2], 1)).shape).to.deep.equal([0, 2, 2, 2]);
    expect(conv2d(integers([1, 0, 3, 1], 1), integers([2, 2, 1, 2], 1), { padding: 'same' }).shape).to.deep.equal([1, 0, 3, 2]);
    expect((await conv2d(integers([1, 3, 3, 1], 1), integers([2, 2, 1, 0], 1)).data()).length).to.equal(0);
  });

  it('takes the four pairs of TensorFlow in the order of the data format', async () => {
    const [x, filters] = [integers([1, 4, 5, 2], 1), integers([2, 2, 2, 1], 2)];
    const expected = conv2d(x, filters, { padding: [[1, 2], [3, 0]] });
    await expectSame(conv2d(x, filters, { padding: [[0, 0], [1, 2], [3, 0], [0, 0]] }), expected);
    const nchw = conv2d(transpose(x, [0, 3, 1, 2]), filters, { padding: [[0, 0], [0, 0], [1, 2], [3, 0]], dataFormat: 'NCHW' });
    await expectSame(transpose(nchw, [0, 2, 3, 1]), expected);
  });

  it('converts images of integers, as they come from pixels', async () => {
    const x = integers([1, 4, 4, 1], 1);
    const filters = integers([2, 2, 1, 1], 2);
    await expectSame(conv2d(x.cast('int32'), filters), conv2d(x, filters));
  });

  it('decomposes into im2col and one product of matrices', () => {
    const x = integers([2, 5, 5, 3], 1);
    const filters = integers([3, 3, 3, 4], 1);
    const y = conv2d(x, filters, { strides: 2, dilations: [1, 2] });
    const reshaped = builtInOps.get('conv2d')!.decompose([x, filters], y.expr.attrs, y.type)!;
    const product = reshaped.expr.inputs[0]!;
    expect([reshaped.expr.op.name, product.op.name]).to.deep.equal(['reshape', 'matmul']);
    const [patches, flat] = product.inputs;
    expect(patches!.inputs[0]!.op.name).to.equal('im2col');
    expect(patches!.type.shape).to.deep.equal([2 * 2 * 1, 27]);
    expect(flat!.type.shape).to.deep.equal([27, 4]);
  });

  it('counts two operations for every product', () => {
    const y = conv2d(integers([2, 6, 6, 4], 1), integers([3, 3, 2, 8], 1), { groups: 2 });
    expect(y.expr.op.flops(y.expr.inputs.map(({ type }) => type), y.expr.attrs, y.type)).to.equal(2 * (2 * 4 * 4 * 8) * (3 * 3 * 2));
  });
});

/** The tensor with `every - 1` zeros between its elements along an axis. */
function stuff(x: Tensor, axis: number, every: number): Tensor {
  const size = x.shape[axis]!;
  const apart = reshape(x, [...x.shape.slice(0, axis + 1), 1, ...x.shape.slice(axis + 1)]);
  const widened = pad(apart, apart.shape.map((_, k) => (k === axis + 1 ? [0, every - 1] : [0, 0]) as Pair));
  const merged = reshape(widened, [...x.shape.slice(0, axis), size * every, ...x.shape.slice(axis + 1)]);
  return slice(merged, 0, merged.shape.map((dim, k) => (k === axis ? (size - 1) * every + 1 : dim)));
}

describe('depthwiseConv2d', () => {
  before(() => setBackend(cpu()));

  it('filters each channel by itself, output channel c * M + m being channel c under its filter m', () =>
    fc.assert(
      fc.asyncProperty(windowCases(), fc.integer({ min: 1, max: 3 }), async (c, multiplier) => {
        const x = imageOf(c);
        const filters = integers([...c.window, c.channels, multiplier], c.seed + 1);
        const each = Array.from({ length: c.channels }, (_, channel) =>
          conv2d(slice(x, [0, 0, 0, channel], [-1, -1, -1, 1]), slice(filters, [0, 0, channel, 0], [-1, -1, 1, -1]), optionsOf(c)),
        );
        await expectSame(depthwiseConv2d(x, filters, optionsOf(c)), concat(each, 3));
      }),
      seeded(60),
    ));
});

describe('the adjoint identities of conv2d', () => {
  before(() => setBackend(cpu()));

  it('<conv2d(x, w), dy> = <x, conv2dTranspose(dy, w)>', () =>
    fc.assert(
      fc.asyncProperty(windowCases(), fc.integer({ min: 1, max: 2 }), async (c, groups) => {
        const x = integers([c.batch, ...c.size, c.channels * groups], c.seed);
        const filters = integers([...c.window, c.channels, 2 * groups], c.seed + 1);
        const padding = pixelsOf(c);
        const y = conv2d(x, filters, { ...optionsOf(c), padding, groups });
        const dy = integers(y.shape, c.seed + 2);
        const back = dy.conv2dTranspose(filters, { strides: c.strides, dilations: c.dilations, padding, groups, outputShape: x.shape });
        await evaluate(y, back);
        expect(await innerProduct(y, dy)).to.equal(await innerProduct(x, back));
      }),
      seeded(100),
    ));

  it('<im2col(x), p> = <x, col2im(p)>', () =>
    fc.assert(
      fc.asyncProperty(windowCases(), async (c) => {
        const x = imageOf(c);
        const options = { window: c.window, ...optionsOf(c) };
        const patches = x.im2col(options);
        const p = integers(patches.shape, c.seed + 1);
        expect(await innerProduct(patches, p)).to.equal(await innerProduct(x, p.col2im({ ...options, inputShape: c.size })));
      }),
      seeded(100),
    ));

  it('<conv2d(x, w), dy> = <w, im2col(x) transposed times dy>', () =>
    fc.assert(
      fc.asyncProperty(windowCases(), async (c) => {
        const [x, filters] = [imageOf(c), filtersOf(c)];
        const y = conv2d(x, filters, optionsOf(c));
        const dy = integers(y.shape, c.seed + 2);
        const patches = x.im2col({ window: c.window, ...optionsOf(c) });
        const rows = patches.size === 0 ? 0 : patches.size / patches.shape[3]!;
        const gradient = matmul(reshape(patches, [rows, patches.shape[3]!]), reshape(dy, [rows, y.shape[3]!]), { transposeA: true });
        expect(await innerProduct(y, dy)).to.equal(await innerProduct(filters, reshape(gradient, filters.shape)));
      }),
      seeded(60),
    ));
});

describe('conv2d on cases that other libraries got wrong', () => {
  before(() => setBackend(cpu()));

  const agrees = async (x: Tensor, filters: Tensor, strides: Pair, dilations: Pair, padding: 'same' | 'same_lower' | readonly [Pair, Pair], groups = 1) => {
    const c = { size: [x.shape[1]!, x.shape[2]!] as const, window: [filters.shape[0]!, filters.shape[1]!] as const, strides, dilations, padding } as WindowCase;
    const expected = await byLoops(x, filters, strides, dilations, pixelsOf(c), groups);
    expectElements(await conv2d(x, filters, { strides, dilations, padding, groups }).data(), expected.data);
    return expected;
  };

  it('SAME with stride 5 above an input of 3 is not all zeros (tfjs#5907)', async () => {
    const { data } = await agrees(integers([1, 3, 3, 2], 1), integers([3, 3, 2, 2], 2), [5, 5], [1, 1], 'same');
    expect(data.some((value) => value !== 0)).to.equal(true);
  });

  it('odd widths give the same on the second run (tfjs#4844)', async () => {
    const [x, filters] = [integers([1, 9, 13, 3], 1), integers([3, 3, 3, 4], 2)];
    const y = (): Promise<ArrayLike<number>> => conv2d(x, filters, { padding: 'same' }).data();
    expectElements(await y(), await y());
    await agrees(x, filters, [1, 1], [1, 1], 'same');
  });

  it('sizes between 200 and 300 are right at the seams (tfjs#1936)', async () => {
    for (const width of [211, 256, 257]) await agrees(integers([1, 2, width, 1], width), integers([2, 3, 1, 1], 2), [1, 1], [1, 1], 'same');
  });

  it('depthwise, SAME, dilation 4 (tfjs#5378, tfjs#5293)', async () => {
    const [x, filters] = [integers([1, 11, 13, 3], 1), integers([3, 3, 1, 3], 2)];
    const expected = await agrees(x, filters, [1, 1], [4, 4], 'same', 3);
    expectElements(await depthwiseConv2d(x, reshape(filters, [3, 3, 3, 1]), { padding: 'same', dilations: 4 }).data(), expected.data);
  });

  it('SAME and same_lower with stride 2, even windows and even sizes put the odd pixel on their own side (onnxruntime#26734, webdnn#796)', async () => {
    for (const size of [4, 5, 6, 7] as const) {
      for (const window of [2, 3, 4] as const) {
        for (const padding of ['same', 'same_lower'] as const) await agrees(integers([1, size, size, 1], size), integers([window, window, 1, 2], window), [2, 2], [1, 1], padding);
      }
    }
    const x = tensor([1, 2, 3], [1, 3, 1, 1]);
    expectElements(await conv2d(x, tensor([1, 10], [2, 1, 1, 1]), { padding: 'same' }).data(), [21, 32, 3]);
    expectElements(await conv2d(x, tensor([1, 10], [2, 1, 1, 1]), { padding: 'same_lower' }).data(), [10, 21, 32]);
  });

  it('asymmetric padding, and SAME with dilation (onnxruntime#24800, onnxruntime#20582)', async () => {
    await agrees(integers([1, 5, 5, 2], 1), integers([3, 3, 2, 2], 2), [1, 1], [1, 1], [[0, 2], [3, 0]]);
    await agrees(integers([1, 5, 5, 2], 1), integers([3, 3, 2, 2], 2), [1, 1], [2, 3], 'same');
    await agrees(integers([1, 5, 5, 2], 1), integers([3, 3, 2, 2], 2), [2, 2], [2, 3], 'same');
  });

  it('strides and dilations both above 1, which TensorFlow.js refuses', async () => {
    await agrees(integers([2, 9, 8, 3], 1), integers([3, 2, 3, 4], 2), [2, 3], [2, 3], 'same');
    await agrees(integers([2, 9, 8, 4], 1), integers([2, 3, 2, 4], 2), [3, 2], [3, 2], [[1, 0], [2, 2]], 2);
  });

  it('images in NCHW through several layers (tfjs#6284)', async () => {
    const [x, one, two] = [integers([1, 7, 9, 2], 1), integers([3, 3, 2, 4], 2), integers([1, 1, 4, 3], 3)];
    const last = conv2d(conv2d(x, one, { strides: 2 }), two);
    const first = conv2d(conv2d(transpose(x, [0, 3, 1, 2]), one, { strides: 2, dataFormat: 'NCHW' }), two, { dataFormat: 'NCHW' });
    await expectSame(transpose(first, [0, 2, 3, 1]), last);
  });

  it('filters with infinities over padding give NaN where the definition multiplies 0 by them', async () => {
    const x = tensor([1, 1], [1, 1, 2, 1]);
    const y = await conv2d(x, tensor([Infinity, 1], [1, 2, 1, 1]), { padding: [[0, 0], [1, 0]] }).data();
    expectElements(y, [NaN, Infinity]);
  });

  it('agrees with the sum in doubles within half a unit in the last place of float32, on real data', async () => {
    const [x, filters] = [reals([1, 6, 6, 5], 1), reals([3, 3, 5, 4], 2)];
    const expected = await byLoops(x, filters, [1, 1], [1, 1], [[1, 1], [1, 1]]);
    expectElements(await conv2d(x, filters, { padding: 1 }).data(), expected.data.map(Math.fround));
  });
});
