import { Unavailable } from '../bench.js';
import type { Engine } from './engine.js';

/** The loops of the textbook: one convolution, without dilation. Nested arrays in, nested arrays out. */
export const nestedLoops: Engine = {
  id: 'nested-loops',
  name: 'nested loops',
  threads: 1,
  hostOnly: 'nested arrays are on the host',
  quick: true,
  async open() {
    const { nest4, nestedLoops } = await import('@unfoldjs/measure');
    return {
      async network({ layers: [layer, ...more], input, id }, x, [params]) {
        if (layer?.kind !== 'conv' || more.length > 0) throw new Unavailable('the loops are one convolution');
        if (layer.dilation !== 1 || layer.depthwise) throw new Unavailable(`the loops know no dilation and no depthwise convolution: ${id}`);
        const [image, weights] = [nest4(x, input), nest4(params!.kernel, layer.filters)];
        return { run: async () => nestedLoops(image, weights, { stride: layer.stride }), read: async (result) => (result as number[][][][]).flat(3) };
      },
    };
  },
};
