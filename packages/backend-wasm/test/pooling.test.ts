import fc from 'fast-check';
import { avgPool2d, maxPool2d, sum, tensor, type Tensor } from '@unfoldjs/core';
import { grad } from '@unfoldjs/core/autodiff';
import { dataFor, slidingCase, type Fill, type Sliding } from '@unfoldjs/backend-testkit/arbitraries';
import { onBoth } from './on-both.js';

const runs = { seed: 1, numRuns: 60 };

describe('pooling in WebAssembly', () => {
  const same = onBoth();
  const cases = fc.tuple(slidingCase.filter(({ batch }) => batch > 0), fc.integer(), fc.boolean(), fc.boolean());
  const every = (fill: Fill, dtype: 'float32' | 'int32', make: (x: Tensor, options: Sliding & { ceilMode: boolean }, flag: boolean) => Tensor): Promise<void> =>
    fc.assert(
      fc.asyncProperty(cases, async ([{ sliding, batch, input, channels }, seed, ceilMode, flag]) => {
        const shape = [batch, ...input, channels];
        const data = dataFor({ dtype, shape }, seed, fill);
        await same(() => make(tensor(data, shape, dtype), { ...sliding, ceilMode }, flag));
      }),
      runs,
    );

  for (const fill of ['integers', 'nonFinite'] as const) {
    it(`averages what each window has of the image, or of the padded image: ${fill}`, () =>
      every(fill, 'float32', (x, options, countIncludePad) => avgPool2d(x, { ...options, countIncludePad })));

    it(`takes the maximum of what each window has of the image: ${fill}`, () => every(fill, 'float32', (x, options) => maxPool2d(x, options)));
  }

  it('takes the maximum of int32', () => every('extremes', 'int32', (x, options) => maxPool2d(x, options)));

  it('gives each pixel its shares of the windows that it lies in', async () => {
    // All counts divide 144: the shares are whole numbers.
    const windows: readonly Sliding[] = [
      { window: [2, 2], strides: [1, 1], dilations: [1, 1], padding: [[1, 0], [0, 1]] },
      { window: [2, 4], strides: [2, 1], dilations: [1, 2], padding: [[1, 1], [2, 2]] },
      { window: [4, 1], strides: [3, 2], dilations: [2, 1], padding: [[3, 2], [0, 0]] },
    ];
    for (const options of windows) {
      for (const countIncludePad of [false, true]) {
        const x = tensor(new Float32Array(2 * 8 * 11 * 5), [2, 8, 11, 5]);
        const pool = (images: Tensor): Tensor => avgPool2d(images, { ...options, countIncludePad });
        const { shape } = pool(x);
        const slopes = dataFor({ dtype: 'float32', shape }, 3, 'integers').map((value) => 144 * value);
        await same(() => grad((images: Tensor) => sum(pool(images).mul(tensor(slopes, shape))))(x));
      }
    }
  });
});
