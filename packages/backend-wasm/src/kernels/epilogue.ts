import { broadcastStrides, sameShape, sizeOf, stridesOf, type Step } from '@unfoldjs/core';
import { bodyOf, missingIn, type Body } from '../elementwise/body.js';
import { strided } from '../elementwise/strided.js';
import { beyond, operand, output, scratch, type Call, type Place } from '../plan/lowered.js';
import type { ExtraLayout } from '../products/product.js';

/** The elementwise code behind a product, in the product's own loop where its operands allow it, else in a pass over the result. */
export interface Epilogue {
  readonly reason: string;
  /** True where the result may have another layout than the operands: it is stored once, and none of them lies beside it. */
  readonly canFrame: boolean;
  /** What the product does with its sums. */
  readonly fused: { readonly epilogue: Body; readonly extras: readonly ExtraLayout[] };
  /** Places of the operands of the fused epilogue, for results from `bytes` on, of columns from `columnBytes` on. */
  extras(bytes: number, columnBytes?: number): readonly Place[];
  /** Where the product goes: the result, or, where that has another dtype, scratch memory from `used` on; and how much of that is used then. */
  product(result: Place, used: number): { readonly place: Place; readonly scratchBytes: number };
  /** The pass over the product. */
  calls(product: Place): readonly Call[];
}

const firstExtra = 2;

/** Of a product whose rows have `columns` elements; null where there is no code for the body. */
export function withEpilogue(step: Step, columns: number): Epilogue | null {
  const { attrs, inputs, type } = step;
  const body = bodyOf(attrs.epilogue);
  const extras = inputs.slice(firstExtra).map((input) => input.type);
  if (missingIn(body, ['float32', ...extras.map(({ dtype }) => dtype)])) return null;
  if (extras.some(({ shape }) => sizeOf(shape) === 0)) return null;
  const layouts = extras.map(({ dtype, shape }): ExtraLayout | null => {
    if (dtype !== 'float32') return null;
    if (sizeOf(shape) === 1) return 'scalar';
    if (sameShape(shape, type.shape)) return 'result';
    return shape.at(-1) === columns && sizeOf(shape) === columns ? 'column' : null;
  });
  const isFused = type.dtype === 'float32' && layouts.every((layout) => layout !== null);
  if (body.length === 0 || isFused) {
    return {
      reason: body.length === 0 ? 'a product' : `a product with ${body.map(({ op }) => op.name).join(', ')} before it is stored`,
      canFrame: type.dtype === 'float32' && !layouts.includes('result'),
      fused: { epilogue: body, extras: layouts as ExtraLayout[] },
      extras: (bytes, columnBytes = 0) => layouts.map((layout, i) => beyond(operand(firstExtra + i), layout === 'result' ? bytes + columnBytes : layout === 'column' ? columnBytes : 0)),
      product: (place, scratchBytes) => ({ place, scratchBytes }),
      calls: () => [],
    };
  }
  return {
    reason: `a product, then ${body.map(({ op }) => op.name).join(', ')} in a pass of its own: an operand is broadcast along rows, or the result is ${type.dtype}`,
    canFrame: false,
    fused: { epilogue: [], extras: [] },
    extras: () => [],
    product: (place, used) => (type.dtype === 'float32' ? { place, scratchBytes: used } : { place: scratch(used), scratchBytes: used + 4 * sizeOf(type.shape) }),
    calls: (product) => elementwisePass(step, product),
  };
}

/** The epilogue of a step as a pass over its product. */
export function elementwisePass({ attrs, inputs, type }: Step, product: Place): Call[] {
  const body = bodyOf(attrs.epilogue);
  const extras = inputs.slice(firstExtra).map((input) => input.type);
  const pass = strided({
    shape: type.shape,
    inputs: [
      { dtype: 'float32', strides: stridesOf(type.shape) },
      ...extras.map(({ dtype, shape }) => ({ dtype, strides: broadcastStrides(shape, type.shape) })),
    ],
    output: { dtype: type.dtype, strides: stridesOf(type.shape) },
    body,
  });
  return [{ ...pass, places: [product, ...extras.map((_, i) => operand(firstExtra + i)), output()] }];
}
