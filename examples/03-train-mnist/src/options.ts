import { backendNames } from '@unfoldjs/example-support';

export const flags = {
  data: { default: null, help: 'folder with IDX files, packed or not: MNIST, Fashion-MNIST; for digits-8x8 its CSV file' },
  split: { default: 'full', words: ['full', 'quick', 'fashion-900', 'digits-8x8'], help: 'full: the two parts of the set; quick: 8,000 and 2,000 images of its test part; fashion-900: 700 and 200 of a single pair of files; digits-8x8: rows 0-1436 and 1437-1796 of the digits of UCI' },
  train: { default: 0, help: 'learns from no more than so many images, 0 for all' },
  test: { default: 0, help: 'tests with no more than so many images, 0 for all' },
  choose: { default: false, help: 'tests on the last tenth of the training part: for choosing settings' },
  epochs: { default: 10, help: 'passes over the training images' },
  batch: { default: 32, help: 'images a step' },
  rate: { default: 0.002, fraction: true, help: 'learning rate to begin with; it falls along a cosine' },
  normalise: { default: false, help: 'normalises behind each convolution, as it always does for images below 16 pixels' },
  dropout: { default: 0.3, fraction: true, help: 'share that is left out before the last layer' },
  smoothing: { default: 0, fraction: true, help: 'share of each label that is spread over all classes' },
  shift: { default: 0, fraction: true, help: 'augmentation: pixels' },
  rotate: { default: 0, fraction: true, help: 'augmentation: degrees' },
  zoom: { default: 0, fraction: true, help: 'augmentation: share of the size' },
  flip: { default: false, help: 'augmentation: mirrors half of the images (never digits)' },
  seed: { default: 1, help: 'of the weights, the order, dropout and augmentation' },
  out: { default: 'out/train-mnist', help: 'folder of the report and the weights' },
  backend: { default: 'auto', words: backendNames, help: 'what runs it' },
} as const;
