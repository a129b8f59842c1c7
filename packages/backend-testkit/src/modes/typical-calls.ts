import { formatType, sizeOf, type Attrs, type DType, type Shape } from '@unfoldjs/core';
import { asAttr, type Body } from '../arbitraries/bodies.js';
import { dataFor } from '../arbitraries/data.js';
import type { Call } from '../support/call.js';
import { opNamed } from '../support/program-builder.js';

const call = (op: string, shapes: readonly Shape[], attrs: object = {}, dtype: DType = 'float32'): Call => {
  const inputs = shapes.map((shape) => ({ dtype, shape }));
  return { op: opNamed(op), attrs: attrs as Attrs, inputs, data: inputs.map((type) => dataFor(type, 1 + sizeOf(type.shape), 'reals')), constant: inputs.map(() => false) };
};

const biasAndRelu: Body = [
  { op: opNamed('add'), attrs: {}, args: [{ input: 0 }, { input: 1 }], dtype: 'float32' },
  { op: opNamed('relu'), attrs: {}, args: [{ step: 0 }], dtype: 'float32' },
];
const scaledAndAdded: Body = [
  { op: opNamed('mul'), attrs: {}, args: [{ input: 0 }, { input: 1 }], dtype: 'float32' },
  { op: opNamed('add'), attrs: {}, args: [{ step: 0 }, { input: 2 }], dtype: 'float32' },
  { op: opNamed('relu'), attrs: {}, args: [{ step: 1 }], dtype: 'float32' },
];
const epilogue = asAttr(biasAndRelu);

/** A 3x3 window that keeps the size of its images. */
const same = { window: [3, 3], strides: [1, 1], dilations: [1, 1], padding: [[1, 1], [1, 1]] };
const halving = { window: [2, 2], strides: [2, 2], dilations: [1, 1], padding: [[0, 0], [0, 0]], ceilMode: false };

/** `matmul(float32[2, 3], float32[3, 4])` */
export const formatOperands = ({ op, inputs }: Call): string => `${op.name}(${inputs.map(formatType).join(', ')})`;

/** What small convolutional networks are made of: the sizes of a batch of 8 images of 28 x 28. */
export const typicalCalls = (): readonly Call[] => [
  call('add', [[8, 28, 28, 16], [8, 28, 28, 16]]),
  call('mul', [[8, 28, 28, 16], [16]]),
  call('exp', [[8, 28, 28, 16]]),
  call('tanh', [[8, 28, 28, 16]]),
  call('reduceSum', [[8, 28, 28, 16]], { axes: [0, 1, 2], keepDims: false }),
  call('reduceMax', [[1024, 100]], { axes: [1], keepDims: false }),
  call('transpose', [[512, 512]], { perm: [1, 0] }),
  call('concat', [[8, 28, 28, 8], [8, 28, 28, 8]], { axis: 3 }),
  call('matmul', [[128, 128], [128, 128]], { transposeA: false, transposeB: false }),
  call('matmul', [[8, 784], [784, 100]], { transposeA: false, transposeB: false }),
  call('im2col', [[8, 28, 28, 8]], same),
  call('fusedElementwise', [[8, 28, 28, 16], [16], [16]], { body: asAttr(scaledAndAdded), dtype: 'float32' }),
  call('matmulEpilogue', [[8, 784], [784, 100], [100]], { transposeA: false, transposeB: false, epilogue }),
  call('convMatmul', [[8, 28, 28, 8], [72, 16], [16]], { ...same, groups: 1, epilogue }),
  call('convFilterMatmul', [[8, 28, 28, 8], [8, 28, 28, 16]], { ...same, groups: 1, epilogue: [] }),
  call('convInputMatmul', [[8, 28, 28, 16], [72, 16]], { ...same, inputShape: [28, 28], groups: 1, epilogue: [] }),
  call('maxPool2dGradient', [[8, 28, 28, 16], [8, 14, 14, 16], [8, 14, 14, 16]], halving),
];
