import * as fc from 'fast-check';
import type { Attrs, Shape } from '@unfoldjs/core';
import { opNamed } from '../support/program-builder.js';
import { asAttr, bodyOf, recipe, type Body } from './bodies.js';
import { matmul } from './linalg.js';
import { input, type Plan, type PlannedInput } from './plan.js';
import { broadcastTogether, shape } from './shapes.js';
import { slidingCase } from './windows.js';

/** The largest absolute value of a filled operand. */
const most = 4;

interface BodyLimits {
  readonly mostSteps: number;
  /** The largest number that occurs. */
  readonly exactUpTo: number;
}

/**
 * Operands of one shape, each of which the result depends on smoothly: no comparison decides. No element is larger than `exactUpTo`,
 * so that slopes are products of at most log4(exactUpTo) factors, and at most halved at each of the maxima on the way.
 */
export const fusedElementwiseOf = ({ mostSteps, exactUpTo }: BodyLimits): fc.Arbitrary<Plan> =>
  fc.tuple(fc.integer({ min: 1, max: 4 }), shape(), recipe).map(([count, of, steps]) => {
    const shapes = Array.from({ length: count }, () => of);
    const smooth = steps.filter(({ op }) => op !== 'select').slice(0, mostSteps);
    return {
      attrs: { body: asAttr(bodyOf(smooth, shapes.map((each) => ({ shape: each, most })), exactUpTo)), dtype: 'float32' },
      inputs: shapes.map((each) => input('float32', each)),
    };
  });

export const fusedElementwise: fc.Arbitrary<Plan> = fc
  .tuple(fc.integer({ min: 1, max: 4 }).chain(broadcastTogether), recipe)
  .map(([shapes, steps]) => ({
    attrs: { body: asAttr(bodyOf(steps, shapes.map((shape) => ({ shape, most })))), dtype: 'float32' },
    inputs: shapes.map((shape) => input('float32', shape)),
  }));

/** Shapes of further operands of an epilogue: a bias, a scalar, one value a row, a tensor of the product's shape. */
const extras = (product: Shape): fc.Arbitrary<Shape[]> => {
  const last = product.at(-1)!;
  return fc.array(fc.constantFrom<Shape>([last], [], product, [...product.slice(0, -1), 1], [1, last]), { maxLength: 3 });
};

interface Product {
  readonly inputs: readonly PlannedInput[];
  readonly attrs: Attrs;
  readonly shape: Shape;
  readonly terms: number;
}

const withEpilogue = (product: Product, epilogue: (extras: readonly Shape[]) => Body, shapes: readonly Shape[]): Plan => ({
  attrs: { ...product.attrs, epilogue: asAttr(epilogue(shapes)) },
  inputs: [...product.inputs, ...shapes.map((shape) => input('float32', shape))],
});

/** Any epilogue: the product is its operand 0, and the result has the product's shape. */
const anyEpilogue = (products: fc.Arbitrary<Product>): fc.Arbitrary<Plan> =>
  products.chain((product) =>
    fc.tuple(extras(product.shape), recipe, fc.boolean()).map(([shapes, steps, isEmpty]) => {
      const operands = [product.shape, ...shapes].map((shape, i) => ({ shape, most: i === 0 ? product.terms * most * most : most }));
      return withEpilogue(product, () => (isEmpty && shapes.length === 0 ? [] : bodyOf(steps, operands)), shapes);
    }),
  );

/** A bias of one value an output channel, then one function. */
const biasThen =
  (name: string) =>
  (products: fc.Arbitrary<Product>): fc.Arbitrary<Plan> =>
    products.map((product) => withEpilogue(product, () => biasAnd(name), [[product.shape.at(-1)!]]));

const biasAnd = (name: string): Body => [
  { op: opNamed('add'), attrs: {}, args: [{ input: 0 }, { input: 1 }], dtype: 'float32' },
  { op: opNamed(name), attrs: {}, args: [{ step: 0 }], dtype: 'float32' },
];

/** A sliding window with filters, often in groups; `outputs` and `channels` are those of all groups. */
const grouped = fc
  .tuple(slidingCase, fc.constantFrom(1, 2, 3, 5, 8, 0), fc.constantFrom(1, 1, 2, 3))
  .map(([each, outputs, groups]) => ({ ...each, depth: each.channels, channels: each.channels * groups, outputs: outputs * groups, groups }));

/** A convolution as its public function takes it. */
export const conv2dPlan: fc.Arbitrary<Plan> = grouped.map(({ sliding: { window, ...sliding }, batch, input: image, channels, depth, outputs, groups }) => ({
  attrs: { ...sliding, groups } as unknown as Attrs,
  inputs: [input('float32', [batch, ...image, channels]), input('float32', [...window, depth, outputs])],
}));

const convolution: fc.Arbitrary<Product> = grouped.map(({ sliding, batch, input: image, output, channels, depth, outputs, groups }) => {
  const terms = sliding.window[0] * sliding.window[1] * depth;
  return {
    inputs: [input('float32', [batch, ...image, channels]), input('float32', [terms, outputs])],
    attrs: { ...sliding, groups } as unknown as Attrs,
    shape: [batch, ...output, outputs],
    terms,
  };
});

/** The same convolutions seen from their results: what the filters get, `[K, O]`, summed over all places. */
const filterGradient: fc.Arbitrary<Product> = grouped.map(({ sliding, batch, input: image, output, channels, depth, outputs, groups }) => ({
  inputs: [input('float32', [batch, ...image, channels]), input('float32', [batch, ...output, outputs])],
  attrs: { ...sliding, groups } as unknown as Attrs,
  shape: [sliding.window[0] * sliding.window[1] * depth, outputs],
  terms: batch * output[0] * output[1],
}));

/** What the images get, `[N, H, W, C]`, summed over outputs and over the windows that cover a pixel. */
const inputGradient: fc.Arbitrary<Product> = grouped.map(({ sliding, batch, input: inputShape, output, channels, depth, outputs, groups }) => {
  const area = sliding.window[0] * sliding.window[1];
  return {
    inputs: [input('float32', [batch, ...output, outputs]), input('float32', [area * depth, outputs])],
    attrs: { ...sliding, inputShape, groups } as unknown as Attrs,
    shape: [batch, ...inputShape, channels],
    terms: area * outputs,
  };
});

const product: fc.Arbitrary<Product> = matmul('float32').map(({ attrs, inputs }) => {
  const [a, b] = inputs.map(({ type }) => type.shape) as [Shape, Shape];
  const [m, terms] = attrs.transposeA ? [a.at(-1)!, a.at(-2)!] : [a.at(-2)!, a.at(-1)!];
  const lead = opNamed('matmul').infer(inputs.map(({ type }) => type), attrs).shape.slice(0, -2);
  return { inputs, attrs, terms, shape: [...lead, m, attrs.transposeB ? b.at(-2)! : b.at(-1)!] };
});

export const convMatmul = anyEpilogue(convolution);
export const convFilterMatmul = anyEpilogue(filterGradient);
export const convInputMatmul = anyEpilogue(inputGradient);
export const matmulEpilogue = anyEpilogue(product);
export const convBias = (name: string): fc.Arbitrary<Plan> => biasThen(name)(convolution);
export const convFilterBias = (name: string): fc.Arbitrary<Plan> => biasThen(name)(filterGradient);
export const convInputBias = (name: string): fc.Arbitrary<Plan> => biasThen(name)(inputGradient);
export const matmulBias = (name: string): fc.Arbitrary<Plan> => biasThen(name)(product);
