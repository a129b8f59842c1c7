import { choice, logUniform, uniform, type ParamsOf } from '@unfoldjs/distributed';
import { conv2d, dense, dropout, flatten, maxPool2d, sequential, type Model } from '@unfoldjs/nn';

/** What is tried. */
export const space = {
  rate: logUniform(3e-4, 3e-2),
  batchSize: choice([16, 32, 64]),
  filters: choice([4, 8, 16]),
  dropout: uniform(0, 0.5),
  activation: choice(['relu', 'elu', 'tanh']),
};

export type Settings = ParamsOf<typeof space>;

/** Two convolutions and a dense layer for digits of 20 x 20 pixels. */
export const modelOf = ({ filters, dropout: rate, activation }: Settings): Model =>
  sequential(
    [
      conv2d({ filters, kernelSize: 3, activation }),
      maxPool2d({ poolSize: 2 }),
      conv2d({ filters: 2 * filters, kernelSize: 3, activation }),
      maxPool2d({ poolSize: 2 }),
      flatten(),
      dropout(rate),
      dense({ units: 10 }),
    ],
    { inputShape: [20, 20, 1] },
  );
