import { fashionMnistClasses, sliceDataset, type Dataset } from '@unfoldjs/nn';
import { readCsv, readMnist } from '@unfoldjs/nn/node';

export interface Split {
  readonly train: Dataset;
  readonly test: Dataset;
}

const splits: Readonly<Record<'full' | 'quick' | 'fashion-900' | 'digits-8x8', (path: string) => Promise<Split>>> = {
  full: async (folder) => ({ train: await readMnist(folder, 'train'), test: await readMnist(folder, 'test') }),
  quick: async (folder) => cut(await readMnist(folder, 'test'), 8000, 10_000),
  'fashion-900': async (folder) => cut(await readMnist(folder, 'train', { classes: fashionMnistClasses }), 700, 900),
  'digits-8x8': async (file) => cut(await readCsv(file, { shape: [8, 8, 1], scale: 16 }), 1437, 1797),
};

const cut = (all: Dataset, split: number, end: number): Split => ({ train: sliceDataset(all, 0, split), test: sliceDataset(all, split, end) });

export interface SplitOptions {
  readonly data: string;
  readonly split: keyof typeof splits;
  /** At most so many images; 0 for all. */
  readonly train: number;
  readonly test: number;
  /** True keeps the test part unseen: it is replaced by the last tenth of the training part. */
  readonly choose: boolean;
}

/** The two parts that the flags ask for. */
export async function readSplit({ data, split, train, test, choose }: SplitOptions): Promise<Split> {
  const parts = await splits[split](data);
  const chosen = choose ? cut(parts.train, Math.floor(0.9 * parts.train.labels.length), parts.train.labels.length) : parts;
  return { train: atMost(chosen.train, train), test: atMost(chosen.test, test) };
}

const atMost = (dataset: Dataset, count: number): Dataset => (count === 0 ? dataset : sliceDataset(dataset, 0, Math.min(count, dataset.labels.length)));
