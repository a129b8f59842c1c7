import { add, broadcastTo, concat, flip, gather, max, maxPool2d, mul, pad, relu, reshape, slice, stridedSlice, sum, tensor, transpose, type Tensor } from '@unfoldjs/core';
import fc from 'fast-check';
import { whole } from './whole.js';

/** A whole number from 0 to below `below`, another at each call. */
type Draw = (below: number) => number;

const axisOf = (x: Tensor, draw: Draw): number => draw(x.rank);

/** Ops that only move elements. */
const moves: Readonly<Record<string, (x: Tensor, draw: Draw) => Tensor>> = {
  transpose: (x, draw) => {
    const perm = x.shape.map((_, axis) => axis);
    for (let i = perm.length - 1; i > 0; i--) {
      const j = draw(i + 1);
      [perm[i], perm[j]] = [perm[j]!, perm[i]!];
    }
    return transpose(x, perm);
  },
  slice: (x, draw) => {
    const begin = x.shape.map((dim) => draw(Math.min(dim, 3)));
    return slice(x, begin, x.shape.map((dim, axis) => Math.max(1, dim - begin[axis]! - draw(2))));
  },
  'slice with steps': (x, draw) => {
    const begin = x.shape.map((dim) => draw(Math.min(dim, 2)));
    return stridedSlice(x, begin, x.shape, x.shape.map(() => 1 + draw(3)));
  },
  reverse: (x, draw) => flip(x, draw(2) === 0 ? axisOf(x, draw) : x.shape.map((_, axis) => axis)),
  broadcast: (x, draw) => (x.size > 200 ? x : broadcastTo(x, draw(2) === 0 ? [2, ...x.shape] : x.shape.map((dim) => (dim === 1 ? 3 : dim)))),
  pad: (x, draw) => pad(x, x.shape.map(() => [draw(3), draw(2)] as [number, number]), { value: draw(3) - 1 }),
  concat: (x, draw) => {
    const axis = axisOf(x, draw);
    const other = whole(x.shape.with(axis, 1 + draw(3)), 2);
    return concat(draw(2) === 0 ? [x, other] : [other, x, other], axis);
  },
  gather: (x, draw) => {
    const axis = axisOf(x, draw);
    const indices = tensor(Int32Array.from({ length: 1 + draw(4) }, () => draw(x.shape[axis]!)), undefined, 'int32');
    return gather(x, draw(3) === 0 ? reshape(indices, [1, -1]) : indices, { axis });
  },
};

/** Who reads them. */
const readers: Readonly<Record<string, (x: Tensor, draw: Draw) => Tensor>> = {
  nobody: (x) => x,
  'a chain': (x) => relu(add(mul(x, 2), 1)),
  'a chain that broadcasts': (x, draw) => add(mul(whole([2, ...x.shape], 3), x), whole([x.shape.at(-1) ?? 1].slice(draw(2)), 5)),
  'a chain with itself turned around': (x) => add(x, flip(x)),
  'a sum': (x, draw) => sum(x, { axes: axisOf(x, draw) }),
  'a maximum of all': (x) => max(x),
  'a pool': (x) => maxPool2d(reshape(x, [1, 1, x.size, 1]), { window: 1 }),
  'a pool of four axes': (x, draw) => {
    const image = x.rank === 4 ? x : transpose(whole([1, 3, 6, 7], 1 + draw(4)), [0, 2, 3, 1]);
    return maxPool2d(image, { window: 2, strides: 1, padding: 'same' });
  },
};

interface Path {
  readonly shape: readonly number[];
  readonly path: readonly string[];
  readonly reader: string;
  readonly draws: readonly number[];
}

function programOf(of: Path): () => Tensor {
  const program = (): Tensor => {
    let at = 0;
    const draw: Draw = (below) => of.draws[at++ % of.draws.length]! % below;
    const end = of.path.reduce((x, move) => (x.rank > 6 || x.size > 5000 ? x : moves[move]!(x, draw)), whole(of.shape, 3));
    return readers[of.reader]!(end, draw);
  };
  return Object.assign(program, { [fc.toStringMethod]: () => JSON.stringify(of) });
}

/** A tensor whose elements are moved some times, and then read. */
export const moved: fc.Arbitrary<() => Tensor> = fc
  .record({
    shape: fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 4 }),
    path: fc.array(fc.constantFrom(...Object.keys(moves)), { minLength: 1, maxLength: 4 }),
    reader: fc.constantFrom(...Object.keys(readers)),
    draws: fc.array(fc.nat({ max: 1000 }), { minLength: 8, maxLength: 8 }),
  })
  .map(programOf);

/** Those that were read wrongly once. */
export const movedBefore: readonly (() => Tensor)[] = [programOf({ shape: [1, 1, 2], path: ['slice', 'transpose'], reader: 'a chain that broadcasts', draws: [0, 0, 399, 0, 0, 0, 0, 0] })];
