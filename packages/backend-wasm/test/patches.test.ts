import fc from 'fast-check';
import { col2im, im2col, tensor, type DType, type Tensor } from '@unfoldjs/core';
import { dataFor, slidingCase, type Fill } from '@unfoldjs/backend-testkit/arbitraries';
import { onBoth } from './on-both.js';

describe('patches of images in WebAssembly', () => {
  const same = onBoth();
  const filled = (dtype: DType, shape: number[], seed: number, fill: Fill): Tensor => tensor(dataFor({ dtype, shape }, seed, fill), shape, dtype);
  const cases = fc.tuple(
    slidingCase.filter(({ batch }) => batch > 0),
    fc.integer(),
  );

  for (const [dtype, fill] of [['float32', 'integers'], ['float32', 'nonFinite'], ['int32', 'extremes']] as const) {
    it(`are added up in the images that they come from: ${dtype}, ${fill}`, () =>
      fc.assert(
        fc.asyncProperty(cases, ([{ sliding, batch, input, output, channels }, seed]) =>
          same(() => col2im(filled(dtype, [batch, ...output, sliding.window[0] * sliding.window[1] * channels], seed, fill), { ...sliding, inputShape: input })),
        ),
        { seed: 1, numRuns: 80 },
      ));

    it(`are copied: ${dtype}, ${fill}`, () =>
      fc.assert(
        fc.asyncProperty(cases, ([{ sliding, batch, input, channels }, seed]) => same(() => im2col(filled(dtype, [batch, ...input, channels], seed, fill), sliding))),
        { seed: 1, numRuns: 80 },
      ));
  }
});
