// Gradients against central differences, in doubles, within a bound that is worked out.
import { Random } from '@unfoldjs/backend-testkit/arbitraries';
import { compile, mul, sizeOf, sum, tensor, type Shape, type Tensor } from '@unfoldjs/core';
import { grad } from '@unfoldjs/core/autodiff';

/** The elements of an operand; multiples of 2^-12 below 8 are made of them, so that all steps away from them are exact in float32. */
export type Fill = (random: Random, size: number) => readonly number[];

export interface GradientRow {
  /** The public function, then what is special. */
  readonly name: string;
  readonly operands: readonly { readonly shape: Shape; readonly fill: Fill }[];
  readonly call: (operands: readonly Tensor[]) => Tensor | readonly Tensor[];
  /** The largest number that is added or cancelled on the way. Default: 16. */
  readonly largest?: number;
}

/** Weights come as arguments, for constants are folded in float32. */
type Loss = (operands: readonly Tensor[], weights: readonly Tensor[]) => Tensor;

/** The largest of three steps, each half of the one before: 2^-8, 2^-9, 2^-10. */
const longest = 2 ** -8;
const unit = 2 ** -53;
/** Roundings on the way from the operands to the loss, calls of the mathematical library counted as four. */
const roundings = 64;

const snapped = (value: number): number => Math.round(value * 4096) / 4096;

/** What is wrong with the gradient of a row for random operands, or null; `order` 2 for the gradient of its gradient. */
export async function gradientFault({ operands, call, largest = 16 }: GradientRow, seed: number, order: 1 | 2 = 1): Promise<string | null> {
  const random = new Random(seed);
  const data = operands.map(({ shape, fill }) => Float32Array.from(fill(random, sizeOf(shape)), snapped));
  const tensors = (values: readonly Float32Array[]): Tensor[] => values.map((each, i) => tensor(each, operands[i]!.shape));

  const count = operands.length;
  const first = weighed((all) => [call(all)].flat() as Tensor[], tensors(data), random);
  const second = order === 2 ? weighed((all) => grad((each: readonly Tensor[]) => first.loss(each, first.weights))(all), tensors(data), random) : null;
  const weights = [...first.weights, ...(second?.weights ?? [])];
  const loss: Loss = (each, given) => {
    const split = first.weights.length;
    if (!second) return first.loss(each, given);
    return dot(grad((all: readonly Tensor[]) => first.loss(all, given.slice(0, split)))(each), given.slice(split));
  };
  const value = compile((...all: Tensor[]) => loss(all.slice(0, count), all.slice(count)));
  const slopes = compile((...all: Tensor[]) => grad((each: readonly Tensor[]) => loss(each, all.slice(count)))(all.slice(0, count)));
  const gradients = await Promise.all((await slopes(...tensors(data), ...weights)).map((each) => each.data()));
  const { size } = second ?? first;

  /** The loss with one element of one operand moved. */
  const moved = async (which: number, element: number, by: number): Promise<number> => {
    const elements = data.map((each, i) => (i === which ? each.with(element, each[element]! + by) : each));
    return Number(await (await value(...tensors(elements), ...weights)).item());
  };
  const slope = async (which: number, element: number, h: number): Promise<number> => ((await moved(which, element, h)) - (await moved(which, element, -h))) / (2 * h);

  for (const [which, gradient] of gradients.entries()) {
    for (let element = 0; element < gradient.length; element++) {
      const [d4, d2, d1] = [await slope(which, element, longest), await slope(which, element, longest / 2), await slope(which, element, longest / 4)];
      // D(h) = f' + f''' h^2 / 6 + f5 h^4 / 120 + ..: (4 D(h) - D(2h)) / 3 drops h^2, and its own error, of order h^4, is a 15th of
      // its change from 2h to h; twice that for what follows in the series.
      const [coarse, fine] = [(4 * d2! - d4!) / 3, (4 * d1! - d2!) / 3];
      const truncation = (2 * Math.abs(fine - coarse)) / 15;
      // Each loss is off by some units of the largest numbers added in it; the differences divide that by h.
      const rounding = (1.5 * roundings * unit * largest * size) / (longest / 4);
      const error = Math.abs(gradient[element]! - fine);
      if (!(error <= truncation + rounding)) {
        return `operand ${which}, element ${element} at ${data[which]![element]}: ${gradient[element]}, and by differences ${fine} (off by ${error}, bound ${truncation + rounding})`;
      }
    }
  }
  return null;
}

interface Weighed {
  readonly loss: Loss;
  readonly weights: readonly Tensor[];
  /** The sum of the sizes of all weights. */
  readonly size: number;
}

/** Results as a sum with random weights. */
function weighed(run: (operands: readonly Tensor[]) => readonly Tensor[], operands: readonly Tensor[], random: Random): Weighed {
  const data = run(operands).map(({ shape }) => ({ shape, values: Float32Array.from({ length: sizeOf(shape) }, () => random.integer(-8, 8) / 8) }));
  return {
    loss: (each, weights) => dot(run(each), weights),
    weights: data.map(({ values, shape }) => tensor(values, shape)),
    size: data.reduce((total, { values }) => values.reduce((part, each) => part + Math.abs(each), total), 0),
  };
}

const dot = (results: readonly Tensor[], weights: readonly Tensor[]): Tensor => results.map((result, i) => sum(mul(result, weights[i]!))).reduce((a, b) => a.add(b));
