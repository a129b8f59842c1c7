import { argumentOp, literalOp } from '../expr/leaves.js';
import { apply } from '../tensor/operand.js';
import type { Tensor } from '../tensor/tensor.js';
import type { DType } from '../types/dtype.js';
import { sizeOf, type Shape } from '../types/shape.js';
import type { Rule, RuleReason } from './rule.js';
import type { Target } from './target.js';

/** Choices that make one graph of a family: fixed ones for the plain example, random ones for the laws. */
export interface Draw {
  integer(min: number, max: number): number;
  pick<T>(choices: readonly T[]): T;
  /** Sizes from 1 to 4, one an axis. */
  shape(rank: number): number[];
  /** A new input of the graph. */
  input(shape: Shape, dtype?: DType): Tensor;
  /** A new constant of the graph, of small whole numbers. */
  constant(shape: Shape, dtype?: DType): Tensor;
}

/** What people and tests want to know of a rule, and programs do not: apart from it, so that their bundles leave it out. */
export interface RuleNotes extends RuleReason {
  readonly rule: Rule;
  /** A family of graphs on which the rule fires, at least once. */
  readonly build: (draw: Draw) => Tensor | readonly Tensor[];
  /** Rules that run before it, to bring about what expressions alone cannot: two equal nodes, say. */
  readonly first?: readonly Rule[];
  /** True where the rule changes the order of a sum, and so perhaps the sign of a zero. */
  readonly zeroMayChangeSign?: boolean;
  /** What the target is asked. Default: the backend that the laws run on. */
  readonly target?: Target;
}

/** Makes choices from a source of whole numbers: `next(min, max)` is within both. */
export function drawFrom(next: (min: number, max: number) => number): Draw & { readonly inputs: readonly Tensor[] } {
  const inputs: Tensor[] = [];
  const draw = {
    inputs,
    integer: next,
    pick: <T>(choices: readonly T[]): T => choices[next(0, choices.length - 1)]!,
    shape: (rank: number) => Array.from({ length: rank }, () => next(1, 4)),
    input(shape: Shape, dtype: DType = 'float32') {
      const input = apply(argumentOp, [], { trace: -2, index: inputs.length, dtype, shape: [...shape] });
      inputs.push(input);
      return input;
    },
    constant(shape: Shape, dtype: DType = 'float32') {
      const values = Array.from({ length: sizeOf(shape) }, () => (dtype === 'bool' ? next(0, 1) : next(-4, 4)));
      return apply(literalOp, [], { values, shape: [...shape], dtype });
    },
  };
  return draw;
}

/** Plain choices: each range from its lower end on, in turn. */
export const plainDraw = () => {
  let turn = 0;
  return drawFrom((min, max) => min + (turn++ % (max - min + 1)));
};
