import { add, cast, matmul, mul, reshape, sum, transpose, type Tensor } from '@unfoldjs/core';
import type { Call } from '../run/call.js';
import type { OnnxOps } from './onnx-op.js';

/** alpha * A * B + beta * C. */
function gemm(call: Call): Tensor {
  const { attrs } = call;
  const product = matmul(call.tensor(0), call.tensor(1), { transposeA: attrs.int('transA', 0) === 1, transposeB: attrs.int('transB', 0) === 1 });
  const [alpha, beta] = [attrs.float('alpha', 1), attrs.float('beta', 1)];
  const scaled = alpha === 1 ? product : mul(product, alpha);
  if (!call.has(2)) return scaled;
  const c = call.tensor(2);
  return add(scaled, beta === 1 ? c : mul(c, beta));
}

/** As numpy multiplies: a single axis is a row on the left and a column on the right, and is gone from the result. */
function multiply(call: Call): Tensor {
  const [a, b] = [call.tensor(0), call.tensor(1)];
  const [left, right] = [a.rank === 1 ? reshape(a, [1, a.size]) : a, b.rank === 1 ? reshape(b, [b.size, 1]) : b];
  const y = matmul(left, right);
  const shape = [...y.shape.slice(0, -2), ...(a.rank === 1 ? [] : [y.shape.at(-2)!]), ...(b.rank === 1 ? [] : [y.shape.at(-1)!])];
  return shape.length === y.rank ? y : reshape(y, shape);
}

/** Letters of an equation, with those of an ellipsis as digits. */
function lettersOf(call: Call, term: string, rank: number): string[] {
  const own = [...term.replace('...', '')];
  const free = rank - own.length;
  const at = term.indexOf('...');
  if ((at < 0 && free !== 0) || free < 0 || new Set(own).size < own.length) call.refuse(`its equation has \`${term}\` for ${rank} axes`, 'only equations without repeated letters in a term are read');
  return at < 0 ? own : [...own.slice(0, at), ...Array.from({ length: free }, (_, i) => String(i)), ...own.slice(at)];
}

/** Axes in order `to`, those that are not there with size 1; `from` names the axes of `x`, all of which are in `to`. */
function align(x: Tensor, from: readonly string[], to: readonly string[]): Tensor {
  const present = to.filter((letter) => from.includes(letter));
  const turned = transpose(x, present.map((letter) => from.indexOf(letter)));
  let next = 0;
  return reshape(turned, to.map((letter) => (from.includes(letter) ? turned.shape[next++]! : 1)));
}

const withoutAxes = (x: Tensor, letters: readonly string[], keep: ReadonlySet<string>): { x: Tensor; letters: string[] } => {
  const gone = letters.flatMap((letter, axis) => (keep.has(letter) ? [] : [axis]));
  return { x: gone.length > 0 ? sum(x, { axes: gone }) : x, letters: letters.filter((letter) => keep.has(letter)) };
};

/** Two operands at most: a product of matrices in batches, after sums over what only one of them has. */
function einsum(call: Call): Tensor {
  const equation = (call.attrs.text('equation', null) ?? call.refuse('it has no equation', 'check the model with `onnx.checker`')).replaceAll(' ', '');
  const [left, right] = equation.split('->') as [string, string | undefined];
  const terms = left.split(',');
  if (terms.length !== call.count || terms.length > 2) call.refuse(`its equation is \`${equation}\` for ${call.count} operands`, 'only one or two operands are read');
  const operands = terms.map((term, i) => ({ x: call.tensor(i), letters: lettersOf(call, term, call.tensor(i).rank) }));
  const all = operands.flatMap(({ letters }) => letters);
  const digits = [...new Set(all)].filter((letter) => /\d/.test(letter)).sort();
  const once = [...new Set(all)].filter((letter) => /\D/.test(letter) && all.filter((other) => other === letter).length === 1).sort();
  const result = right === undefined ? [...digits, ...once] : [...right.replace('...', '#')].flatMap((letter) => (letter === '#' ? digits : [letter]));
  const needed = (i: number): Set<string> => new Set([...result, ...operands.flatMap(({ letters }, k) => (k === i ? [] : letters))]);
  const [a, b] = operands.map(({ x, letters }, i) => withoutAxes(x, letters, needed(i)));
  if (!b) return align(a!.x, a!.letters, result);
  const shared = a!.letters.filter((letter) => b.letters.includes(letter));
  const summed = shared.filter((letter) => !result.includes(letter));
  const batch = shared.filter((letter) => result.includes(letter));
  const rows = a!.letters.filter((letter) => !shared.includes(letter));
  const columns = b.letters.filter((letter) => !shared.includes(letter));
  const sizeOf = (letters: readonly string[]): number[] => letters.map((letter) => Math.max(...[a!, b].map(({ x, letters: own }) => (own.includes(letter) ? x.shape[own.indexOf(letter)]! : 1))));
  const product = (sizes: readonly number[]): number => sizes.reduce((total, size) => total * size, 1);
  const matrix = (operand: { x: Tensor; letters: string[] }, first: readonly string[], second: readonly string[]): Tensor => {
    const aligned = align(operand.x, operand.letters, [...batch, ...first, ...second]);
    return reshape(aligned, [...aligned.shape.slice(0, batch.length), product(sizeOf(first)), product(sizeOf(second))]);
  };
  const y = matmul(matrix(a!, rows, summed), matrix(b, summed, columns));
  const letters = [...batch, ...rows, ...columns];
  return align(reshape(y, sizeOf(letters)), letters, result);
}

/** Weights of 8 bits as floats: (x - zero point) * scale, for a whole tensor or along one axis. */
function dequantize(call: Call): Tensor {
  const x = cast(call.tensor(0), 'float32');
  const axis = call.attrs.int('axis', 1);
  if (call.attrs.int('block_size', 0) !== 0) call.refuse('it has a `block_size`', 'use one scale for a tensor or for each index of an axis');
  const along = (each: Tensor): Tensor => {
    const float = cast(each, 'float32');
    if (float.size === 1) return reshape(float, []);
    const at = axis < 0 ? axis + x.rank : axis;
    return reshape(float, x.shape.map((_, k) => (k === at ? float.size : 1)));
  };
  const shifted = call.has(2) ? add(x, mul(along(call.tensor(2)), -1)) : x;
  return mul(shifted, along(call.tensor(1)));
}

export const linearOps: OnnxOps = {
  Gemm: { attributes: ['alpha', 'beta', 'transA', 'transB'], run: gemm },
  MatMul: { attributes: [], run: multiply },
  Einsum: { attributes: ['equation'], since: 12, run: einsum },
  DequantizeLinear: { attributes: ['axis', 'block_size', 'output_dtype'], since: 10, run: dequantize },
};
