// Kernels broken on purpose.
import { stridesOf, type TypedArray } from '@unfoldjs/core';
import type { Kernel, KernelTensor } from '@unfoldjs/core/reference';
import { arenaBackend } from './arena.js';
import { kernels, withKernels, type BrokenBackend } from './zoo-parts.js';

type Pair = readonly [number, number];

interface WindowAttrs {
  readonly strides: Pair;
  readonly dilations: Pair;
  readonly padding: readonly [Pair, Pair];
}

const shifted = ([before, after]: Pair): Pair => (before > 0 ? [before - 1, after + 1] : [before, after]);

/** The reference kernel on changed attributes. */
const withAttrs =
  (name: string, change: (attrs: WindowAttrs) => Partial<WindowAttrs>): Kernel =>
  (call) =>
    kernels[name]!({ ...call, attrs: { ...call.attrs, ...change(call.attrs as unknown as WindowAttrs) } });

/** float16 keeps 11 bits of a sum. */
const half = (value: number): number => {
  if (value === 0 || !Number.isFinite(value)) return value;
  const step = 2 ** (Math.floor(Math.log2(Math.abs(value))) - 10);
  return Math.round(value / step) * step;
};

const widened = (tensor: KernelTensor, shift: number): TypedArray => tensor.data.map((_, i) => tensor.data[Math.max(0, i - shift)]!);

/** The elements in reverse order along an axis. */
const mirrored = ({ data, type: { shape } }: KernelTensor, axis: number): TypedArray => {
  const stride = stridesOf(shape)[axis]!;
  const size = shape[axis]!;
  return data.map((_, i) => data[i + (size - 1 - 2 * (Math.floor(i / stride) % size)) * stride]!);
};

export const brokenKernels: readonly BrokenBackend[] = [
  {
    fault: 'padding off by one',
    open: () => withKernels({ im2col: withAttrs('im2col', ({ padding: [rows, columns] }) => ({ padding: [shifted(rows), shifted(columns)] })) }),
    section: 'primitives',
    finding: /^im2col/,
  },
  {
    fault: 'strides swapped',
    open: () => withKernels({ col2im: withAttrs('col2im', ({ strides: [height, width] }) => ({ strides: [width, height] })) }),
    section: 'primitives',
    finding: /^col2im/,
  },
  {
    fault: 'dilation silently ignored',
    open: () => withKernels({ im2col: withAttrs('im2col', () => ({ dilations: [1, 1] })) }),
    section: 'primitives',
    finding: /^im2col/,
  },
  {
    fault: 'NaN swallowed by max',
    open: () =>
      withKernels({
        max: ({ inputs: [a, b], output, ...call }) => {
          kernels.max!({ ...call, inputs: [a!, b!], output });
          output.data.forEach((value, i) => value !== value && (output.data[i] = 0));
        },
      }),
    section: 'primitives',
    finding: /^max, float32: NaN/,
  },
  {
    fault: 'float16 accumulator',
    open: () =>
      withKernels({
        matmul: (call) => {
          kernels.matmul!(call);
          if (call.output.type.dtype === 'float32') call.output.data.forEach((value, i) => (call.output.data[i] = half(value)));
        },
      }),
    section: 'primitives',
    finding: /^matmul, float32: real numbers/,
  },
  {
    fault: 'int32 that does not wrap',
    open: () => withKernels({ add: (call) => call.output.data.set(call.output.data.map((_, i) => Math.min(2 ** 31 - 1, call.inputs[0]!.data[i % call.inputs[0]!.data.length]! + call.inputs[1]!.data[i % call.inputs[1]!.data.length]!))) }),
    section: 'primitives',
    finding: /^add, int32: the ends of int32/,
  },
  {
    fault: 'a dropped bias',
    open: () => withKernels({ convMatmul: (call) => kernels.convMatmul!({ ...call, inputs: call.inputs.map((tensor, i) => (i === 2 ? { ...tensor, data: tensor.data.map(() => 0) } : tensor)) }) }),
    section: 'fused calls',
    finding: /^convMatmul, bias and relu/,
  },
  {
    fault: 'an epilogue that reads its first operand for every other',
    open: () => withKernels({ matmulEpilogue: (call) => kernels.matmulEpilogue!({ ...call, inputs: call.inputs.map((tensor, i) => (i > 2 && tensor.type.shape.length === call.inputs[2]!.type.shape.length ? { ...tensor, data: tensor.data.map((_, at) => call.inputs[2]!.data[at % call.inputs[2]!.data.length]!) } : tensor)) }) }),
    section: 'fused calls',
    finding: /^matmulEpilogue with any epilogue/,
  },
  {
    fault: 'an unaligned view',
    open: () => withKernels({ reverse: (call) => kernels.reverse!({ ...call, inputs: call.inputs.map((tensor) => ({ ...tensor, data: widened(tensor, 1) })) }) }),
    section: 'primitives',
    finding: /^reverse/,
  },
  {
    fault: 'a step that writes into a borrowed input',
    open: () =>
      withKernels({
        add: (call) => {
          kernels.add!(call);
          const [a] = call.inputs;
          if (a!.data.length === call.output.data.length) a!.data.set(call.output.data);
        },
      }),
    section: 'contract',
    finding: /leaves the inputs of a run/,
  },
  {
    fault: 'the last elements left out, where vectors of four do not divide them',
    open: () =>
      withKernels({
        mul: (call) => {
          kernels.mul!(call);
          call.output.data.fill(0, call.output.data.length - (call.output.data.length % 4));
        },
      }),
    section: 'primitives',
    finding: /^mul, float32: whole numbers/,
  },
  {
    fault: 'the last of several largest taken for the first',
    open: () =>
      withKernels({
        argMax: (call) => {
          const [x] = call.inputs;
          const axis = call.attrs.axis as number;
          const size = x!.type.shape[axis]!;
          kernels.argMax!({ ...call, inputs: [{ ...x!, data: mirrored(x!, axis) }] });
          call.output.data.forEach((at, i) => (call.output.data[i] = size - 1 - at));
        },
      }),
    section: 'primitives',
    finding: /^argMax/,
  },
  {
    fault: 'a result written in whole vectors, over what lies behind it',
    open: () =>
      arenaBackend({
        ...kernels,
        neg: (call) => {
          kernels.neg!(call);
          const { buffer, byteOffset, length } = call.output.data;
          if (call.output.data instanceof Float32Array) new Float32Array(buffer, byteOffset + 4 * length, (4 - (length % 4)) % 4).fill(0);
        },
      }),
    section: 'primitives',
    finding: /^neg, float32/,
  },
  {
    fault: 'halves rounded up, not to even',
    open: () => withKernels({ round: ({ inputs: [x], output }) => output.data.forEach((_, i) => (output.data[i] = Math.round(x!.data[i]!))) }),
    section: 'composite ops',
    finding: /^round, float32: NaN/,
  },
  {
    fault: 'averages that count pixels outside of the image',
    open: () => withKernels({ avgPool2d: (call) => kernels.avgPool2d!({ ...call, attrs: { ...call.attrs, countIncludePad: true } }) }),
    section: 'composite ops',
    finding: /^avgPool2d/,
  },
  {
    fault: 'NaN made zero by relu',
    open: () => withKernels({ relu: ({ inputs: [x], output }) => output.data.forEach((_, i) => (output.data[i] = x!.data[i]! > 0 ? x!.data[i]! : 0)) }),
    section: 'composite ops',
    finding: /^relu, float32: NaN/,
  },
  {
    fault: 'a gradient of filters that sees one image of the batch',
    open: () => withKernels({ convFilterMatmul: (call) => kernels.convFilterMatmul!({ ...call, inputs: call.inputs.map((tensor, i) => (i === 0 ? { ...tensor, data: tensor.data.map((value, at) => (at < tensor.data.length / tensor.type.shape[0]! ? value : 0)) } : tensor)) }) }),
    section: 'gradients',
    finding: /^conv2d/,
  },
  {
    fault: 'a first layer that never learns',
    open: () => withKernels({ convFilterMatmul: (call) => kernels.convFilterMatmul!({ ...call, inputs: call.inputs.map((tensor, i) => (i === 0 && tensor.type.shape[3] === 1 ? { ...tensor, data: tensor.data.map(() => 0) } : tensor)) }) }),
    section: 'training',
    finding: /level 2/,
  },
];
