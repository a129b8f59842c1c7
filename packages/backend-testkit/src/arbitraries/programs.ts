import * as fc from 'fast-check';
import { broadcastShapes, sizeOf, tensor, type Shape, type Tensor } from '@unfoldjs/core';
import * as u from '@unfoldjs/core';
import { Random } from '../support/random.js';
import { dataFor } from './data.js';

/** A random graph as data: which step, what it reads and its parameters, all modulo what there is. Shrinks step by step. */
export interface ProgramRecipe {
  readonly shape: readonly [number, number, number, number];
  readonly seed: number;
  readonly steps: readonly { readonly kind: StepKind; readonly seed: number }[];
  /** How many of the last values are results. */
  readonly outputs: number;
}

/** A tensor of whole numbers, none larger than `most`. */
interface Value {
  readonly tensor: Tensor;
  readonly most: number;
}

/** What a step may use. */
interface Bench {
  readonly random: Random;
  readonly values: readonly Value[];
  /** One of the values. */
  pick(): Value;
  /** A new input of small whole numbers. */
  leaf(shape: Shape): Value;
}

/** float32 sums of whole numbers are exact below 2^24, in every order. */
const exactUpTo = 2 ** 20;
const sizeLimit = 2500;

const small = { most: 4 };
const value = (t: Tensor, most: number): Value => ({ tensor: t, most });

/** A tensor of rank 4 from any. */
const asImages = ({ tensor: t, most }: Value): Value => {
  if (t.rank === 4 && t.shape.every((dim) => dim > 0)) return value(t, most);
  const flat = u.reshape(t, [-1]);
  const width = flat.size % 6 === 0 && flat.size > 0 ? 6 : 1;
  return value(u.reshape(flat.size === 0 ? u.pad(flat, [[0, 4]]) : flat, [1, -1, width, 1]), most);
};

const asMatrix = ({ tensor: t, most }: Value): Value => value(t.rank === 2 ? t : t.rank < 2 ? u.reshape(t, [1, -1]) : u.reshape(t, [sizeOf(t.shape.slice(0, -1)), t.shape.at(-1)!]), most);

const twoWithin = (bench: Bench, combine: (a: Tensor, b: Tensor) => Tensor, most: (a: number, b: number) => number): Value | null => {
  const a = bench.pick();
  const fitting = bench.values.filter(({ tensor: t }) => {
    const shape = broadcastShapes(a.tensor.shape, t.shape);
    return shape !== null && sizeOf(shape) <= sizeLimit;
  });
  const b = bench.random.pick(fitting);
  return most(a.most, b.most) > exactUpTo ? null : value(combine(a.tensor, b.tensor), most(a.most, b.most));
};

const slidingOptions = ({ random }: Bench) => ({
  strides: [random.integer(1, 3), random.integer(1, 2)] as const,
  dilations: [random.integer(1, 2), random.integer(1, 2)] as const,
  padding: random.pick(['same', 'valid', 'same_lower', 1, [[0, 2], [1, 0]]] as const),
});

/** A window that fits where the padding may be 'valid'. */
const windowFor = ({ random }: Bench, { tensor: t }: Value): [number, number] => [random.integer(1, Math.min(3, Math.ceil(t.shape[1]! / 2))), random.integer(1, Math.min(3, Math.ceil(t.shape[2]! / 2)))];

/** Each makes one value of others; null where it does not apply. */
const kinds = {
  add: (bench) => twoWithin(bench, u.add, (a, b) => a + b),
  sub: (bench) => twoWithin(bench, u.sub, (a, b) => a + b),
  mul: (bench) => twoWithin(bench, u.mul, (a, b) => a * b),
  maximum: (bench) => twoWithin(bench, u.maximum, Math.max),
  minimum: (bench) => twoWithin(bench, u.minimum, Math.max),
  where: (bench) => twoWithin(bench, (a, b) => u.where(u.less(a, b), u.neg(a), b), Math.max),
  number: (bench) => {
    const { tensor: t, most } = bench.pick();
    const by = bench.random.integer(-2, 2);
    const combine = bench.random.pick([u.add, u.mul, u.sub, u.maximum]);
    return value(combine(t, by), combine === u.mul ? most * 2 : most + 2);
  },
  unary: (bench) => {
    const { tensor: t, most } = bench.pick();
    return value(bench.random.pick([u.neg, u.relu, u.abs, u.floor, u.sign])(t), most);
  },
  toIntAndBack: (bench) => {
    const { tensor: t, most } = bench.pick();
    return value(u.cast(u.div(u.cast(t, 'int32'), 2), 'float32'), most);
  },
  transpose: (bench) => {
    const { tensor: t, most } = bench.pick();
    const turn = bench.random.integer(0, Math.max(0, t.rank - 1));
    const axes = t.shape.map((_, axis) => axis);
    return value(u.transpose(t, [...axes.slice(turn), ...axes.slice(0, turn)]), most);
  },
  reshape: (bench) => {
    const { tensor: t, most } = bench.pick();
    const width = bench.random.pick([1, 2, 3, 4, 6].filter((each) => t.size % each === 0));
    return value(u.reshape(t, t.size === 0 ? [0] : [-1, width]), most);
  },
  pad: (bench) => {
    const { tensor: t, most } = bench.pick();
    const paddings = t.shape.map(() => [bench.random.integer(0, 1), bench.random.integer(0, 2)] as const);
    return value(u.pad(t, paddings, { value: bench.random.pick([0, 0, 3]) }), Math.max(3, most));
  },
  slice: (bench) => {
    const { tensor: t, most } = bench.pick();
    const begin = t.shape.map((dim) => bench.random.integer(0, Math.floor(dim / 2)));
    return value(u.slice(t, begin, t.shape.map((dim, axis) => bench.random.integer(Math.min(1, dim), dim - begin[axis]!))), most);
  },
  flip: (bench) => {
    const { tensor: t, most } = bench.pick();
    return value(u.flip(t), most);
  },
  concat: (bench) => {
    const { tensor: t, most } = bench.pick();
    return t.rank === 0 ? null : value(u.concat([t, u.neg(t)], bench.random.integer(0, t.rank - 1)), most);
  },
  gather: (bench) => {
    const { tensor: t, most } = bench.pick();
    const axis = t.rank === 0 ? 0 : bench.random.integer(0, t.rank - 1);
    const size = t.shape[axis] ?? 0;
    if (size === 0) return null;
    const indices = Int32Array.from({ length: 3 }, () => bench.random.integer(0, size - 1));
    return value(u.gather(t, tensor(indices), { axis }), most);
  },
  reduce: (bench) => {
    const { tensor: t, most } = bench.pick();
    const axes = t.shape.flatMap((_, axis) => (bench.random.unit() < 0.5 ? [axis] : []));
    const keepDims = bench.random.unit() < 0.5;
    const terms = axes.reduce((product, axis) => product * t.shape[axis]!, 1);
    if (terms * most > exactUpTo) return null;
    return terms > 0 && bench.random.unit() < 0.3 ? value(u.max(t, { axes, keepDims }), most) : value(u.sum(t, { axes, keepDims }), Math.max(1, terms) * most);
  },
  dense: (bench) => {
    const x = asMatrix(bench.pick());
    const inner = x.tensor.shape[1]!;
    if (inner > 64 || inner * x.most * 4 > exactUpTo / 2) return null;
    const units = bench.random.integer(1, 5);
    const product = u.matmul(x.tensor, bench.leaf([inner, units]).tensor);
    return value(u.relu(u.add(product, bench.leaf([units]).tensor)), inner * x.most * 4 + 4);
  },
  conv2d: (bench) => {
    const x = asImages(bench.pick());
    const window = windowFor(bench, x);
    const channels = x.tensor.shape[3]!;
    const outputs = bench.random.integer(1, 4);
    const most = window[0] * window[1] * channels * x.most * 4;
    if (most > exactUpTo / 2) return null;
    const y = u.conv2d(x.tensor, bench.leaf([...window, channels, outputs]).tensor, slidingOptions(bench));
    if (bench.random.unit() < 0.3) return value(y, most);
    const biased = u.add(y, bench.leaf([outputs]).tensor);
    return value(bench.random.unit() < 0.5 ? u.relu(biased) : biased, most + 4);
  },
  depthwise: (bench) => {
    const x = asImages(bench.pick());
    const window = windowFor(bench, x);
    const most = window[0] * window[1] * x.most * 4;
    if (most > exactUpTo) return null;
    const { dilations, padding } = slidingOptions(bench);
    return value(u.depthwiseConv2d(x.tensor, bench.leaf([...window, x.tensor.shape[3]!, 2]).tensor, { dilations, padding }), most);
  },
  patches: (bench) => {
    const x = asImages(bench.pick());
    const window = windowFor(bench, x);
    return value(u.im2col(x.tensor, { window, ...slidingOptions(bench) }), x.most);
  },
  maxPool: (bench) => {
    const x = asImages(bench.pick());
    return value(u.maxPool2d(x.tensor, { window: windowFor(bench, x), strides: bench.random.integer(1, 2), padding: bench.random.pick(['same', 'valid'] as const) }), x.most);
  },
} satisfies Record<string, (bench: Bench) => Value | null>;

export type StepKind = keyof typeof kinds;

const kindNames = Object.keys(kinds) as StepKind[];

export const programRecipe: fc.Arbitrary<ProgramRecipe> = fc.record({
  shape: fc.tuple(fc.constantFrom(1, 2), fc.constantFrom(5, 4, 3, 1, 7), fc.constantFrom(4, 5, 3, 1), fc.constantFrom(1, 2, 3)),
  seed: fc.integer(),
  steps: fc.array(fc.record({ kind: fc.constantFrom(...kindNames), seed: fc.integer() }), { minLength: 1, maxLength: 12 }),
  outputs: fc.constantFrom(1, 1, 2, 3),
});

/** The tensors of a recipe: lazy, on host data. */
export function buildProgram({ shape, seed, steps, outputs }: ProgramRecipe): Tensor[] {
  let leaves = 0;
  const leaf = (of: Shape): Value => {
    const data = dataFor({ dtype: 'float32', shape: of }, seed + 104729 * ++leaves, 'integers');
    return { tensor: tensor(data, of), ...small };
  };
  const values: Value[] = [leaf(shape), leaf([shape[3]])];
  for (const { kind, seed: own } of steps) {
    const random = new Random(own);
    const recent = values.slice(-4);
    const made = kinds[kind]({ random, values, pick: () => random.pick(recent), leaf });
    if (made && made.tensor.size <= sizeLimit && made.most <= exactUpTo) values.push(made.most > 2 ** 12 ? value(u.clip(made.tensor, { min: -9, max: 9 }), 9) : made);
  }
  return values.slice(-outputs).map((each) => each.tensor);
}

export const formatRecipe = ({ shape, steps, outputs, seed }: ProgramRecipe): string =>
  `${outputs} results of ${steps.map(({ kind, seed: own }) => `${kind}(${own})`).join(', ')} on [${shape.join(', ')}] (data ${seed})`;
