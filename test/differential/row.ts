// One row a function: random configurations, what we compute and what TensorFlow.js computes.
import { dataFor, type Draw, type Fill } from '@unfoldjs/backend-testkit/arbitraries';
import { sizeOf, tensor, type DType, type Shape, type Tensor, type TypedArray } from '@unfoldjs/core';
import { grad } from '@unfoldjs/core/autodiff';
import * as tf from '@tensorflow/tfjs-core';
import * as fc from 'fast-check';

/** An operand of a configuration, with its data from a seed. */
export interface Operand {
  readonly dtype: DType;
  readonly shape: Shape;
  readonly fill: Fill;
  readonly draw?: Draw | undefined;
}

export interface Config<Options> {
  readonly operands: readonly Operand[];
  readonly options: Options;
}

/** How far our result may be from theirs: a number of roundings of float32 relative to the value, and an absolute part. */
export interface Tolerance {
  readonly roundings: number;
  readonly absolute?: number;
}

/** Whole numbers on both sides: no rounding, any order of summation. */
export const exact: Tolerance = { roundings: 0 };

/** One call of a mathematical library within 4 ulps (8 units of roundoff), rounded by both sides. */
export const library: Tolerance = { roundings: 10 };

/** Up to four library calls and what is between them, none of which loses digits. */
export const composed: Tolerance = { roundings: 40 };

export interface RowSpec<Options> {
  readonly name: string;
  readonly configs: fc.Arbitrary<Config<Options>>;
  readonly ours: (inputs: readonly Tensor[], options: Options) => Tensor | readonly Tensor[];
  readonly theirs: (inputs: readonly tf.Tensor[], options: Options) => tf.Tensor | readonly tf.Tensor[];
  readonly tolerance: Tolerance;
}

/** A row as the tests run it, whatever its options are. */
export interface Row {
  readonly name: string;
  /** Tries `runs` configurations. Throws an error that replays one alone. */
  readonly run: (runs: number, seed: number) => Promise<void>;
  /** The same for the gradients of all float32 operands, each result with random weights. */
  readonly runGradient: (compared: GradientComparison, runs: number, seed: number) => Promise<void>;
}

/** How gradients are compared, where that differs from values. */
export interface GradientComparison {
  readonly tolerance: Tolerance;
  /** The largest term of the sums that gradients are: each of them rounds, and so does adding it. Default: the sums are exact. */
  readonly largestTerm?: number;
  /** Other elements than those of the values: away from corners. */
  readonly draws?: readonly (Draw | undefined)[];
  /** Which configurations TensorFlow.js has a right gradient for. Default: all. */
  readonly fits?: (operands: readonly Operand[], options: never) => boolean;
}

const unit = 2 ** -24;

export function row<Options>({ name, configs, ours, theirs, tolerance }: RowSpec<Options>): Row {
  return {
    name,
    async run(runs, seed) {
      const property = fc.asyncProperty(configs, fc.integer(), async ({ operands, options }, dataSeed) => {
        const data = operands.map(({ dtype, shape, fill, draw }, i) => dataFor({ dtype, shape }, dataSeed + 31 * i, fill, draw));
        const expected = theirResults(theirs, operands, data, options);
        const mine = ours(operands.map(({ dtype, shape }, i) => tensor(data[i]!, shape, dtype)), options);
        const results: readonly Tensor[] = Array.isArray(mine) ? (mine as readonly Tensor[]) : [mine as Tensor];
        if (results.length !== expected.length) throw new Error(`${results.length} results instead of ${expected.length}`);
        for (const [i, want] of expected.entries()) compare(await results[i]!.data(), results[i]!.shape, want, tolerance);
      });
      const { failed, errorInstance, counterexample, counterexamplePath } = await fc.check(property, { numRuns: runs, seed });
      if (failed) throw report(name, counterexample![0], errorInstance, `seed ${seed}, path ${counterexamplePath}`);
    },

    async runGradient({ tolerance: allowed, largestTerm = 0, draws = [], fits = () => true }, runs, seed) {
      const isSmooth = ({ operands, options }: Config<Options>): boolean =>
        operands.some(({ dtype }) => dtype === 'float32') && operands.every(({ shape }) => sizeOf(shape) > 0) && fits(operands, options as never);
      const property = fc.asyncProperty(configs.filter(isSmooth), fc.integer(), async ({ operands, options }, dataSeed) => {
        const data = operands.map(({ dtype, shape, fill, draw }, i) => dataFor({ dtype, shape }, dataSeed + 31 * i, fill, dtype === 'float32' ? (draws[i] ?? draw) : draw));
        const weightOf = (shape: Shape, i: number) => dataFor({ dtype: 'float32', shape }, dataSeed + 101 * (i + 1), 'integers');
        const mine = myGradients((inputs) => ours(inputs, options), operands, data, weightOf);
        const expected = theirGradients((inputs) => theirs(inputs, options), operands, data, weightOf);
        const terms = mine.weights;
        // n terms up to M, each a few roundings off, are added with a rounding each: n M (n + 16) u at most.
        const absolute = (allowed.absolute ?? 0) + terms * largestTerm * (terms + 16) * unit;
        for (const [i, want] of expected.entries()) compare(await mine.gradients[i]!.data(), mine.gradients[i]!.shape, want, { ...allowed, absolute });
      });
      const { failed, errorInstance, counterexample, counterexamplePath } = await fc.check(property, { numRuns: runs, seed });
      if (failed) throw report(`the gradient of ${name}`, counterexample![0], errorInstance, `seed ${seed}, path ${counterexamplePath}`);
    },
  };
}

function report<Options>(name: string, { operands, options }: Config<Options>, fault: unknown, replay: string): Error {
  const types = operands.map(({ dtype, shape }) => `${dtype}[${shape.join(', ')}]`).join(', ');
  return new Error(`${fault instanceof Error ? fault.message : String(fault)}\n  ${name}(${types}) ${JSON.stringify(options)}\n  ${replay}`);
}

type WeightOf = (shape: Shape, i: number) => TypedArray;

/** Our gradients for the float32 operands of the weighed sum of all float32 results, and how many weights there are. */
function myGradients(run: (inputs: readonly Tensor[]) => Tensor | readonly Tensor[], operands: readonly Operand[], data: readonly TypedArray[], weightOf: WeightOf) {
  const all = operands.map(({ dtype, shape }, i) => tensor(data[i]!, shape, dtype));
  const floats = all.filter(({ dtype }) => dtype === 'float32');
  let weights = 0;
  const loss = (given: readonly Tensor[]): Tensor => {
    const results = [run(all.map((each) => given[floats.indexOf(each)] ?? each))].flat() as Tensor[];
    const products = results.map((y, i) => (y.dtype === 'float32' ? y.mul(tensor(weightOf(y.shape, i), y.shape)).sum() : null)).filter((each) => each !== null);
    weights = results.reduce((total, { size }) => total + size, 0);
    return products.reduce((a, b) => a.add(b));
  };
  const gradients = grad(loss)(floats);
  return { gradients, weights };
}

function theirGradients(run: (inputs: readonly tf.Tensor[]) => tf.Tensor | readonly tf.Tensor[], operands: readonly Operand[], data: readonly TypedArray[], weightOf: WeightOf): Result[] {
  const results: Result[] = [];
  tf.tidy(() => {
    const all = operands.map(({ shape, dtype }, i) => tf.tensor(data[i] as Float32Array, [...shape], dtype));
    const floats = all.filter(({ dtype }) => dtype === 'float32');
    const loss = (...given: tf.Tensor[]): tf.Scalar => {
      const ys = [run(all.map((each) => given[floats.indexOf(each)] ?? each))].flat() as tf.Tensor[];
      const products = ys.map((y, i) => (y.dtype === 'float32' ? tf.sum(tf.mul(y, tf.tensor(weightOf(y.shape, i) as Float32Array, y.shape))) : null)).filter((each) => each !== null);
      return products.reduce((a, b) => tf.add(a, b)) as tf.Scalar;
    };
    for (const each of tf.grads(loss)(floats)) results.push({ shape: each.shape, data: each.dataSync().slice() });
  });
  return results;
}

interface Result {
  readonly shape: Shape;
  readonly data: ArrayLike<number>;
}

function theirResults<Options>(theirs: RowSpec<Options>['theirs'], operands: readonly Operand[], data: readonly TypedArray[], options: Options): Result[] {
  const results: Result[] = [];
  tf.tidy(() => {
    const given = theirs(operands.map(({ shape, dtype }, i) => tf.tensor(data[i] as Float32Array, [...shape], dtype)), options);
    for (const each of Array.isArray(given) ? (given as readonly tf.Tensor[]) : [given as tf.Tensor]) results.push({ shape: each.shape, data: each.dataSync().slice() });
  });
  return results;
}

function compare(actual: TypedArray, shape: Shape, expected: Result, { roundings, absolute = 0 }: Tolerance): void {
  if (shape.join() !== expected.shape.join()) throw new Error(`shape [${shape}]; TensorFlow.js gives [${expected.shape}]`);
  const relative = (roundings * unit) / (1 - roundings * unit);
  for (let i = 0; i < actual.length; i++) {
    const a = actual[i]!;
    const e = expected.data[i]!;
    if (a === e || (Number.isNaN(a) && Number.isNaN(e))) continue;
    if (!(Math.abs(a - e) <= relative * Math.abs(e) + absolute)) throw new Error(`element ${i} of [${shape}] is ${a}; TensorFlow.js gives ${e}`);
  }
}

export const operand = (shape: Shape, dtype: DType = 'float32', fill: Fill = 'integers', draw?: Draw): Operand => ({ shape, dtype, fill, draw });

/** Configurations without options. */
export const plain = (operands: fc.Arbitrary<readonly Operand[]>): fc.Arbitrary<Config<null>> => operands.map((each) => ({ operands: each, options: null }));
