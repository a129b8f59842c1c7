import { all, formatShape, isFinite, logicalAnd, unfoldError, type Tensor } from '@unfoldjs/core';
import { namedParameters } from '../params.js';
import type { Params } from '../types.js';

/** True where the loss and all parameters are finite; a scalar bool. */
export function isSound(loss: Tensor, params: Params): Tensor {
  return namedParameters(params).reduce((sound, { tensor }) => logicalAnd(sound, all(isFinite(tensor))), all(isFinite(loss)));
}

/** The error that says where a NaN or an infinity came from. `build` makes what a step computes, lazily; `named` is what it reads. */
export async function anomalyError(build: () => readonly Tensor[], named: ReadonlyMap<Tensor, string>, step: number): Promise<Error> {
  // Only who meets an anomaly loads what finds it.
  const { findAnomaly } = await import('@unfoldjs/core/explain');
  const found = await findAnomaly(build, named);
  if (!found) {
    return unfoldError({
      code: 'NOT_FINITE',
      op: 'trainStep',
      problem: `step ${step} gave a loss or parameters that are not finite, and the same step, one operation at a time, did not.`,
      fix: 'please report this with the model: the optimised program and its operations disagree.',
    });
  }
  const { value, op, data, type, operands, source } = found;
  const what = `${value} (${type.dtype}${formatShape(type.shape)})`;
  return unfoldError({
    code: 'NOT_FINITE',
    op: op ?? 'trainStep',
    argument: data ?? undefined,
    problem: op ? `in step ${step} it is the first operation that gives ${what} for finite operands.` : `in step ${step} this data holds ${what} already.`,
    fix: op
      ? 'keep its operands in range (clip them, add an epsilon), work from logits, or lower the learning rate or clip gradients where numbers grew.'
      : 'look for the NaN or the infinity where the data is made.',
    operands,
    source: source ?? undefined,
  });
}
