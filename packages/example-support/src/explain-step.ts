import { tensor, type Shape } from '@unfoldjs/core';
import { explain } from '@unfoldjs/core/explain';
import { batches, stepGraph, trainState, type Dataset, type Model, type TrainStepOptions } from '@unfoldjs/nn';
import { shortExplanation } from './short-explanation.js';

/** What becomes of one step of training with these options, in short. */
export async function explainStep(model: Model, options: Pick<TrainStepOptions, 'loss' | 'optimizer' | 'learningRate' | 'metrics'>, data: Dataset, batchSize: number): Promise<string> {
  const state = await trainState(model, { optimizer: options.optimizer, inputShapes: [data.images.shape.slice(1) as Shape] });
  for await (const { images, shape, labels } of batches(data, { batchSize, prefetch: 0 })) {
    const batch = { images: tensor(images, shape), labels: tensor(labels, [labels.length], 'int32') };
    return shortExplanation(await explain(stepGraph(model, options, state, batch)));
  }
  throw new RangeError('there are no images');
}
