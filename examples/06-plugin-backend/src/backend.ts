import { broadcastStrides, bytesPerElement, type Backend, type DType, type TypedArray } from '@unfoldjs/core';
import { builtInOps, forEachIndex, kernelBackend, referenceKernels, type Kernel, type KernelCall } from '@unfoldjs/core/reference';

export const arrays = { float32: Float32Array, int32: Int32Array, bool: Uint8Array };

/** Memory in pages of 64, 128, 256, ... bytes. A page that comes back is the next of its size to go out, with whatever is in it. */
export function arena() {
  const pages = Array.from({ length: 54 }, (): ArrayBuffer[] => []);
  const levelOf = (bytes: number): number => Math.max(6, Math.ceil(Math.log2(bytes)));
  const page = (level: number): ArrayBuffer => pages[level]!.pop() ?? new ArrayBuffer(2 ** level);
  const allocate = (dtype: DType, size: number): TypedArray => new arrays[dtype](page(levelOf(size * bytesPerElement[dtype])), 0, size);
  const release = ({ buffer }: TypedArray): void => void pages[levelOf(buffer.byteLength)]!.push(buffer as ArrayBuffer);
  return { allocate, release };
}

const timesOf = (dtype: DType) => (dtype === 'int32' ? Math.imul : (a: number, b: number) => a * b);

/** A matrix product of any kind, each of its rows handed on with its place. Sums are doubles; storing rounds them, or wraps them. */
export function product({ attrs, inputs: [a, b], output: { type } }: KernelCall, store: (row: Float64Array, at: number) => void): void {
  const [m, n, k] = [type.shape.at(-2)!, type.shape.at(-1)!, a!.type.shape.at(attrs['transposeA'] ? -2 : -1)!];
  const [[rowA, columnA], [rowB, columnB]] = [attrs['transposeA'] ? [1, m] : [k, 1], attrs['transposeB'] ? [1, k] : [n, 1]] as const;
  const [times, row, batch] = [timesOf(a!.type.dtype), new Float64Array(n), type.shape.slice(0, -2)];
  forEachIndex(batch, [a!, b!].map((x) => broadcastStrides(x.type.shape.slice(0, -2), batch)), (at, [matrixA, matrixB]) => {
    for (let i = 0; i < m; i++) {
      row.fill(0);
      for (let p = 0; p < k; p++) {
        const [left, from] = [a!.data[matrixA! * m * k + i * rowA + p * columnA]!, matrixB! * k * n + p * rowB];
        for (let j = 0; j < n; j++) row[j]! += times(left, b!.data[from + j * columnB]!);
      }
      store(row, (at * m + i) * n);
    }
  });
}

/** The pixels of a patch are `dilations` apart, the patches `strides`; `padding` is how far the first begins outside of the image. */
const im2col: Kernel = ({ attrs, inputs: [x], output }) => {
  const { window, strides, dilations, padding } = attrs as { window: number[]; strides: number[]; dilations: number[]; padding: number[][] };
  const [, height, width, channels] = x!.type.shape as [number, number, number, number];
  const walks = [[height, 0, 0, 0, 0], [0, strides[0]!, 0, dilations[0]!, 0], [0, 0, strides[1]!, 0, dilations[1]!]];
  forEachIndex([...output.type.shape.slice(0, 3), ...window], walks, (at, [above, down, right]) => {
    const [row, column] = [down! - padding[0]![0]!, right! - padding[1]![0]!];
    const isInside = row >= 0 && row < height && column >= 0 && column < width;
    for (let c = 0; c < channels; c++) output.data[at * channels + c] = isInside ? x!.data[((above! + row) * width + column) * channels + c]! : 0;
  });
};

const reduce = (start: (dtype: DType) => number, foldOf: typeof timesOf): Kernel => ({ attrs, inputs: [x], output }) => {
  const [fold, folded] = [foldOf(x!.type.dtype), new Float64Array(output.data.length).fill(start(x!.type.dtype))];
  const kept = x!.type.shape.map((dim, axis) => ((attrs['axes'] as number[]).includes(axis) ? 1 : dim));
  forEachIndex(x!.type.shape, [broadcastStrides(kept, x!.type.shape)], (i, [to]) => void (folded[to!] = fold(folded[to!]!, x!.data[i]!)));
  output.data.set(folded);
};

/** An op says what it does to single numbers; the array that they are stored in rounds, or wraps. */
const elementwise: Kernel = ({ op, attrs, inputs, output: { data, type: { shape } } }) => {
  const scalar = op.scalar!(attrs, inputs.at(-1)!.type.dtype);
  const [a, b = a, c = a] = inputs.map((x) => x.data) as [TypedArray, TypedArray?, TypedArray?];
  forEachIndex(shape, inputs.map((x) => broadcastStrides(x.type.shape, shape)), (i, [p, q, r]) => void (data[i] = scalar(a[p!]!, b[q ?? 0]!, c[r ?? 0]!)));
};

// What is left of the primitives: moving elements, and what only gradients and answers need.
const { pad, slice, transpose, broadcast, concat, reverse, gather, scatterAdd, col2im, argMax } = referenceKernels;
export const kernels: Readonly<Record<string, Kernel>> = {
  ...{ pad, slice, transpose, broadcast, concat, reverse, gather, scatterAdd, col2im, argMax },
  ...Object.fromEntries([...builtInOps.values()].filter((op) => op.isElementwise).map((op) => [op.name, elementwise])),
  matmul: (call) => product(call, (row, at) => call.output.data.set(row, at)),
  im2col,
  reduceSum: reduce(() => 0, () => (sum, value) => sum + value),
  reduceProd: reduce(() => 1, timesOf),
  reduceMax: reduce((dtype) => ({ float32: -Infinity, int32: -(2 ** 31), bool: 0 })[dtype], () => Math.max),
};

export const plugin = (): Backend => kernelBackend({ name: 'plugin', kernels, ...arena() });
