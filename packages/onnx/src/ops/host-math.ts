import { broadcastShapes, broadcastStrides, sizeOf, type DType, type Shape } from '@unfoldjs/core';
import { hostArray, type HostArray } from '../model/host-array.js';

// Arithmetic on elements that are known before anything runs: shapes, axes, amounts of padding. Everything here is small.

/** Elements of the largest result that is computed so. */
export const foldingCap = 4096;

/** Visits the elements of a tensor of `shape` by their positions in operands of these strides. */
function walk(shape: Shape, strides: readonly (readonly number[])[], visit: (positions: readonly number[]) => void): void {
  const positions = strides.map(() => 0);
  const index = shape.map(() => 0);
  for (let left = sizeOf(shape); left > 0; left--) {
    visit(positions);
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      index[axis]!++;
      positions.forEach((_, k) => (positions[k]! += strides[k]![axis]!));
      if (index[axis]! < shape[axis]!) break;
      positions.forEach((_, k) => (positions[k]! -= strides[k]![axis]! * shape[axis]!));
      index[axis] = 0;
    }
  }
}

/** A function of one element of each operand, with broadcasting; null where the shapes do not fit or the result is large. */
export function mapHost(operands: readonly HostArray[], dtype: DType, apply: (...values: number[]) => number): HostArray | null {
  let shape: Shape | null = [];
  for (const operand of operands) shape = shape && broadcastShapes(shape, operand.shape);
  if (!shape || sizeOf(shape) > foldingCap) return null;
  const data: number[] = [];
  const round = dtype === 'float32' ? Math.fround : (value: number) => value;
  walk(shape, operands.map((operand) => broadcastStrides(operand.shape, shape)), (positions) => data.push(round(apply(...operands.map((operand, k) => operand.data[positions[k]!]!)))));
  return hostArray(dtype, shape, data);
}

/** Elements of one operand by strides, from an offset on. */
export function strided({ dtype, data }: HostArray, shape: Shape, strides: readonly number[], offset = 0): HostArray | null {
  if (sizeOf(shape) > foldingCap) return null;
  const found: number[] = [];
  walk(shape, [strides], ([position]) => found.push(data[offset + position!]!));
  return hostArray(dtype, shape, found);
}

/** Side by side along an axis. */
export function concatHost(parts: readonly HostArray[], axis: number): HostArray | null {
  const [first] = parts;
  const shape = first!.shape.with(axis, parts.reduce((sum, part) => sum + part.shape[axis]!, 0));
  if (sizeOf(shape) > foldingCap) return null;
  const outer = sizeOf(shape.slice(0, axis));
  const data: number[] = [];
  for (let row = 0; row < outer; row++) {
    for (const part of parts) {
      const width = sizeOf(part.shape.slice(axis));
      for (let i = 0; i < width; i++) data.push(part.data[row * width + i]!);
    }
  }
  return hostArray(first!.dtype, shape, data);
}

/** The elements at some places along an axis. */
export function gatherHost({ shape, dtype, data }: HostArray, indices: HostArray, axis: number): HostArray | null {
  const along = shape[axis]!;
  const [outer, inner] = [sizeOf(shape.slice(0, axis)), sizeOf(shape.slice(axis + 1))];
  const to = [...shape.slice(0, axis), ...indices.shape, ...shape.slice(axis + 1)];
  if (sizeOf(to) > foldingCap) return null;
  const found: number[] = [];
  for (let row = 0; row < outer; row++) {
    for (let i = 0; i < indices.data.length; i++) {
      const at = indices.data[i]! < 0 ? indices.data[i]! + along : indices.data[i]!;
      if (at < 0 || at >= along) return null;
      for (let k = 0; k < inner; k++) found.push(data[(row * along + at) * inner + k]!);
    }
  }
  return hostArray(dtype, to, found);
}
