import { formatShape, Tensor, unfoldError, type Shape } from '@unfoldjs/core';
import { describe } from '../check.js';
import type { Params } from '../types.js';

/** The part of a model's tree that belongs to one layer; a layer without parameters has none. */
export function partOf(params: Params, name: string): Params {
  const part = params[name];
  if (part === undefined) return {};
  if (typeof part === 'object' && part !== null && !(part instanceof Tensor)) return part;
  throw unfoldError({
    code: 'INVALID_ARGUMENT',
    op: 'params',
    argument: name,
    problem: `${part instanceof Tensor ? 'a tensor' : describe(part)} stands where the parameters of a layer belong.`,
    fix: 'pass what `init` gave, or a tree of the same form.',
  });
}

/** A tensor of a layer, checked against the shape that it needs. */
export function requireParam(op: string, params: Params, name: string, shape: Shape): Tensor {
  const tensor = params[name];
  if (!(tensor instanceof Tensor)) {
    throw unfoldError({
      code: 'INVALID_ARGUMENT',
      op,
      argument: name,
      problem: `the layer is given no \`${name}\`, of shape ${formatShape(shape)}; it is given ${Object.keys(params).join(', ') || 'nothing'}.`,
      fix: 'pass the tree that `init` gave.',
    });
  }
  if (tensor.rank !== shape.length || tensor.shape.some((size, axis) => size !== shape[axis])) {
    throw unfoldError({
      code: 'SHAPE_MISMATCH',
      op,
      argument: name,
      problem: `it has shape ${formatShape(tensor.shape)}, and this input needs ${formatShape(shape)}.`,
      fix: 'pass the parameters that belong to inputs of this shape.',
      operands: [{ name, type: tensor.type }],
    });
  }
  return tensor;
}
