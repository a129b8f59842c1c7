import { drawDigits } from '@unfoldjs/digits';
import { readMnist } from '@unfoldjs/nn/node';
import type { Dataset } from '@unfoldjs/nn';

/** What a training is made for: its data, and how long it is. Schedules follow from it, so that workers and coordinator agree. */
export interface Plan {
  readonly examples: number;
  readonly train: () => Dataset | Promise<Dataset>;
  readonly test: () => Dataset | Promise<Dataset>;
  readonly epochs: number;
  /** Images of one step of all workers together. */
  readonly batchSize: number;
}

const drawn = (examples: number, test: number, epochs: number, batchSize: number): Plan => ({
  examples,
  train: () => drawDigits(examples, { seed: 1 }),
  test: () => drawDigits(test, { seed: 2 }),
  epochs,
  batchSize,
});

/** Functions do not travel to workers, and neither do flags: a worker is told by its environment where MNIST is. */
const mnistFolder = (): string => {
  const folder = process.env['MNIST'];
  if (!folder) throw new Error('name the folder with the files of MNIST: MNIST=folder npm run example 09-train-on-many -- --training mnist');
  return folder;
};

export const plans = {
  digits: drawn(5000, 1000, 12, 64),
  few: drawn(300, 100, 2, 16),
  mnist: { examples: 60_000, train: () => readMnist(mnistFolder(), 'train'), test: () => readMnist(mnistFolder(), 'test'), epochs: 5, batchSize: 64 },
} satisfies Record<string, Plan>;

export const stepsOf = ({ examples, epochs, batchSize }: Plan): number => epochs * Math.ceil(examples / batchSize);
