import * as fc from 'fast-check';
import type { DType } from '@unfoldjs/core';
import type { Draw } from './data.js';
import { input, type Plan } from './plan.js';
import { axesOf, dim, positiveDim, shape } from './shapes.js';

const upTo = (max: number): fc.Arbitrary<number> => fc.integer({ min: 0, max });

export const pad = (dtype: DType): fc.Arbitrary<Plan> =>
  shape({ of: fc.integer({ min: 0, max: 6 }) }).chain((of) =>
    fc
      .record({ paddings: fc.tuple(...of.map(() => fc.tuple(upTo(3), upTo(3)))), value: dtype === 'bool' ? fc.constantFrom(0, 1) : fc.constantFrom(0, -2, 3) })
      .map((attrs) => ({ attrs, inputs: [input(dtype, of)] })),
  );

/** Begin, size and stride of one axis, within it. */
const range = (length: number): fc.Arbitrary<{ begin: number; size: number; stride: number }> =>
  fc
    .record({ begin: upTo(length), stride: fc.integer({ min: 1, max: 3 }), part: fc.double({ min: 0, max: 1, noNaN: true }) })
    .map(({ begin, stride, part }) => ({ begin, stride, size: Math.round(part * Math.ceil((length - begin) / stride)) }));

export const slice = (dtype: DType): fc.Arbitrary<Plan> =>
  shape().chain((of) =>
    fc.tuple(...of.map(range)).map((ranges) => ({
      attrs: { begin: ranges.map(({ begin }) => begin), size: ranges.map(({ size }) => size), strides: ranges.map(({ stride }) => stride) },
      inputs: [input(dtype, of)],
    })),
  );

export const transpose = (dtype: DType): fc.Arbitrary<Plan> =>
  shape().chain((of) => {
    const axes = of.map((_, axis) => axis);
    return fc.shuffledSubarray(axes, { minLength: axes.length, maxLength: axes.length }).map((perm) => ({ attrs: { perm }, inputs: [input(dtype, of)] }));
  });

export const broadcast = (dtype: DType): fc.Arbitrary<Plan> =>
  shape().chain((to) =>
    fc
      .tuple(upTo(to.length), fc.array(fc.boolean(), { minLength: to.length, maxLength: to.length }))
      .map(([drop, ones]) => ({ attrs: { shape: to }, inputs: [input(dtype, to.map((size, axis) => (ones[axis] ? 1 : size)).slice(drop))] })),
  );

export const concat = (dtype: DType): fc.Arbitrary<Plan> =>
  shape({ minRank: 1, maxRank: 3 }).chain((of) =>
    fc
      .record({ axis: upTo(of.length - 1), sizes: fc.array(fc.integer({ min: 0, max: 5 }), { minLength: 1, maxLength: 4 }) })
      .map(({ axis, sizes }) => ({ attrs: { axis }, inputs: sizes.map((size) => input(dtype, of.with(axis, size))) })),
  );

export const reverse = (dtype: DType): fc.Arbitrary<Plan> => shape().chain((of) => axesOf(of.length).map((axes) => ({ attrs: { axes }, inputs: [input(dtype, of)] })));

const below =
  (size: number): Draw =>
  (random) =>
    random.integer(0, size - 1);

interface Gathering {
  readonly of: number[];
  readonly axis: number;
  readonly batchDims: number;
  readonly indices: number[];
}

/** A tensor, the axis that indices walk along, how many leading axes both share, and the shape of the indices. */
const gathering: fc.Arbitrary<Gathering> = shape({ minRank: 1, maxRank: 3, of: positiveDim }).chain((of) =>
  upTo(of.length - 1).chain((axis) =>
    upTo(axis).chain((batchDims) =>
      shape({ maxRank: 2, of: dim })
        .filter((own) => own.every((size) => size <= 8))
        .map((own) => ({ of, axis, batchDims, indices: [...of.slice(0, batchDims), ...own] })),
    ),
  ),
);

/** The shape of a gather's result: the axis gives way to the indices' own axes. */
const gathered = ({ of, axis, batchDims, indices }: Gathering): number[] => [...of.slice(0, axis), ...indices.slice(batchDims), ...of.slice(axis + 1)];

export const gather = (dtype: DType): fc.Arbitrary<Plan> =>
  gathering.map(({ of, axis, batchDims, indices }) => ({
    attrs: { axis, batchDims },
    inputs: [input(dtype, of), input('int32', indices, below(of[axis]!))],
  }));

/** The adjoint of gather: updates of the gathered shape go back to where they came from, several to one place. */
export const scatterAdd = (dtype: DType): fc.Arbitrary<Plan> =>
  gathering.map((each) => ({
    attrs: { axis: each.axis, size: each.of[each.axis]!, batchDims: each.batchDims },
    inputs: [input(dtype, gathered(each)), input('int32', each.indices, below(each.of[each.axis]!))],
  }));
