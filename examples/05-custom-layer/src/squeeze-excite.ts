import { globalAvgPool2d, matmul, relu, reshape, sigmoid, type Tensor } from '@unfoldjs/core';
import { deriveSeed, initializers, type Layer } from '@unfoldjs/nn';

/**
 * Weighs the channels of an image by what the whole image shows: means of the channels, two small dense layers, a factor for each
 * channel. A layer is any object of this form; gradients, training, summary and files follow from it.
 *
 * @source J. Hu et al., "Squeeze-and-excitation networks", CVPR 2018
 */
export function squeezeExcite(hidden: number): Layer {
  return {
    kind: 'squeezeExcite',
    init([input], seed) {
      const channels = input!.at(-1)!;
      const draw = initializers.heNormal();
      const params = { squeeze: draw([channels, hidden], deriveSeed(seed, 0)), excite: draw([hidden, channels], deriveSeed(seed, 1)) };
      return { params, state: {}, output: input! };
    },
    apply(params, [x], _context, state) {
      const { squeeze, excite } = params as { squeeze: Tensor; excite: Tensor };
      const [count, , , channels] = x!.shape as [number, number, number, number];
      const means = reshape(globalAvgPool2d(x!), [count, channels]);
      const factors = sigmoid(matmul(relu(matmul(means, squeeze)), excite));
      return { output: x!.mul(reshape(factors, [count, 1, 1, channels])), state };
    },
  };
}
