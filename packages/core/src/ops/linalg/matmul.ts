import { forEachIndex, type Kernel } from '../../backend/kernel.js';
import { unbroadcast } from '../../autodiff/unbroadcast.js';
import { refuseDType, refuseShape } from '../../errors/refuse.js';
import { defineOp, type Gradient } from '../../expr/op-def.js';
import { apply, toCommonDType, toTensor, type TensorLike } from '../../tensor/operand.js';
import type { Tensor } from '../../tensor/tensor.js';
import { broadcastShapes, broadcastStrides, formatShape, sameShape, sizeOf, type Shape } from '../../types/shape.js';
import type { TensorType } from '../../types/tensor-type.js';
import { accumulator, addScaledOf } from '../accumulator.js';
import { checkBoolean, checked, checkOptions } from '../checked.js';
import { cast } from '../elementwise/cast.js';
import { reshape } from '../shape/reshape.js';

export type MatmulAttrs = { readonly transposeA: boolean; readonly transposeB: boolean };

/** The sizes of a product: `[batch..., m, k] x [batch..., k, n]`. */
export function matmulSizes(a: TensorType, b: TensorType, { transposeA, transposeB }: MatmulAttrs) {
  const [rowsA, columnsA] = a.shape.slice(-2) as [number, number];
  const [rowsB, columnsB] = b.shape.slice(-2) as [number, number];
  return {
    m: transposeA ? columnsA : rowsA,
    k: transposeA ? rowsA : columnsA,
    kOfB: transposeB ? columnsB : rowsB,
    n: transposeB ? rowsB : columnsB,
    batchA: a.shape.slice(0, -2),
    batchB: b.shape.slice(0, -2),
  };
}

/** Each row of the result is summed over k in order, in doubles (int32: wrapping), and stored once. */
export const matmulReference: Kernel<MatmulAttrs> = (call) => multiplyRows(call, (row, position) => call.output.data.set(row, position));

/** The rows of a product, each handed on with its place in the result; the array is used again for the next. */
export function multiplyRows({ attrs, inputs: [a, b], output }: Parameters<Kernel<MatmulAttrs>>[0], store: (row: Float64Array | Int32Array, position: number) => void): void {
  const { m, k, n, batchA, batchB } = matmulSizes(a!.type, b!.type, attrs);
  const [rowA, columnA] = attrs.transposeA ? [1, m] : [k, 1];
  const [rowB, columnB] = attrs.transposeB ? [1, k] : [n, 1];
  const batch = output.type.shape.slice(0, -2);
  const stridesA = broadcastStrides(batchA, batch).map((stride) => stride * m * k);
  const stridesB = broadcastStrides(batchB, batch).map((stride) => stride * k * n);
  const sums = accumulator(a!.type.dtype, n);
  const addScaled = addScaledOf(a!.type.dtype);
  forEachIndex(batch, [stridesA, stridesB], (position, [atA, atB]) => {
    for (let i = 0; i < m; i++) {
      sums.fill(0);
      for (let p = 0; p < k; p++) {
        addScaled(sums, a!.data[atA! + i * rowA + p * columnA]!, b!.data, atB! + p * rowB, columnB);
      }
      store(sums, (position * m + i) * n);
    }
  });
}

export function inferMatmul(a: TensorType, b: TensorType, attrs: MatmulAttrs): TensorType {
  if (a.dtype !== b.dtype || a.dtype === 'bool') throw refuseDType('b', `it is ${b.dtype} and \`a\` is ${a.dtype}.`, 'pass two float32 or two int32 tensors.');
  for (const [name, { shape }] of [['a', a], ['b', b]] as const) {
    if (shape.length < 2) throw refuseShape(name, `${formatShape(shape)} is no matrix.`, 'pass a tensor of rank 2 or more.');
  }
  const { m, k, kOfB, n, batchA, batchB } = matmulSizes(a, b, attrs);
  if (k !== kOfB) {
    const columns = attrs.transposeA ? 'rows (transposeA)' : 'columns';
    const rows = attrs.transposeB ? 'columns (transposeB)' : 'rows';
    throw refuseShape('b', `\`a\` has ${k} ${columns} and \`b\` has ${kOfB} ${rows}.`, 'make the inner sizes equal, or transpose one of them with `transposeA` or `transposeB`.');
  }
  const batch = broadcastShapes(batchA, batchB);
  if (!batch) throw refuseShape('b', `the batches ${formatShape(batchA)} and ${formatShape(batchB)} do not broadcast.`, 'make each leading axis equal in size or 1 in one of them.');
  return { dtype: a.dtype, shape: [...batch, m, n] };
}

export const matmulFlops = ([a, b]: readonly TensorType[], attrs: MatmulAttrs, output: TensorType): number =>
  2 * sizeOf(output.shape) * matmulSizes(a!, b!, attrs).k;

export const matmulOp = /* @__PURE__ */ defineOp<MatmulAttrs>({
  name: 'matmul',
  args: ['a', 'b'],
  infer: ([a, b], attrs) => inferMatmul(a!, b!, attrs),
  flops: matmulFlops,
});

export const matmulGradient: Gradient<MatmulAttrs> = ({ inputs: [a, b], attrs, dy, needs }) => productGradients(a!, b!, attrs, dy, needs);

function productGradients(a: Tensor, b: Tensor, attrs: MatmulAttrs, dy: Tensor, needs: readonly boolean[]): (Tensor | null)[] {
  const { transposeA, transposeB } = attrs;
  const { m, k, n, batchA, batchB } = matmulSizes(a.type, b.type, attrs);
  // One matrix for a whole batch: the batch is more rows of the same product, and nothing has to be summed over it afterwards.
  if (dy.rank > 2 && sizeOf(batchB) === 1 && !transposeA && sameShape(batchA, dy.shape.slice(0, -2))) {
    const rows = sizeOf(batchA) * m;
    const matrices = [reshape(a, [rows, k]), reshape(b, b.shape.slice(-2)), reshape(dy, [rows, n])] as const;
    const parts = productGradients(matrices[0], matrices[1], attrs, matrices[2], needs);
    return parts.map((part, i) => part && reshape(part, [a, b][i]!.shape));
  }
  const gradient = (left: Tensor, right: Tensor, flags: MatmulAttrs, shape: Shape): Tensor => unbroadcast(apply(matmulOp, [left, right], flags), shape);
  return [
    !needs[0] ? null : transposeA ? gradient(b, dy, { transposeA: transposeB, transposeB: true }, a.shape) : gradient(dy, b, { transposeA: false, transposeB: !transposeB }, a.shape),
    !needs[1] ? null : transposeB ? gradient(dy, a, { transposeA: true, transposeB: transposeA }, b.shape) : gradient(a, dy, { transposeA: !transposeA, transposeB: false }, b.shape),
  ];
}

export interface MatmulOptions {
  /** Use `a` with its last two axes swapped. Default false. */
  readonly transposeA?: boolean | undefined;
  /** Use `b` with its last two axes swapped. Default false. */
  readonly transposeB?: boolean | undefined;
}

/**
 * The matrix product `[..., M, K] x [..., K, N] -> [..., M, N]`; leading axes broadcast. A vector on the left is a row, one on the
 * right a column, and that axis is left out of the result, as numpy does. float32 or int32 (which wraps); bool counts as int32.
 *
 * @throws {UnfoldError} SHAPE_MISMATCH for a scalar, inner sizes that differ, or batches that do not broadcast.
 * @source https://www.tensorflow.org/api_docs/python/tf/linalg/matmul
 * @example
 * import { setBackend, matmul } from '@unfoldjs/core';
 * import { cpu } from '@unfoldjs/backend-cpu';
 * await setBackend(cpu());
 * await matmul([[1, 2], [3, 4]], [[1, 1], [0, 1]]).array(); // [[1, 3], [3, 7]]
 */
export function matmul(a: TensorLike, b: TensorLike, options: MatmulOptions = {}): Tensor {
  checkOptions('matmul', options, ['transposeA', 'transposeB']);
  const { transposeA = false, transposeB = false } = options;
  checkBoolean('matmul', 'transposeA', transposeA);
  checkBoolean('matmul', 'transposeB', transposeB);
  const [left, right] = toCommonDType([toTensor(a, 'matmul', 'a'), toTensor(b, 'matmul', 'b')], matmulOp, cast, { arithmeticOnly: true }) as [Tensor, Tensor];
  if (left.rank > 1 && right.rank > 1) return apply(matmulOp, [left, right], { transposeA, transposeB });

  return checked('matmul', { a: left, b: right }, () => {
    for (const [name, operand, flag] of [['a', left, transposeA], ['b', right, transposeB]] as const) {
      if (operand.rank === 0) throw refuseShape(name, 'a scalar is no matrix.', 'use `mul`, or give it axes with `reshape`.');
      if (operand.rank === 1 && flag) throw refuseShape(name, 'a vector has no two axes to swap.', `leave out \`transpose${name.toUpperCase()}\`.`);
    }
    const matrixA = left.rank === 1 ? reshape(left, [1, left.size]) : left;
    const matrixB = right.rank === 1 ? reshape(right, [right.size, 1]) : right;
    const { shape } = inferMatmul(matrixA.type, matrixB.type, { transposeA, transposeB });
    const product = apply(matmulOp, [matrixA, matrixB], { transposeA, transposeB });
    const rowAxis = left.rank === 1 ? shape.length - 2 : -1;
    const columnAxis = right.rank === 1 ? shape.length - 1 : -1;
    return reshape(product, shape.filter((_, axis) => axis !== rowAxis && axis !== columnAxis));
  });
}
