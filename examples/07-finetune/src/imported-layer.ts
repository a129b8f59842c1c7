import { transpose, zeros, type Shape, type Tensor } from '@unfoldjs/core';
import type { Layer } from '@unfoldjs/nn';
import type { OnnxModel, OnnxParams } from '@unfoldjs/onnx';

/**
 * An imported model up to one of its tensors, as a layer among others. Images are `[N, H, W, C]` in this library and `[N, C, H, W]` in
 * the file; the optimizer puts the two together.
 */
export function importedLayer(model: OnnxModel, cut: string): Layer {
  const run = (params: OnnxParams, images: Tensor): Tensor => {
    const [features] = model.apply(params, [transpose(images, [0, 3, 1, 2])], { outputs: [cut] });
    return features!.rank === 4 ? transpose(features!, [0, 2, 3, 1]) : features!;
  };
  return {
    kind: 'imported',
    // Shapes are known without computing anything.
    init: ([image]) => ({ params: model.params, state: {}, output: run(model.params, zeros([1, ...(image as Shape)])).shape.slice(1) }),
    apply: (params, [images], _, state) => ({ output: run(params as OnnxParams, images!), state }),
  };
}
