import { expect } from 'chai';
import * as u from '@unfoldjs/core';
import { UnfoldError, type ErrorCode } from '@unfoldjs/core';
import { expectRefusal, integers } from './support.js';

const image = integers([2, 5, 6, 4], 1);
const filters = integers([3, 3, 4, 8], 2);
const matrix = integers([2, 3], 3);
/** A wrong value, as JavaScript allows it. */
const wrong = (value: unknown): never => value as never;

type Case = readonly [name: string, call: () => unknown, code: ErrorCode, argument: string, message: RegExp];

const cases: readonly Case[] = [
  ['an image without a batch axis', () => u.conv2d(integers([5, 6, 4], 1), filters), 'SHAPE_MISMATCH', 'x', /rank 3, not 4[^]*expandDims\(x, 0\)/],
  ['filters of rank 3', () => u.conv2d(image, integers([3, 4, 8], 1)), 'SHAPE_MISMATCH', 'filters', /rank 3, not 4[^]*\[KH, KW, C \/ groups, O\]/],
  ['channels that do not match', () => u.conv2d(image, integers([3, 3, 3, 8], 1)), 'SHAPE_MISMATCH', 'filters', /`x` has 4 channels and the filters take 3[^]*x {8}\| \[2, 5, 6, 4\]/],
  ['channels that would match in groups', () => u.conv2d(image, integers([3, 3, 2, 8], 1)), 'SHAPE_MISMATCH', 'filters', /groups: 2/],
  ['the channels of NCHW', () => u.conv2d(image, filters, { dataFormat: 'NCHW' }), 'SHAPE_MISMATCH', 'filters', /`x` has 5 channels[^]*axis 1/],
  ['filters that do not divide into groups', () => u.conv2d(image, integers([3, 3, 2, 7], 1), { groups: 2 }), 'INVALID_ARGUMENT', 'groups', /7 filters/],
  ['a fraction as stride', () => u.conv2d(image, filters, { strides: 1.5 }), 'INVALID_ARGUMENT', 'strides', /1.5 is not a whole number from 1/],
  ['a stride of 0', () => u.conv2d(image, filters, { strides: [1, 0] }), 'INVALID_ARGUMENT', 'strides', /0 is not/],
  ['NaN as stride', () => u.conv2d(image, filters, { strides: NaN }), 'INVALID_ARGUMENT', 'strides', /NaN/],
  ['a string as stride', () => u.conv2d(image, filters, { strides: wrong('2') }), 'INVALID_ARGUMENT', 'strides', /"2"/],
  ['three strides', () => u.conv2d(image, filters, { strides: wrong([1, 1, 1]) }), 'INVALID_ARGUMENT', 'strides', /array of 3/],
  ['a negative dilation', () => u.conv2d(image, filters, { dilations: -1 }), 'INVALID_ARGUMENT', 'dilations', /-1/],
  ['an unknown padding', () => u.conv2d(image, filters, { padding: wrong('full') }), 'INVALID_ARGUMENT', 'padding', /"full"[^]*'same', 'valid'/],
  ['negative padding', () => u.conv2d(image, filters, { padding: -1 }), 'INVALID_ARGUMENT', 'padding', /-1/],
  ['padding of three pairs', () => u.conv2d(image, filters, { padding: wrong([[0, 0], [0, 0], [0, 0]]) }), 'INVALID_ARGUMENT', 'padding', /not a padding/],
  ['padding of channels', () => u.conv2d(image, filters, { padding: [[0, 0], [1, 1], [1, 1], [1, 0]] }), 'INVALID_ARGUMENT', 'padding', /batch or channels/],
  ['an unknown data format', () => u.conv2d(image, filters, { dataFormat: wrong('nchw') }), 'INVALID_ARGUMENT', 'dataFormat', /'NHWC' or 'NCHW'/],
  ['a misspelt option', () => u.conv2d(image, filters, wrong({ stride: 2 })), 'INVALID_ARGUMENT', 'stride', /there is no option `stride`/],
  ['a number for the options', () => u.conv2d(image, filters, wrong(2)), 'INVALID_ARGUMENT', 'options', /2 is not an options object/],
  ['a window above the image', () => u.conv2d(image, filters, { dilations: 3 }), 'SHAPE_MISMATCH', 'x', /window of 7 pixels \(3 dilated by 3\) does not fit in its height of 5/],
  ['a filter without pixels', () => u.conv2d(image, integers([0, 3, 4, 1], 1)), 'SHAPE_MISMATCH', 'filters', /without pixels/],
  ['something that is no tensor', () => u.conv2d(wrong(null), filters), 'INVALID_ARGUMENT', 'x', /null is not a tensor/],
  ['depthwise channels', () => u.depthwiseConv2d(image, integers([3, 3, 3, 1], 1)), 'SHAPE_MISMATCH', 'filters', /4 channels and the filters are for 3/],
  ['separable pointwise depth', () => u.separableConv2d(image, integers([3, 3, 4, 2], 1), integers([1, 1, 4, 2], 1)), 'SHAPE_MISMATCH', 'pointwiseFilters', /takes 4 channels[^]*give 8/],
  ['conv1d on images', () => u.conv1d(image, integers([3, 4, 8], 1)), 'SHAPE_MISMATCH', 'x', /rank 4, not 3/],
  ['conv1d with padding of two axes', () => u.conv1d(integers([1, 5, 4], 1), integers([3, 4, 8], 1), { padding: wrong([[1, 1], [1, 1]]) }), 'INVALID_ARGUMENT', 'padding', /\[before, after\]/],
  ['transposed channels', () => u.conv2dTranspose(image, filters), 'SHAPE_MISMATCH', 'filters', /take 8[^]*\[KH, KW, O \/ groups, C\]/],
  ['a pool without a window', () => u.maxPool2d(image, wrong({})), 'INVALID_ARGUMENT', 'window', /it is missing/],
  ['a pool without options', () => u.maxPool2d(image, wrong(undefined)), 'INVALID_ARGUMENT', 'options', /undefined is not an options object/],
  ['a pool on rank 2', () => u.avgPool2d(matrix, { window: 2 }), 'SHAPE_MISMATCH', 'x', /rank 2, not 4/],
  ['a pool above its image', () => u.maxPool2d(image, { window: [6, 1] }), 'SHAPE_MISMATCH', 'x', /window of 6 pixels/],
  ['ceilMode as a number', () => u.maxPool2d(image, { window: 2, ceilMode: wrong(1) }), 'INVALID_ARGUMENT', 'ceilMode', /1 is not a boolean/],
  ['col2im of other patches', () => u.col2im(integers([1, 2, 2, 4], 1), { window: 2, inputShape: [4, 4] }), 'SHAPE_MISMATCH', 'patches', /2 x 2 places, and these windows have 3 x 3/],
  ['col2im of a depth that no window has', () => u.col2im(integers([1, 3, 3, 5], 1), { window: 2, inputShape: [4, 4] }), 'SHAPE_MISMATCH', 'patches', /no multiple of the 4/],
  ['a resize of rank 3', () => u.resizeNearest(integers([2, 2, 2], 1), [2, 2]), 'SHAPE_MISMATCH', 'x', /rank 3/],
  ['a radius of a half', () => u.localResponseNormalization(image, { depthRadius: 0.5 }), 'INVALID_ARGUMENT', 'depthRadius', /0.5/],
  ['inner sizes', () => u.matmul(matrix, matrix), 'SHAPE_MISMATCH', 'b', /`a` has 3 columns and `b` has 2 rows[^]*transposeB/],
  ['batches that do not broadcast', () => u.matmul(integers([2, 2, 2], 1), integers([3, 2, 2], 1)), 'SHAPE_MISMATCH', 'b', /batches \[2\] and \[3\]/],
  ['a scalar in a product', () => u.matmul(2, matrix), 'SHAPE_MISMATCH', 'a', /scalar/],
  ['a vector transposed', () => u.matmul([1, 2], matrix, { transposeA: true }), 'SHAPE_MISMATCH', 'a', /vector/],
  ['transposeA as a word', () => u.matmul(matrix, matrix, { transposeA: wrong('yes') }), 'INVALID_ARGUMENT', 'transposeA', /"yes"/],
  ['dot of rank 3', () => u.dot(integers([1, 2, 3], 1), matrix), 'SHAPE_MISMATCH', 'a', /neither a vector nor a matrix/],
  ['outer of a matrix', () => u.outer([1], matrix), 'SHAPE_MISMATCH', 'b', /no vector/],
  ['a reshape that does not fit', () => u.reshape(matrix, [4, 2]), 'SHAPE_MISMATCH', 'shape', /\[4, 2\] has 8 elements and `x` has 6/],
  ['a -1 that does not divide', () => u.reshape(matrix, [4, -1]), 'SHAPE_MISMATCH', 'shape', /no size in place of -1/],
  ['two -1', () => u.reshape(matrix, [-1, -1]), 'INVALID_ARGUMENT', 'shape', /more than one -1/],
  ['a -1 beside a 0', () => u.reshape(integers([0, 2], 1), [0, -1]), 'SHAPE_MISMATCH', 'shape', /could be anything/],
  ['NaN in a shape', () => u.reshape(matrix, [NaN]), 'INVALID_ARGUMENT', 'shape', /NaN is not a size/],
  ['a fraction in a shape', () => u.reshape(matrix, [1.5, 4]), 'INVALID_ARGUMENT', 'shape', /1.5/],
  ['a number for a shape', () => u.reshape(matrix, wrong(6)), 'INVALID_ARGUMENT', 'shape', /6 is not a shape/],
  ['a negative size', () => u.broadcastTo(matrix, [-2, 3]), 'INVALID_ARGUMENT', 'shape', /-2/],
  ['a shape it does not broadcast to', () => u.broadcastTo(matrix, [4, 3]), 'SHAPE_MISMATCH', 'shape', /\[2, 3\] does not broadcast to \[4, 3\]/],
  ['an axis twice', () => u.transpose(matrix, [0, 0]), 'INVALID_ARGUMENT', 'perm', /not an order of the 2 axes/],
  ['a perm that is no list', () => u.transpose(matrix, wrong(1)), 'INVALID_ARGUMENT', 'perm', /not a list/],
  ['an axis beyond the rank', () => u.expandDims(matrix, 4), 'INVALID_ARGUMENT', 'axis', /axis 4/],
  ['squeezing an axis of 2', () => u.squeeze(matrix, 0), 'SHAPE_MISMATCH', 'axes', /axis 0 of \[2, 3\] has size 2/],
  ['a slice beyond the end', () => u.slice(matrix, [0, 2], [2, 2]), 'SHAPE_MISMATCH', 'size', /elements 2 to 3, and there are 3/],
  ['a slice from beyond the end', () => u.slice(matrix, [3]), 'SHAPE_MISMATCH', 'begin', /axis 0/],
  ['a negative begin', () => u.slice(matrix, [-1]), 'INVALID_ARGUMENT', 'begin', /-1/],
  ['too many begins', () => u.slice(matrix, [0, 0, 0]), 'INVALID_ARGUMENT', 'begin', /more entries/],
  ['a stride of 0 in a slice', () => u.stridedSlice(matrix, [0], [1], [0]), 'INVALID_ARGUMENT', 'strides', /never arrives/],
  ['lists of different lengths', () => u.stridedSlice(matrix, [0], [1, 2]), 'INVALID_ARGUMENT', 'end', /2 entries and `begin` has 1/],
  ['two ellipses', () => u.stridedSlice(matrix, [0, 0], [0, 0], [1, 1], { ellipsisMask: 3 }), 'INVALID_ARGUMENT', 'ellipsisMask', /marks 2/],
  ['a single element outside', () => u.stridedSlice(matrix, [2], [3], [1], { shrinkAxisMask: 1 }), 'SHAPE_MISMATCH', 'begin', /element 2 is not in axis 0/],
  ['an empty list', () => u.concat([]), 'INVALID_ARGUMENT', 'tensors', /empty/],
  ['a tensor for a list', () => u.concat(wrong(matrix)), 'INVALID_ARGUMENT', 'tensors', /not a list of tensors/],
  ['sizes beside the axis', () => u.concat([matrix, integers([2, 4], 1)]), 'SHAPE_MISMATCH', 'tensors[1]', /\[2, 4\] does not fit \[2, 3\] beside axis 0/],
  ['scalars', () => u.concat([1, 2]), 'INVALID_ARGUMENT', 'axis', /rank 0/],
  ['stacking other shapes', () => u.stack([matrix, matrix, [1]]), 'SHAPE_MISMATCH', 'tensors[2]', /\[1\] is not \[2, 3\]/],
  ['pieces that do not divide', () => u.split(matrix, 2, 1), 'SHAPE_MISMATCH', 'parts', /3 elements, which do not divide into 2/],
  ['pieces that do not add up', () => u.split(matrix, [1, 1], 1), 'SHAPE_MISMATCH', 'parts', /add up to 2/],
  ['repetitions for fewer axes', () => u.tile(matrix, [2]), 'INVALID_ARGUMENT', 'reps', /1 repetitions are given for 2 axes/],
  ['a plain index outside', () => u.gather(matrix, [0, 2]), 'INVALID_ARGUMENT', 'indices', /index 2 is not in axis 0/],
  ['indices of float32', () => u.gather(matrix, u.tensor([0])), 'DTYPE_MISMATCH', 'indices', /cast\('int32'\)/],
  ['batch axes that differ', () => u.gather(matrix, u.tensor([[0]], [1, 1], 'int32'), { axis: 1, batchDims: 1 }), 'SHAPE_MISMATCH', 'indices', /batch axis 0/],
  ['batch axes beyond the axis', () => u.gather(matrix, [0], { batchDims: 1 }), 'INVALID_ARGUMENT', 'batchDims', /too many/],
  ['paddings for fewer axes', () => u.pad(matrix, [[1, 1]]), 'INVALID_ARGUMENT', 'paddings', /1 pairs are given for 2 axes/],
  ['a number for paddings', () => u.pad(matrix, wrong(1)), 'INVALID_ARGUMENT', 'paddings', /not a list of pairs/],
  ['a negative padding', () => u.pad(matrix, [[-1, 0], [0, 0]]), 'INVALID_ARGUMENT', 'paddings', /-1/],
  ['an unknown mode', () => u.pad(matrix, [[1, 0], [0, 0]], { mode: wrong('mirror') }), 'INVALID_ARGUMENT', 'mode', /'reflect'/],
  ['more to mirror than there is', () => u.pad(matrix, [[2, 0], [0, 0]], { mode: 'reflect' }), 'SHAPE_MISMATCH', 'paddings', /axis 0, which has 2 elements[^]*at most 1/],
  ['a fraction beside int32', () => u.pad(u.tensor([1], [1], 'int32'), [[1, 0]], { value: 0.5 }), 'INVALID_ARGUMENT', 'value', /0.5 is not an int32/],
  ['blocks that do not divide', () => u.spaceToDepth(image, 2), 'SHAPE_MISMATCH', 'x', /5 x 6 pixels do not divide into blocks of 2 x 2/],
  ['channels that are no blocks', () => u.depthToSpace(image, 3), 'SHAPE_MISMATCH', 'x', /4 channels do not divide into blocks of 3 x 3/],
  ['a block of 0', () => u.depthToSpace(image, 0), 'INVALID_ARGUMENT', 'blockSize', /0 is not/],
];

describe('shape, product and image functions refuse, at the call and with a fix,', () => {
  for (const [name, call, code, argument, message] of cases) it(name, () => expectRefusal(call, code, argument, message));

  it('and name the function that was called', () => {
    for (const [name, call] of cases) {
      let thrown: unknown;
      try {
        call();
      } catch (error) {
        thrown = error;
      }
      expect(call.toString(), name).to.match(new RegExp(`\\.${(thrown as UnfoldError).op}\\(`));
    }
  });
});
