import { apply, mul, sum, tensor, type Tensor, type TypedArray } from '@unfoldjs/core';
import { grad } from '@unfoldjs/core/autodiff';
import { dataFor } from '../arbitraries/data.js';
import { outputOf, type Call } from '../support/call.js';
import { check } from '../support/fail.js';
import { interpret, type OwnKernels } from '../support/interpret.js';
import { Random } from '../support/random.js';

/** Half a step of a central difference. A power of two: data on a grid of 2^-8 and this are exact in float32. */
const step = 2 ** -11;
const grid = 2 ** 8;
/** How many elements of an operand are moved. */
const probes = 4;

/** The same call on numbers of the grid, so that moving one by a step rounds nothing. */
export const onGrid = (call: Call): Call => ({
  ...call,
  data: call.data.map((data, i) => (call.inputs[i]!.dtype === 'float32' ? data.map((value) => Math.round(value * grid) / grid) : data)),
});

/**
 * Compares the gradient of `sum(op(...) * dy)` with central differences in doubles. Where the differences to both sides differ the
 * function has a kink, and nothing is compared. Gives how many slopes were.
 *
 * With differences c(h) and c(h/2) the error of the latter is about a third of |c(h) - c(h/2)|: three times that is allowed, and what
 * doubles lose in the difference.
 */
export function checkSlopes(call: Call, seed: number, own: OwnKernels): number {
  const output = outputOf(call);
  const dy = tensor(dataFor(output, seed, 'integers'), output.shape);
  const operandsOf = (data: readonly TypedArray[]): Tensor[] => call.inputs.map(({ shape, dtype }, i) => tensor(data[i]!, shape, dtype));
  const operands = operandsOf(call.data);
  const lossOf = (all: readonly Tensor[]): Tensor => sum(mul(apply(call.op, all, call.attrs), dy));
  const floats = call.inputs.flatMap(({ dtype }, i) => (dtype === 'float32' ? [i] : []));
  const gradients = grad((chosen: readonly Tensor[]) => lossOf(operands.map((operand, i) => (floats.includes(i) ? chosen[floats.indexOf(i)]! : operand))))(floats.map((i) => operands[i]!));
  const slopes = interpret(gradients, 'float64', own);
  const random = new Random(seed);
  const lossAt = (i: number, at: number, by: number): number => {
    const moved = call.data.map((data, k) => (k === i ? data.with(at, data[at]! + by) : data));
    return interpret([lossOf(operandsOf(moved))], 'float64', own)[0]![0]!;
  };
  const here = floats.length > 0 ? interpret([lossOf(operands)], 'float64', own)[0]![0]! : 0;
  let compared = 0;
  floats.forEach((i, k) => {
    const { length } = call.data[i]!;
    for (let probe = 0; probe < Math.min(probes, length); probe++) {
      const at = random.integer(0, length - 1);
      const [below, above, farBelow, farAbove] = [-step, step, -2 * step, 2 * step].map((by) => lossAt(i, at, by)) as [number, number, number, number];
      const near = (above - below) / (2 * step);
      const far = (farAbove - farBelow) / (4 * step);
      const size = Math.max(1, Math.abs(near));
      const isSmooth = Number.isFinite(near) && Math.abs(above - 2 * here + below) / step <= 2 ** -4 * size;
      if (!isSmooth) continue;
      compared++;
      const lost = (2 ** -48 * Math.max(1, Math.abs(here))) / step;
      const slope = slopes[k]![at]!;
      const limit = 3 * Math.abs(near - far) + lost;
      check(Math.abs(slope - near) <= limit, () => `the gradient for ${call.op.argName(i)}, element ${at}, is ${slope}; the difference quotient is ${near} (within ${limit}).`);
    }
  });
  return compared;
}
